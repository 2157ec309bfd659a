"""``zhengtong ledger``: whether the ledgers of all centres balance."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
from rich.markup import escape
from rich.table import Table

from zt_platform.project.cli.balance_table import print_balance
from zt_platform.project.cli.console import counting, fail, out, say
from zt_platform.project.cli.runtime import platform_running

if TYPE_CHECKING:
    from zt_platform.balance import Balance
    from zt_platform.project.ledger_check import LedgerCheck

_SHOWN = 100


@click.group()
def ledger() -> None:
    """办件台账 · The ledgers of cases."""


@ledger.command("check")
@click.option("--centre", "codes", multiple=True, metavar="CODE", help="只核对这些中心 · only these centres")
def check(codes: tuple[str, ...]) -> None:
    """核对台账：收件与去向、日志、文书、索引、报文、监察库 · Check that every case stands somewhere; exit code 1 if not."""
    with platform_running():
        from zt_platform.project.ledger_check import check_ledgers

        with counting("核对台账", "checking ledgers") as progress:
            found = check_ledgers(codes, progress=progress)
        print_balance(found)
        print_check(found)
    if not found.holds:
        sys.exit(1)


def print_check(found: LedgerCheck) -> None:
    """The two equations, then every difference with its case and centre."""
    from django.utils.translation import override

    with override("zh-hans"):
        _print_equations(found.total)
        if found.under_way:
            say(f"另有{found.under_way}件的报文在途。", f"{found.under_way} cases have messages on their way.")
        if found.holds:
            say(f"台账平衡，共核对{found.cases}件。", f"The ledgers balance: {found.cases} rows were checked.")
            return
        table = Table("差异 difference", "中心 centre", "办件 case", "内容 what", title_justify="left")
        for difference in found.differences[:_SHOWN]:
            table.add_row(
                str(difference.kind.label),
                difference.centre_code,
                difference.tracking_number,
                f"{escape(difference.zh)}\n[dim]{escape(difference.en)}[/dim]",
            )
        out.print(table)
        count = len(found.differences)
        fail(f"台账不平衡：{count}处差异。", f"The ledgers do not balance: {count} differences.")


def _print_equations(total: Balance) -> None:
    before = " + ".join(f"{place.label} {count}" for place, count in total.before if count)
    after = " + ".join(f"{place.label} {count}" for place, count in total.after if count)
    out.print(f"收件 {total.came_in} = 受理 {total.accepted}{' + ' + before if before else ''}")
    out.print(f"受理 {total.accepted} = {after or 0}")
    if total.came_in_unaccounted or total.accepted_unaccounted:
        out.print(f"[red]去向不明：收件{total.came_in_unaccounted}，受理{total.accepted_unaccounted}[/red]")
