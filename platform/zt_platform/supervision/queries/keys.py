"""The keys of the centres of a scope and how long they still last, the first to end first (Y-04)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.db import models

from zt_interop.keys.commands import CENTRE_USAGES
from zt_interop.keys.models import KeyUsage
from zt_interop.keys.queries import KeyTerm, key_terms
from zt_platform.supervision.scope import Scope
from zt_tenants.errors import InvalidInput
from zt_tenants.language import bilingual
from zt_tenants.models import Centre, Level

BAR_DAYS: Final = 400
"""Days that fill the bar: the whole term of a new key."""
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


class KeyState(models.TextChoices):
    """How urgent a key is, the worst first."""

    MISSING = "MISSING", bilingual("没有有效密钥", "No valid key")
    WEEK = "WEEK", bilingual("7天内到期", "Within 7 days")
    MONTH = "MONTH", bilingual("30天内到期", "Within 30 days")
    SOON = "SOON", bilingual("60天内到期", "Within 60 days")
    VALID = "VALID", bilingual("有效", "Valid")


_LIGHTS: Final = {
    KeyState.MISSING: "red",
    KeyState.WEEK: "red",
    KeyState.MONTH: "yellow",
    KeyState.SOON: "warning",
    KeyState.VALID: "green",
}
_LIMITS: Final = ((7, KeyState.WEEK), (30, KeyState.MONTH), (60, KeyState.SOON))


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One centre's key for one usage; ``term`` is None when it has none. ``days`` are those still left."""

    centre: Centre
    usage: KeyUsage
    state: KeyState
    term: KeyTerm | None = None
    days: int = 0

    @property
    def ends(self) -> datetime:
        """For sorting: when the key ends; long ago where there is none."""
        return self.term.not_after if self.term else _LONG_AGO

    @property
    def light(self) -> str:
        """The light of the state."""
        return _LIGHTS[self.state]

    @property
    def bar(self) -> int:
        """How much of the bar is full, in days of 400."""
        return min(self.days, BAR_DAYS)


@dataclass(frozen=True, slots=True)
class KeyList:
    """The rows that the filters leave, and how many there are of each state before the filters."""

    rows: list[KeyRow]
    counts: dict[KeyState, int]


def keys(scope: Scope, *, code: str = "", state: str = "", text: str = "", at: datetime) -> KeyList:
    """The keys of a centre of the scope and of all below it, those without one first, then by their end.

    One statement, whatever the number of centres. The province's own rows hold the root key.

    Raises:
        NotFound: ``code`` lies outside the scope.
        InvalidInput: there is no such state.
    """
    if state and state not in KeyState.values:
        raise InvalidInput(field="state", zh="没有这种状态。", en="There is no such state.")
    centres = [scope.centre(found) for found in scope.below(code or scope.root.code)]
    terms = {(term.centre_id, term.usage): term for term in key_terms([centre.id for centre in centres], at=at)}
    rows = [
        _row(centre, usage, terms.get((centre.id, usage.value)), at)
        for centre in centres
        if centre.closed_on is None
        for usage in _usages(centre)
    ]
    rows.sort(key=lambda row: (row.ends, row.centre.code, row.usage))
    counts = {each: sum(1 for row in rows if row.state is each) for each in KeyState}
    return KeyList([row for row in rows if _matches(row, state, text)], counts)


def _usages(centre: Centre) -> tuple[KeyUsage, ...]:
    return (KeyUsage.ROOT, *CENTRE_USAGES) if centre.level == Level.PROVINCE else CENTRE_USAGES


def _row(centre: Centre, usage: KeyUsage, term: KeyTerm | None, at: datetime) -> KeyRow:
    if term is None:
        return KeyRow(centre, usage, KeyState.MISSING)
    days = (term.not_after - at).days
    state = next((found for limit, found in _LIMITS if days < limit), KeyState.VALID)
    return KeyRow(centre, usage, state, term, days)


def _matches(row: KeyRow, state: str, text: str) -> bool:
    if state and row.state != state:
        return False
    found = (row.centre.code, row.centre.name, row.term.kid if row.term else "", row.term.suite if row.term else "")
    return not text or any(text.lower() in each.lower() for each in found)
