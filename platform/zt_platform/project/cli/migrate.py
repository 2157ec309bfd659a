"""``zhengtong migrate``: the shared schemas and every centre brought up to date, planned, tried out first, looked at."""

from __future__ import annotations

import click
from rich.markup import escape
from rich.table import Table

from zt_platform.project.cli.console import fail, out, say
from zt_platform.project.cli.runtime import migrate_all, platform_running, prepare_storage


@click.command()
@click.option("--plan", is_flag=True, help="只列出将执行的步骤和中心数 · only say what would be done, and to how many")
@click.option("--status", is_flag=True, help="各版本的中心数与失败的中心 · centres by revision, and those that failed")
@click.option(
    "--canary", type=click.IntRange(min=0), default=0, metavar="N", help="先升级 N 个，失败即停 · N centres first"
)
@click.option("--jobs", type=click.IntRange(1, 8), default=2, show_default=True, help="同时升级几个中心 · at a time")
def migrate(plan: bool, status: bool, canary: int, jobs: int) -> None:
    """升级数据库(公共部分与每个中心)与存储桶 · Migrate the shared schemas, every centre and the bucket.

    中断后再次运行即继续；某个中心失败不影响其他中心。It can be repeated at any time; a centre that fails is named and
    keeps its old tables while the others go on. The exit code is 1 when centres are left behind.
    """
    with platform_running():
        if status:
            behind = _print_status()
            raise SystemExit(1 if behind else 0)
        migrate_all(quiet=False, plan=plan, canary=canary, jobs=jobs)
        if not plan:
            prepare_storage()
            say("数据库与存储桶已是最新。", "The database and the bucket are up to date.")


def _print_status() -> bool:
    from zt_tenants.fleet import fleet_status

    fleet = fleet_status()
    table = Table(
        "版本 revision", "步骤 step", "中心数 centres", "", title="各中心的表结构版本 · revisions", title_justify="left"
    )
    for revision in fleet.revisions:
        note = "最新 newest" if revision.ordinal == fleet.latest else "落后 behind"
        table.add_row(str(revision.ordinal), revision.label or "–", str(revision.centres), note)
    out.print(table)
    for centre in fleet.failed:
        fail(f"{centre.code} {escape(centre.short_name)} → {centre.ordinal} {centre.label}:", escape(centre.error))
    if fleet.unrecorded > 0:
        say(
            f"程序有 {fleet.unrecorded} 个迁移尚未执行。", "The database lacks migrations of this program: run migrate."
        )
    if fleet.unrecorded < 0:
        say(
            f"数据库比程序多 {-fleet.unrecorded} 个迁移。", "The database is ahead of this program: update the program."
        )
    if fleet.behind:
        say(f"{fleet.behind} 个中心落后。", f"{fleet.behind} of {fleet.centres} centres are behind.")
    return fleet.mixed
