"""``zhengtong province``: the centres of a province from the shipped divisions."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from zt_platform.project.cli.console import out, progress_bar, say
from zt_platform.project.cli.runtime import migrate_all, platform_running
from zt_platform.project.secrets import data_home
from zt_tenants.divisions import Division, demo_divisions, divisions_of, select, with_those_above


@click.group()
def province() -> None:
    """省级部署：建立各级中心 · The centres of a province."""


@province.command("load")
@click.argument("code")
@click.option("--demo", "demo_only", is_flag=True, help="只建演示范围(约60个中心) · only the demo's part")
@click.option("--only", "cities", multiple=True, metavar="CITY", help="只建这些市及其县(可重复) · only these cities")
@click.option(
    "--centre",
    "codes",
    multiple=True,
    metavar="CODE",
    help="只建这些中心及其上级(可重复) · only these, with those above",
)
@click.option("--dry-run", is_flag=True, help="只列出将要建立的中心 · only say what would be made")
@click.option("--jobs", type=click.IntRange(1, 8), default=2, show_default=True, help="同时建立几个中心 · at a time")
def load(code: str, demo_only: bool, cities: tuple[str, ...], codes: tuple[str, ...], dry_run: bool, jobs: int) -> None:
    """按行政区划建立一省的中心 · Make the centres of province CODE, such as 340000; running it again continues."""
    divisions = divisions_of(code)
    if demo_only:
        divisions = demo_divisions()
    elif cities:
        divisions = select(divisions, cities=cities)
    elif codes:
        divisions = with_those_above(divisions, codes)
    with platform_running():
        migrate_all()
        if dry_run:
            _say_what_is_missing(divisions)
        else:
            load_missing_centres(divisions, password=staff_password(data_home()), jobs=jobs)


def _say_what_is_missing(divisions: Sequence[Division]) -> None:
    from zt_platform.project.provinces import missing_divisions

    missing = missing_divisions(divisions)
    for division in missing:
        out.print(f"{division.code:<9} {division.level:<8} {division.name}")
    say(f"将建立 {len(missing)} 个中心，已有 {len(divisions) - len(missing)} 个。", "Nothing was made.")


def load_missing_centres(
    divisions: Sequence[Division],
    *,
    password: str,
    jobs: int = 2,
    keys_valid: tuple[datetime, datetime] | None = None,
) -> None:
    """Make what is missing, with a progress bar.

    Raises:
        click.ClickException: some centres could not be made; the others were.
    """
    from zt_platform.project.provinces import load_province, missing_divisions

    missing = len(missing_divisions(divisions))
    if not missing:
        say(f"{len(divisions)} 个中心已就绪。", "All centres are there.")
        return
    with progress_bar("建立中心", "centres", total=missing) as bar:
        report = load_province(
            divisions,
            password=password,
            jobs=jobs,
            keys_valid=keys_valid,
            progress=lambda name: bar.update(bar.task_ids[0], advance=1, now=name),
        )
    say(
        f"新建 {report.made} 个中心，已有 {report.there} 个。",
        f"{report.made} centres made, {report.there} were there.",
    )
    if report.failed:
        lines = [f"  {code}: {words}" for code, words in report.failed.items()]
        head = f"{len(report.failed)} 个中心未能建立，再次运行即继续。 {len(report.failed)} centres could not be made."
        raise click.ClickException("\n".join([head, *lines]))


def staff_password(home: Path) -> str:
    """The first password of staff accounts: ``ZT_STAFF_PASSWORD``, else made once and kept in the data folder."""
    named = os.environ.get("ZT_STAFF_PASSWORD")
    if named:
        return named
    store = home / "staff-password"
    if not store.exists():
        handle = os.open(store, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as sink:
            sink.write("zt-" + secrets.token_hex(6))
    return store.read_text()
