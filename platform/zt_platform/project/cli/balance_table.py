"""The ledgers of all centres as one table: what came in, and where all of it stands, by level and by the centre's part."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from rich.table import Table

from zt_platform.project.cli.console import out

if TYPE_CHECKING:
    from zt_platform.balance import Balance
    from zt_platform.cases.vocabulary import CaseRole
    from zt_platform.project.ledger_check import LedgerCheck
    from zt_tenants.models import Level

Column = tuple["Level", "CaseRole"]


def print_balance(found: LedgerCheck) -> None:
    """A column for each level and part (its own cases, those it accepts, decides, hands down), and one for all applications.

    Each application is counted once in the last column: where the centre is answerable for it to the applicant, or decides
    alone. The last line of the table says what stands nowhere: 0 everywhere in ledgers that balance.
    """
    from django.utils.translation import override

    with override("zh-hans"):
        columns = balances_by_level(found)
        table = Table("", title="办件台账平衡 · balance of the ledgers", title_justify="left")
        for level, role in columns:
            table.add_column(f"{level.label}\n{role.label}", justify="right")
        table.add_column("全部申请\napplications", justify="right")
        for name, *counts in _rows([*columns.values(), found.total]):
            table.add_row(name, *(str(count) if count else "·" for count in counts))
        out.print(table)


def balances_by_level(found: LedgerCheck) -> dict[Column, Balance]:
    """The balances of all centres of a level together, by their part in the cases; the upper levels first."""
    from zt_platform.balance import Balance
    from zt_platform.cases.vocabulary import CaseRole
    from zt_tenants.centres import centre_by_code
    from zt_tenants.models import Level

    sums: defaultdict[Column, Balance] = defaultdict(Balance)
    for code, by_role in found.balances.items():
        level = Level(centre_by_code(code).level)
        for role, balance in by_role.items():
            sums[level, role] += balance
    return {(level, role): sums[level, role] for level in Level for role in CaseRole if (level, role) in sums}


def _rows(balances: list[Balance]) -> list[tuple[Any, ...]]:
    from zt_platform.balance import AFTER_ACCEPTANCE, BEFORE_ACCEPTANCE

    places = [(place, [balance.at(place) for balance in balances]) for place in (*BEFORE_ACCEPTANCE, *AFTER_ACCEPTANCE)]
    shown = [(place, counts) for place, counts in places if any(counts)]
    return [
        ("收件 came in", *(balance.came_in for balance in balances)),
        *((f"= {place.label}", *counts) for place, counts in shown if place in BEFORE_ACCEPTANCE),
        ("+ 受理 accepted", *(balance.accepted for balance in balances)),
        *((f"  = {place.label}", *counts) for place, counts in shown if place in AFTER_ACCEPTANCE),
        (
            "去向不明 stands nowhere",
            *(
                balance.came_in_unaccounted + balance.accepted_unaccounted + balance.contradictory
                for balance in balances
            ),
        ),
    ]
