"""``zhengtong timers``: how timers stand, which are parked, and trying one again."""

from __future__ import annotations

from uuid import UUID

import click
from rich.markup import escape

from zt_platform.project.cli.console import out, say
from zt_platform.project.cli.runtime import platform_running
from zt_tenants.clock import CHINA


@click.command()
@click.option("--parked", is_flag=True, help="列出搁置的定时任务及原因 · list parked timers with their errors")
@click.option("--centre", "code", default="", help="只看一个中心 · only this centre's parked timers")
@click.option("--retry", type=click.UUID, help="原因排除后重试一个搁置的任务 · try a parked timer again at once")
def timers(parked: bool, code: str, retry: UUID | None) -> None:
    """查看定时任务 · How many timers are due, how late the oldest is, which are parked."""
    if code and not parked:
        raise click.UsageError("--centre 需要 --parked · --centre needs --parked")
    with platform_running():
        from zt_tenants.timers.commands import retry_parked

        if retry is not None:
            timer = retry_parked(retry)
            say(f"已重新安排：{escape(timer.kind)} {escape(timer.subject)}", "It will be tried again at once.")
        elif parked:
            _print_parked(code)
        else:
            _print_status()


def _print_status() -> None:
    from zt_tenants.timers.queries import timers_status

    status = timers_status()
    seconds = int(status.lag.total_seconds())
    say(f"到期待处理 {status.due} 项，最早的已等待 {seconds} 秒。", f"{status.due} due; the oldest waits {seconds} s.")
    if status.unhandled:
        say(
            f"其中 {status.unhandled} 项本版本无法处理。",
            f"{status.unhandled} of kinds that this release does not know.",
        )
    say(f"搁置 {status.parked} 项。", f"{status.parked} parked (--parked lists them).")


def _print_parked(code: str) -> None:
    """A block a timer, its id on a line that no terminal breaks: it is what ``--retry`` takes."""
    from zt_tenants.centres import centre_by_code
    from zt_tenants.timers.queries import parked_timers

    found = parked_timers(centre=centre_by_code(code) if code else None)
    for timer in found:
        centre = f"{timer.centre.code} {timer.centre.short_name}" if timer.centre else "–"
        zh, _, en = timer.last_error.partition("\n")
        out.print(f"[bold]{timer.id}[/bold]", soft_wrap=True)
        out.print(f"  {escape(centre)} · {escape(timer.kind)} · {escape(timer.subject)}", soft_wrap=True)
        say(
            f"  {timer.due_at.astimezone(CHINA):%Y-%m-%d %H:%M} 到期，已试 {timer.attempts} 次。{escape(zh)}",
            f"due then, tried {timer.attempts} times. {escape(en)}",
        )
    if not found:
        say("没有搁置的定时任务。", "No timer is parked.")
