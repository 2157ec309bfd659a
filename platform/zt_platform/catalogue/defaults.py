"""Rules by which a centre lets silence count: as a grant (超期默认, G-05), or as the consent of a department that takes
part in joint handling (缺席、超时、不作为默认, G-06). Off unless switched on with a legal basis.

The sources practise them and doubt them (requirements, section 30): so each is a switch of one centre for one item, with its
legal basis, its dates and who threw it. What the *law* deems (art. 32, 50) is no such rule and is always on. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any, Self

from zt_platform.catalogue.kinds import DefaultKind
from zt_tenants.clock import CHINA

LONGEST_GRACE_DAYS = 20


@dataclass(frozen=True, slots=True)
class DefaultRule:
    """One switching-on. OVERDUE: an undecided case counts as granted ``grace_days`` working days after its promised limit.

    The supervision order (F-04) goes out at the limit; the grace is for it to take effect. The kinds of joint handling have
    no grace. ``off_at`` ends it early. A rule never reaches back: the limit has to end while it is on.
    """

    legal_basis: str
    grace_days: int
    valid_from: date
    valid_until: date | None
    on_at: datetime
    on_by: str
    on_account: str
    off_at: datetime | None = None
    off_by: str = ""
    off_reason: str = ""
    kind: str = DefaultKind.OVERDUE.value
    """What an older release stored names none: it knew only this one."""

    def covers(self, due_at: datetime) -> bool:
        """Whether a limit that ends then falls under the rule."""
        day = due_at.astimezone(CHINA).date()
        in_dates = self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)
        return in_dates and self.on_at <= due_at and self.off_at is None

    def is_on(self, day: date) -> bool:
        """Whether it is in force on a day, or will be."""
        return self.off_at is None and (self.valid_until is None or day <= self.valid_until)

    def to_stored(self) -> dict[str, Any]:
        """As the item holds it."""
        return {
            name: value.isoformat() if isinstance(value, date | datetime) else value
            for name, value in asdict(self).items()
            if (name, value) != ("kind", DefaultKind.OVERDUE.value)  # an older release reads what it wrote itself
        }

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> Self:
        """From the item."""
        return cls(
            **{
                **stored,
                "valid_from": date.fromisoformat(stored["valid_from"]),
                "valid_until": date.fromisoformat(stored["valid_until"]) if stored["valid_until"] else None,
                "on_at": datetime.fromisoformat(stored["on_at"]),
                "off_at": datetime.fromisoformat(stored["off_at"]) if stored["off_at"] else None,
            }
        )

    @property
    def kind_label(self) -> str:
        """The kind in words."""
        return str(DefaultKind(self.kind).label)

    def switched_off(self, *, at: datetime, by: str, reason: str) -> Self:
        """The same rule, ended."""
        return replace(self, off_at=at, off_by=by, off_reason=reason)


def rule_for(
    stored: Iterable[Mapping[str, Any]], due_at: datetime, kind: DefaultKind = DefaultKind.OVERDUE
) -> DefaultRule | None:
    """The rule of a kind under which a limit falls; None when none is on."""
    rules = map(DefaultRule.from_stored, stored)
    return next((rule for rule in rules if rule.kind == kind and rule.covers(due_at)), None)
