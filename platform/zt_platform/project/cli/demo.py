"""``zhengtong demo`` and ``zhengtong simulate``: a demo province, a played day, and a site that stays up."""

from __future__ import annotations

from pathlib import Path

import click
from rich.table import Table

from zt_platform.project.cli.console import out, progress_bar, say
from zt_platform.project.cli.province import load_missing_centres, staff_password
from zt_platform.project.cli.runtime import migrate_all, prepare_storage, set_up_django
from zt_platform.project.cli.stack import Stack
from zt_platform.project.embedded.services import running_services
from zt_platform.project.secrets import data_home
from zt_tenants.divisions import demo_divisions

_seed = click.option("--seed", default=20261122, show_default=True, help="随机种子 · seed of the day's chances")
_cases = click.option("--cases", default=90, show_default=True, help="办件数(约) · about how many cases")


@click.command()
@click.option("--port", default=8000, show_default=True, help="网站端口(被占用时自动换) · port of the site")
@_cases
@_seed
@click.option("--exit", "leave", is_flag=True, help="演示后退出,不保持运行 · stop after the played day")
def demo(port: int, cases: int, seed: int, leave: bool) -> None:
    """一键演示:建立演示省、演一天办件、保持运行 · A demo province with a played day, left running."""
    home = data_home()
    with Stack(home, port=port) as stack:
        set_up_django()
        say("升级数据库……", "Migrating the database.")
        migrate_all()
        prepare_storage()
        load_missing_centres(demo_divisions(), password=staff_password(home))
        stack.start_site()
        if not (home / "demo-played").exists():
            _play(cases=cases, seed=seed, home=home)
            (home / "demo-played").touch()
        _print_summary()
        _print_logins(stack.url, home)
        if not leave:
            stack.watch_until_interrupted()


@click.command()
@_cases
@_seed
def simulate(cases: int, seed: int) -> None:
    """再演一天办件 · Play another day of cases, on the running site or on one started for it."""
    home = data_home()
    if running_services(home) is not None:
        import os

        os.environ.update(running_services(home) or {})
        set_up_django()
        _play(cases=cases, seed=seed, home=home)
        _print_summary()
        return
    with Stack(home) as stack:
        set_up_django()
        migrate_all()
        prepare_storage()
        stack.start_site()
        _play(cases=cases, seed=seed, home=home)
        _print_summary()


def _play(*, cases: int, seed: int, home: Path) -> None:
    from zt_platform.project.simulation.day import Day

    day = Day(cases=cases, seed=seed, password=staff_password(home))
    with progress_bar("演一天办件", "a day of cases", total=day.steps) as bar:
        day.play(progress=lambda words: bar.update(bar.task_ids[0], advance=1, now=words))


def _print_summary() -> None:
    from zt_platform.project.simulation.summary import summary

    found = summary()
    table = Table("层级 level", *found.statuses, title="办件:层级 × 状态 · cases by level and step")
    for level, counts in found.by_level.items():
        table.add_row(level, *(str(count or "") for count in counts))
    out.print(table)
    for zh, en in found.lines():
        say(zh, en)


def _print_logins(url: str, home: Path) -> None:
    from zt_platform.project.simulation.cast import FIRST_USERNAME

    table = Table(
        "网址 URL", "用户名 username", "身份 who", title=f"密码均为 password: [bold]{staff_password(home)}[/bold]"
    )
    table.add_row(url, FIRST_USERNAME, "申请人 applicant (01–24)")
    table.add_row(f"{url}/c/340100/", "clerk-340100", "合肥市窗口人员 window clerk")
    table.add_row("", "reviewer-340100 · approver-340100", "审核、审批人员 reviewer, approver")
    table.add_row(f"{url}/c/340123/", "clerk-340123 · reviewer-340123 · approver-340123", "肥西县 county staff")
    table.add_row(f"{url}/supervision/", "supervisor-340000", "省监察人员 supervisor of the province")
    table.add_row("", "supervisor-340100", "合肥市监察人员 supervisor of the city")
    out.print(table)
