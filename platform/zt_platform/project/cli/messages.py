"""``zhengtong interop``: streams, parked and refused messages, and what an operator does about them."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

import click
from rich.table import Table

from zt_platform.project.cli.console import out, say
from zt_platform.project.cli.runtime import platform_running

_centre = click.option("--centre", "code", required=True, help="中心代码 · code of the centre")
_by = click.option("--by", required=True, help="经办人姓名 · who does it")
_reason = click.option("--reason", required=True, help="理由 · why")


@click.group()
def interop() -> None:
    """往来报文：流水、暂存、被拒收、补发 · Messages: streams, parked, refused, sent again."""


@interop.command()
@click.option("--centre", "code", default="", help="只看一个中心(默认全部) · only this centre")
@click.option("--failing", is_flag=True, help="只看未通的 · only those that stand")
def streams(code: str, failing: bool) -> None:
    """发出的流水与对方通断 · The outgoing streams, and which destinations do not answer."""
    with platform_running():
        from zt_interop import circuit, queries

        rows = queries.outbound_streams(source_code=code) if code else queries.outbound_streams_of_all()
        table = Table(
            "发 from", "收 to", "类 channel", "已达 arrived", "待发 waiting", "拒 refused", "滞后 lag", "情况 state"
        )
        for row in rows:
            if failing and not row.failures:
                continue
            state = "已放缓，约每小时一试 given up, hourly" if row.given_up else f"{row.failures} 次失败 failures"
            table.add_row(
                row.source_code,
                row.destination_code,
                row.channel,
                f"{row.acknowledged_sequence}/{row.last_sequence}",
                str(row.backlog),
                str(row.refused),
                str(row.lag).split(".")[0],
                f"{state}: {row.last_error.splitlines()[0]}" if row.failures else "正常 sound",
            )
        out.print(table)
        for status in circuit.circuits():
            until = f"{status.open_until:%m-%d %H:%M:%S} UTC" if status.open_until else ""
            say(f"{status.destination_code} 熔断状态 {status.state.value} {until}", f"{status.failures} without answer")


@interop.command()
@_centre
def parked(code: str) -> None:
    """收到而未能处理的报文 · Messages a centre received and could not act on."""
    with platform_running():
        from zt_interop import queries
        from zt_tenants.context import enter

        table = Table("编号 id", "来自 from", "办件 case", "类型 type", "状态 state", "试过 tried", "原因 reason")
        with enter(code):
            for row in queries.unapplied_messages():
                tried = str(row.attempts)
                table.add_row(str(row.id), row.source_code, row.subject, row.type, row.state, tried, row.reason_zh)
        out.print(table)


@interop.command()
@_centre
@_by
@click.argument("number", type=int)
def replay(code: str, by: str, number: int) -> None:
    """重新处理编号为 NUMBER 的暂存报文及其后各件 · Try parked message NUMBER and all behind it again."""
    with platform_running():
        from zt_interop.inbox import replay as replay_message
        from zt_tenants.context import enter

        with enter(code):
            done = replay_message(number, by=by)
        say(f"已处理 {done} 件。", f"{done} took effect.")


@interop.command()
@_centre
def refused(code: str) -> None:
    """被对方拒收的报文 · Messages of a centre that their destination refused for good."""
    with platform_running():
        from zt_interop import queries
        from zt_tenants.context import enter

        table = Table("报文 event", "收 to", "办件 case", "类型 type", "原因 reason", "已办 done")
        with enter(code):
            for row in queries.refused_messages():
                acts = ", ".join(f"{line['by']} {line['act']}" for line in row.handled)
                to = row.stream.destination_code
                table.add_row(str(row.event_id), to, row.subject, row.type, row.refusal_zh or row.refusal_code, acts)
        out.print(table)


@interop.command()
@_centre
@_by
@_reason
@click.option("--data", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True, help="JSON")
@click.argument("event", type=click.UUID)
def repair(code: str, by: str, reason: str, data: Path, event: UUID) -> None:
    """改正被拒收的报文并重发(编号不变) · Send a refused message again with corrected data; its id stays."""
    with platform_running():
        from zt_interop.handling import repair_message
        from zt_tenants.context import enter

        with enter(code):
            repair_message(event, data=json.loads(data.read_text(encoding="utf-8")), by=by, reason=reason)
        say("已改正，正在重发。", "Repaired; it is on its way.")


@interop.command()
@_centre
@_by
@_reason
@click.argument("event", type=click.UUID)
def close(code: str, by: str, reason: str, event: UUID) -> None:
    """对被拒收的报文结案：一人提出，另一人确认 · Close a refused message: one proposes, another confirms."""
    with platform_running():
        from zt_interop.handling import close_message
        from zt_tenants.context import enter

        with enter(code):
            message = close_message(event, by=by, reason=reason)
        if message.state == "CLOSED":
            say("已结案。", "Closed.")
        else:
            say("已提出，须由另一人以同一命令确认。", "Proposed; somebody else confirms it with the same command.")


@interop.command()
@click.argument("destination")
def resume(destination: str) -> None:
    """立即重试发往 DESTINATION 的报文 · Try a destination again at once."""
    with platform_running():
        from zt_interop.circuit import resume as resume_destination
        from zt_interop.relay import sweep
        from zt_tenants.context import outside_centres

        with outside_centres():
            waiting = resume_destination(destination)
        sweep()
        say(f"{waiting} 条流水即刻重试。", f"{waiting} streams are tried at once.")


@interop.command()
@_centre
@click.option("--source", required=True, help="来源中心 · the centre that sends")
@click.option("--channel", type=click.Choice(["case", "supervision"]), default="case", show_default=True)
def resend(code: str, source: str, channel: str) -> None:
    """请来源中心补发本中心所缺 · Ask a source for everything this centre lacks."""
    with platform_running():
        from zt_interop.head_exchange import request_resend
        from zt_tenants.context import enter

        with enter(code):
            request_resend(source, channel)
        say("对方已受理补发。", "The source sends again what is missing.")
