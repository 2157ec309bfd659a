"""``zhengtong simulate-year``: a whole year of cases in a province of its own, and whether its ledgers balance."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import TYPE_CHECKING

import click

from zt_platform.project.cli.balance_table import print_balance
from zt_platform.project.cli.console import fail, out, progress_bar, say
from zt_platform.project.cli.ledger import print_check
from zt_platform.project.cli.runtime import migrate_and_go_on, prepare_storage, set_up_django
from zt_platform.project.embedded.services import EmbeddedServices
from zt_platform.project.secrets import data_home, load_secrets

if TYPE_CHECKING:
    from zt_platform.project.simulation.year import Played
    from zt_platform.project.simulation.year_processes import Progressed, Script

_PASSWORD = "simulated-year-of-cases"
_INTERRUPTED = 130


@click.command("simulate-year")
@click.option("--year", "number", default=2026, show_default=True, help="哪一年(须有公布的日历) · which year")
@click.option("--cases", default=10_000, show_default=True, help="办件数 · how many cases")
@click.option("--seed", default=20260105, show_default=True, help="随机种子 · seed of all chances")
@click.option("--months", type=click.IntRange(4, 12), default=12, show_default=True, help="演几个月 · how many months")
@click.option(
    "--jobs", type=click.IntRange(1, 16), default=3, show_default=True, help="进程数 · how many processes play"
)
def simulate_year(number: int, cases: int, seed: int, months: int, jobs: int) -> None:
    """演一整年办件并核对台账 · Play a year in a database of its own and check every ledger; exit code 1 if one fails.

    The same seed gives the same year, however many processes play it.
    """
    from zt_platform.project.simulation.year_processes import Script

    script = Script(
        seed=seed,
        password=_PASSWORD,
        first=date(number, 1, 5),
        last=date(number, months, 28) if months < 12 else date(number, 12, 31),
        cases=cases,
        day_off=date(number, 3, 20),
        known_on=date(number, 3, 10),
    )
    for stopping in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stopping, signal.default_int_handler)
    try:
        with _own_services():
            set_up_django()
            migrate_and_go_on()
            prepare_storage()
            _make_centres(script)
            holds = _report(script, _play(script, jobs))
    except KeyboardInterrupt:
        fail("已中断，演示数据已删除。", "Interrupted; what was played is gone.")
        sys.exit(_INTERRUPTED)
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


def _make_centres(script: Script) -> None:
    """The province and the pairs of centres that play, with staff, applicants and what they publish."""
    from zt_platform.project.provinces import load_province
    from zt_platform.project.simulation.stage import pairs_of_the_catalogue
    from zt_tenants import clock
    from zt_tenants.divisions import demo_divisions
    from zt_tenants.models import Level

    logging.getLogger("zt_platform").setLevel(logging.ERROR)
    divisions = demo_divisions()
    pairs = pairs_of_the_catalogue([division.code for division in divisions if division.level == Level.CITY])
    playing = {code for pair in pairs for code in (pair.upper, pair.lower)}
    halls = [division for division in divisions if division.level == Level.PROVINCE or division.code in playing]
    with clock.at(script.eve), progress_bar("建立中心", "making centres", total=len(halls)) as bar:
        load_province(
            halls,
            password=_PASSWORD,
            jobs=1,
            progress=lambda name: bar.update(bar.task_ids[0], advance=1, now=name),
            keys_valid=(script.eve - timedelta(days=1), script.eve + timedelta(days=400)),
        )
        script.stage().publish()


def _play(script: Script, jobs: int) -> Played:
    from zt_platform.project.simulation.year_processes import play_year

    told: set[tuple[int, bool]] = set()
    with progress_bar("演一年办件", "a year of cases", total=script.cases) as bar:

        def show(how_far: Progressed) -> None:
            bar.update(bar.task_ids[0], completed=how_far.begun, now=_pace(how_far, script))
            fortnight = (how_far.day.month, how_far.day.day > 15)
            if fortnight not in told and not out.is_terminal:
                told.add(fortnight)
                out.print(f"{how_far.begun}/{script.cases} · {_pace(how_far, script)}")

        played = play_year(script, jobs=jobs, progress=show)
        seconds = bar.tasks[0].elapsed or 1.0
    each, spent = played.begun / seconds, played.processor_seconds
    say(
        f"{played.begun} 件，{played.acts} 个动作，{seconds:.0f} 秒，每秒 {each:.1f} 件；除数据库外处理器 {spent:.0f} 秒。",
        f"{played.begun} cases, {played.acts} acts, {seconds:.0f} s, {each:.1f} cases a second; {spent:.0f} s of processor"
        " time without the database.",
    )
    return played


def _pace(how_far: Progressed, script: Script) -> str:
    """The day, cases a second, and how long it may still take: the days that are over say so, not the cases, which end."""
    days, all_days = (how_far.day - script.first).days, (script.last - script.first).days
    if not days or not how_far.seconds:
        return f"{how_far.day}"
    left = int(how_far.seconds / days * (all_days - days))
    return f"{how_far.day} · {how_far.begun / how_far.seconds:.1f}/s · ETA {left // 60}:{left % 60:02}"


def _report(script: Script, played: Played) -> bool:
    """What fired and what did not, the limits counted again, the equations, every difference; whether all is well.

    What never happened is a failure only when there were cases enough to tell every story once.
    """
    from zt_platform.project.ledger_check import check_ledgers
    from zt_platform.project.simulation.coverage import coverage_of
    from zt_platform.project.simulation.year import KINDS

    halls = script.stage().halls
    seen = coverage_of(halls)
    for name, counts in (("环节 steps", seen.steps), ("文书 papers", seen.papers), ("时限 alarms", seen.alarms)):
        out.print(f"[bold]{name}[/bold] " + " · ".join(f"{what} {count}" for what, count in sorted(counts.items())))
    for name, absent in seen.missing().items():
        say(f"[red]没有发生：{name} {'、'.join(absent)}[/red]", "never happened.")
    for refused in played.surprises[:20]:
        say(f"[red]被拒绝的动作：{refused}[/red]", "an act was refused.")
    limits_hold = _recount(script, halls)
    found = check_ledgers()
    print_balance(found)
    print_check(found)
    all_told = {kind.name for kind in KINDS} <= set(played.told)
    complete = not (all_told and seen.missing())
    return found.holds and limits_hold and not played.surprises and complete


def _recount(script: Script, halls: list[str]) -> bool:
    """Every limit of every case, counted again from its log alone by a clerk who knows nothing of the house's arithmetic."""
    from zt_platform.project.simulation.slow_clerk_reads import DayOff, read_centre, read_hours
    from zt_platform.project.simulation.year import declared_at
    from zt_tenants.context import enter

    day_off, counted, wrong = DayOff(script.day_off, declared_at(script.known_on)), 0, []
    hours = read_hours(halls)
    for code in halls:
        with enter(code):
            for limit in read_centre(day_off, hours):
                counted += 1
                if not limit.agrees:
                    wrong.append(limit)
    say(
        f"独立复算时限 {counted} 个，不符 {len(wrong)} 个。",
        "Limits counted again from the logs, and those that differ.",
    )
    for limit in wrong[:20]:
        say(f"[red]{limit.number} {limit.role} {limit.name}[/red] {limit.counted} ≠ {limit.stored}", "")
    return not wrong
