"""``zhengtong demo`` and ``zhengtong simulate``: a demo province, a played day, and a site that stays up."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table

from zt_platform.project.cli.console import out, progress_bar, say
from zt_platform.project.cli.province import load_missing_centres, staff_password
from zt_platform.project.cli.runtime import migrate_and_go_on, prepare_storage, set_up_django
from zt_platform.project.cli.stack import Stack
from zt_platform.project.embedded.services import running_services
from zt_platform.project.secrets import data_home
from zt_tenants.divisions import demo_divisions

if TYPE_CHECKING:
    from zt_platform.project.simulation.day import Day

_seed = click.option("--seed", default=20261122, show_default=True, help="随机种子 · seed of the day's chances")
_cases = click.option("--cases", default=90, show_default=True, help="办件数(约) · about how many cases")


@click.command()
@click.option("--port", default=8000, show_default=True, help="网站端口(被占用时自动换) · port of the site")
@_cases
@_seed
@click.option("--exit", "leave", is_flag=True, help="演示后退出，不保持运行 · stop after the played day")
def demo(port: int, cases: int, seed: int, leave: bool) -> None:
    """一键演示：建立演示省、演一天办件、保持运行 · A demo province with a played day, left running."""
    home = data_home()
    with Stack(home, port=port) as stack:
        set_up_django()
        say("升级数据库……", "Migrating the database.")
        migrate_and_go_on()
        prepare_storage()
        load_missing_centres(demo_divisions(), password=staff_password(home), keys_valid=_keys_valid())
        stack.start_departments(make=True)
        if (home / "demo-played").exists():
            stack.start_site()
        else:
            day = _planned(cases=cases, seed=seed, home=home)
            with progress_bar("演前些日子", "the days before", total=day.before_today) as bar:
                day.play_before_today(progress=lambda words: bar.update(bar.task_ids[0], advance=1, now=words))
            stack.start_site()
            _play(day)
            (home / "demo-played").touch()
        _print_summary()
        _print_logins(stack.url, home)
        if not leave:
            stack.watch_until_interrupted()


@click.command()
@_cases
@_seed
def simulate(cases: int, seed: int) -> None:
    """再演一天办件 · Play another day of cases, today's, on the running site or on one started for it."""
    home = data_home()
    found = running_services(home)
    if found is not None:
        os.environ.update(found)
        set_up_django()
        _play(_planned(cases=cases, seed=seed, home=home, only_today=True))
        _print_summary()
        return
    with Stack(home) as stack:
        set_up_django()
        migrate_and_go_on()
        prepare_storage()
        stack.start_site()
        _play(_planned(cases=cases, seed=seed, home=home, only_today=True))
        _print_summary()


def _keys_valid() -> tuple[datetime, datetime]:
    """The demo plays days of the past months, whose papers are signed on those days."""
    from zt_tenants import clock

    return clock.now() - timedelta(days=150), clock.now() + timedelta(days=400)


def _planned(*, cases: int, seed: int, home: Path, only_today: bool = False) -> Day:
    from zt_platform.project.simulation.day import Day

    return Day(cases=cases, seed=seed, password=staff_password(home), only_today=only_today)


def _play(day: Day) -> None:
    with progress_bar("演一天办件", "a day of cases", total=day.steps) as bar:
        day.play(progress=lambda words: bar.update(bar.task_ids[0], advance=1, now=words))


def _print_summary() -> None:
    from zt_platform.project.simulation.summary import summary

    found = summary()
    table = Table(
        "办件 cases", *found.levels, title="办件：状态 × 层级 · cases by step and level", title_justify="left"
    )
    for status, counts in found.by_status.items():
        table.add_row(status, *(str(count or "·") for count in counts))
    out.print(table)
    for zh, en in found.lines():
        say(zh, en)


def _print_logins(url: str, home: Path) -> None:
    logins = (
        ("申请人 applicants", f"{url}/", "applicant01 … applicant24"),
        ("合肥市 city staff", f"{url}/c/340100/", "clerk-340100  reviewer-340100  approver-340100  head-340100"),
        ("肥西县 county staff", f"{url}/c/340123/", "clerk-340123  reviewer-340123  approver-340123  head-340123"),
        ("监察 supervisors", f"{url}/supervision/", "supervisor-340000 (省)  supervisor-340100 (市)"),
    )
    out.print()
    for who, address, usernames in logins:
        out.print(f"  {who:<20} [bold]{address}[/bold]", f"{'':<24} {usernames}", sep="\n")
    out.print(f"  密码均为 every password: [bold]{staff_password(home)}[/bold]\n")
