"""``zhengtong calendar``: the work calendar of the whole province."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import click

from zt_platform.project.cli.console import out, say
from zt_platform.project.cli.runtime import platform_running

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def calendar() -> None:
    """工作日历：查看、调整一天、录入全年通知 · The work calendar: show, set a day, enter the notice of a year."""


@contextmanager
def _at_the_province() -> Iterator[Any]:
    """The system as actor, in the provincial centre."""
    with platform_running():
        from zt_platform.actors import Actor
        from zt_tenants.centres import province
        from zt_tenants.context import enter

        with enter(province()):
            yield Actor.system("zhengtong calendar")


@calendar.command("show")
@click.argument("year", type=int)
def show(year: int) -> None:
    """显示 YEAR 年：是否已公布、本省调整了哪些日期 · Whether a year is known, and what the province has set."""
    with _at_the_province():
        from zt_platform.workcalendar.queries import year_status

        known = year_status(year, fresh=True)
        state = "暂定 provisional" if known.provisional else "已公布 published"
        out.print(f"{known.year} · {state} · {known.working_days} 个工作日 working days {known.document_number}")
        for one in known.overrides:
            out.print(f"  {one.day} {'上班 worked' if one.working else '放假 off'} · {one.reason}")


@calendar.command("override")
@click.argument("day", type=_DAY)
@click.option("--working/--off", required=True, help="上班或放假 · worked or off")
@click.option("--reason", required=True, help="依据 · the ground")
def override(day: datetime, working: bool, reason: str) -> None:
    """调整一天 · Say for one day whether it is worked."""
    with _at_the_province() as actor:
        from zt_platform.workcalendar.commands import override_day

        override_day(actor=actor, day=day.date(), working=working, reason=reason)
        say("已调整，各中心将重新计算时限。", "Set; every centre counts its limits anew.")


@calendar.command("withdraw")
@click.argument("day", type=_DAY)
def withdraw(day: datetime) -> None:
    """取消对一天的调整 · Let the published calendar count again for a day."""
    with _at_the_province() as actor:
        from zt_platform.workcalendar.commands import withdraw_override

        if withdraw_override(actor=actor, day=day.date()):
            say("已取消，各中心将重新计算时限。", "Undone; every centre counts its limits anew.")
        else:
            say("这一天没有调整过。", "Nothing was set for that day.")


@calendar.command("declare")
@click.argument("year", type=int)
@click.option("--document", required=True, help="通知文号 · number of the notice")
@click.option(
    "--off", "off", multiple=True, required=True, help="放假，2027-02-06 或 2027-02-06..2027-02-12 · days off"
)
@click.option("--working", "worked", multiple=True, help="调休上班 · weekend days that are worked")
def declare(year: int, document: str, off: Sequence[str], worked: Sequence[str]) -> None:
    """录入 YEAR 年的放假通知 · Enter the State Council notice of a year."""
    days = {**dict.fromkeys(_days(off), False), **dict.fromkeys(_days(worked), True)}
    with _at_the_province() as actor:
        from zt_platform.workcalendar.commands import declare_year

        declare_year(actor=actor, year=year, document_number=document, days=days)
        say(f"{year} 年已录入，各中心将重新计算时限。", "Entered; every centre counts its limits anew.")


@calendar.command("recount")
def recount() -> None:
    """让各中心按现行日历重新计算时限 · Let every centre count its running limits anew."""
    with _at_the_province() as actor:
        from zt_platform.workcalendar.commands import recount as ask

        say(f"已通知 {ask(actor=actor)} 个中心。", "Every centre has been asked.")


def _days(given: Sequence[str]) -> list[date]:
    found: list[date] = []
    for text in given:
        first, _, last = text.partition("..")
        try:
            start, end = date.fromisoformat(first), date.fromisoformat(last or first)
        except ValueError:
            raise click.BadParameter(f"不是日期 · not a day: {text}") from None
        found += [date.fromordinal(n) for n in range(start.toordinal(), end.toordinal() + 1)]
    return found
