"""``zhengtong simulate-year``: a whole year of cases in a province of its own, and whether its ledgers balance."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import click

from zt_platform.project.cli.console import out, progress_bar, say
from zt_platform.project.cli.ledger import print_check
from zt_platform.project.cli.runtime import migrate_and_go_on, prepare_storage, set_up_django
from zt_platform.project.embedded.services import EmbeddedServices
from zt_platform.project.secrets import data_home, load_secrets

if TYPE_CHECKING:
    from zt_platform.project.simulation.year import Year

_PASSWORD = "simulated-year-of-cases"


@click.command("simulate-year")
@click.option("--year", "number", default=2026, show_default=True, help="哪一年(须有公布的日历) · which year")
@click.option("--cases", default=10_000, show_default=True, help="办件数 · how many cases")
@click.option("--seed", default=20260105, show_default=True, help="随机种子 · seed of all chances")
@click.option("--months", type=click.IntRange(2, 12), default=12, show_default=True, help="演几个月 · how many months")
def simulate_year(number: int, cases: int, seed: int, months: int) -> None:
    """演一整年办件并核对台账 · Play a year in a database of its own and check every ledger; exit code 1 if one fails."""
    with _own_services():
        set_up_django()
        migrate_and_go_on()
        prepare_storage()
        played = _play(number, cases=cases, seed=seed, months=months)
        holds = _report(played)
    if not holds:
        sys.exit(1)


@contextmanager
def _own_services() -> Iterator[None]:
    """Embedded services over an empty folder, deleted afterwards: the year's clock is not that of the site.

    Raises UsageError when the environment names real servers: nothing is ever simulated among real cases.
    """
    if "DATABASE_URL" in os.environ:
        raise click.UsageError(
            "模拟只在自己的临时数据库中进行，请先取消 DATABASE_URL · unset it: a year has a database of its own"
        )
    home = data_home() / "simulated-year"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    home.chmod(0o755)  # PostgreSQL runs as another user when the command runs as root
    os.environ["ZT_HOME"] = str(home)
    services = EmbeddedServices(home, secrets=load_secrets(home), for_tests=True)
    services.start()
    try:
        yield
    finally:
        services.stop()
        services.remove()
        shutil.rmtree(home, ignore_errors=True)


def _play(number: int, *, cases: int, seed: int, months: int) -> Year:
    from zt_platform.project.provinces import load_province
    from zt_platform.project.simulation.stage import Stage, pairs_of_the_catalogue
    from zt_platform.project.simulation.year import Year
    from zt_tenants import clock
    from zt_tenants.divisions import demo_divisions
    from zt_tenants.models import Level

    before = datetime(number - 1, 12, 31, 10, tzinfo=clock.CHINA)
    divisions = demo_divisions()
    pairs = pairs_of_the_catalogue([division.code for division in divisions if division.level == Level.CITY])
    playing = {code for pair in pairs for code in (pair.upper, pair.lower)}
    halls = [division for division in divisions if division.level == Level.PROVINCE or division.code in playing]
    with clock.at(before), progress_bar("建立中心", "making centres", total=len(halls)) as bar:
        load_province(
            halls,
            password=_PASSWORD,
            jobs=1,
            progress=lambda name: bar.update(bar.task_ids[0], advance=1, now=name),
            keys_valid=(before - timedelta(days=1), before + timedelta(days=400)),
        )
        stage = Stage(seed=seed, password=_PASSWORD, pairs=pairs)
        stage.publish()
    last = date(number, months, 28) if months < 12 else date(number, 12, 31)
    year = Year(stage, first=date(number, 1, 5), last=last, cases=cases)
    year.declare_a_day_off(known_on=date(number, 3, 10), day=date(number, 3, 20))
    began = time.monotonic()
    with progress_bar("演一年办件", "a year of cases", total=(last - date(number, 1, 5)).days + 1) as bar:
        year.play(lambda day: bar.update(bar.task_ids[0], completed=(day - date(number, 1, 5)).days, now=f"{day}"))
    seconds = time.monotonic() - began
    say(
        f"{cases} 件，{year.acts} 个动作，{seconds:.0f} 秒，每秒 {cases / seconds:.1f} 件。",
        f"{cases} cases, {year.acts} acts, {seconds:.0f} s, {cases / seconds:.1f} cases a second.",
    )
    return year


def _report(year: Year) -> bool:
    """What fired and what did not, the two equations, every difference; whether all is well.

    What never happened is a failure only when there were cases enough to tell every story once.
    """
    from zt_platform.project.ledger_check import check_ledgers
    from zt_platform.project.simulation.coverage import coverage_of
    from zt_platform.project.simulation.year import KINDS

    seen = coverage_of(year.halls)
    for name, counts in (("环节 steps", seen.steps), ("文书 papers", seen.papers), ("时限 alarms", seen.alarms)):
        out.print(f"[bold]{name}[/bold] " + " · ".join(f"{what} {count}" for what, count in sorted(counts.items())))
    for name, absent in seen.missing().items():
        say(f"[red]没有发生：{name} {'、'.join(absent)}[/red]", "never happened.")
    for refused in year.surprises[:20]:
        say(f"[red]被拒绝的动作：{refused}[/red]", "an act was refused.")
    found = check_ledgers()
    print_check(found)
    all_told = {kind.tell.__name__ for kind in KINDS} <= set(year.told)
    return found.holds and not year.surprises and not (all_told and seen.missing())
