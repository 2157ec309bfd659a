"""Materials that may follow after acceptance (容缺受理): what is owed, until when, and whether it came. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Self

from zt_interop.envelope import instant_text
from zt_platform.cases import rules
from zt_platform.cases.models import Case
from zt_platform.cases.rules import Calendar
from zt_platform.cases.vocabulary import PERMIT_ENDED, PERMIT_VALID
from zt_tenants.clock import CHINA, instant

TOLERANCE_DAYS = 5
"""Working days for what is owed where the item's version is not known here (the case came from another centre)."""


@dataclass(frozen=True, slots=True)
class Debt:
    """One material that may follow. ``due_at`` is None until the application is accepted, ``settled_at`` until it came."""

    code: str
    name: str
    due_at: datetime | None = None
    settled_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether it is still owed."""
        return self.settled_at is None

    @property
    def line(self) -> str:
        """As a paper lists it."""
        if self.due_at is None:
            return self.name
        day = self.due_at.astimezone(CHINA).date()
        return f"{self.name}（{day.year}年{day.month}月{day.day}日前）"

    def to_stored(self) -> dict[str, Any]:
        """As ``Case.debts`` holds it and messages carry it."""
        return {
            name: instant_text(value) if isinstance(value, datetime) else value for name, value in asdict(self).items()
        }

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> Self:
        """From ``Case.debts``."""
        due_at, settled_at = stored.get("due_at"), stored.get("settled_at")
        return cls(
            code=stored["code"],
            name=stored["name"],
            due_at=instant(due_at),
            settled_at=instant(settled_at),
        )


def debts_of(case: Case) -> list[Debt]:
    """What was allowed to follow in a case, in the item's order."""
    return [Debt.from_stored(stored) for stored in case.debts]


def open_debts(case: Case) -> list[Debt]:
    """What is still owed."""
    return [debt for debt in debts_of(case) if debt.open]


def store(case: Case, debts: Iterable[Debt]) -> None:
    """Write what is owed into the case (not saved)."""
    case.debts = [debt.to_stored() for debt in debts]


def begin(case: Case, calendar: Calendar) -> None:
    """With acceptance the time for what is owed begins to run, in working days (not saved)."""
    if not case.debts or case.accepted_at is None:
        return
    item: Mapping[str, Any] = getattr(case, "item_clock", None) or {}
    days = (item.get("ways") or {}).get("tolerance_days") or TOLERANCE_DAYS
    case.clock_basis = {**case.clock_basis, "tolerance_days": days}
    store(case, [replace(debt, due_at=debt.due_at or _due_at(case, days, calendar)) for debt in debts_of(case)])


def count_anew(case: Case, calendar: Calendar) -> None:
    """The dates of what is still owed, by a calendar that has changed (not saved).

    What was accepted by a release that did not keep the number of days keeps its dates.
    """
    days = case.clock_basis.get("tolerance_days")
    if days:
        debts = debts_of(case)
        store(case, [replace(debt, due_at=_due_at(case, days, calendar)) if debt.open else debt for debt in debts])


def _due_at(case: Case, days: int, calendar: Calendar) -> datetime | None:
    return rules.statutory_due_at(case.accepted_at, days, calendar) if case.accepted_at else None


def takes_materials(case: Case) -> bool:
    """Whether a document may be added now: accepted, and undecided or granted on a commitment still to be verified."""
    if case.accepted_at is None:
        return False
    return not case.is_decided or case.temporary_permit.get("state") in (PERMIT_VALID, PERMIT_ENDED)


def settle(case: Case, codes: Collection[str], at: datetime) -> None:
    """What came is no longer owed (not saved)."""
    store(case, [replace(debt, settled_at=at) if debt.open and debt.code in codes else debt for debt in debts_of(case)])
