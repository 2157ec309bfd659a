"""The special ways of an item: renewal (art. 50), tolerant acceptance (容缺受理), a permit on a commitment (承诺制). Pure.

Stored with the item's version as JSON, so that a case keeps what was published when it began (B-05).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from zt_platform.catalogue.forms import FieldType
from zt_tenants.errors import InvalidInput

LONGEST_TOLERANCE_DAYS = 60
LONGEST_TEMPORARY_DAYS = 730


@dataclass(frozen=True, slots=True)
class Ways:
    """What an item's version allows besides the ordinary way; nothing unless it says so, with its legal basis.

    ``renewal_field`` names the date field of the form that holds the end of the permit to be renewed. ``tolerance_days``
    are working days after acceptance within which materials marked 可容缺 follow. ``temporary_days`` are calendar days
    that a temporary permit lasts at most; ``commitment_terms`` is what the applicant commits to (I-04).
    """

    renewal_field: str = ""
    tolerance_days: int = 0
    tolerance_basis: str = ""
    temporary_days: int = 0
    commitment_terms: str = ""
    commitment_basis: str = ""

    def to_stored(self) -> dict[str, Any]:
        """As the version holds it; nothing of what is not allowed."""
        return {name: value for name, value in asdict(self).items() if value}

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> Self:
        """From the version; what a later release added is left aside."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in stored.items() if name in known})


def check_ways(ways: Ways, form: Sequence[Mapping[str, Any]], may_follow: Collection[str]) -> None:
    """Refuse what could not be carried out or names no legal basis. Raises InvalidInput naming the field."""
    dates = {stored["name"] for stored in form if stored["type"] == FieldType.DATE.value}
    if ways.renewal_field and ways.renewal_field not in dates:
        raise InvalidInput(
            field="renewal_field",
            zh="延续事项须指明表单中填写原许可有效期届满日的日期栏。",
            en="A renewal names the date field of the form that holds the end of the permit.",
        )
    _check_range("tolerance_days", ways.tolerance_days, LONGEST_TOLERANCE_DAYS)
    _check_range("temporary_days", ways.temporary_days, LONGEST_TEMPORARY_DAYS)
    if bool(ways.tolerance_days) != bool(may_follow):
        raise InvalidInput(
            field="tolerance_days",
            zh="容缺受理须同时标明可容缺的材料和补交期限（工作日）。",
            en="Tolerant acceptance names the materials that may follow and the working days for them.",
        )
    if ways.tolerance_days and not ways.tolerance_basis.strip():
        raise InvalidInput(field="tolerance_basis", zh="容缺受理须写明依据。", en="Name its legal basis.")
    if ways.temporary_days and not (ways.commitment_terms.strip() and ways.commitment_basis.strip()):
        raise InvalidInput(
            field="commitment_terms",
            zh="承诺制须写明承诺内容和依据。",
            en="A permit on a commitment names what is committed to, and its legal basis.",
        )


def _check_range(field: str, days: int, longest: int) -> None:
    if not 0 <= days <= longest:
        raise InvalidInput(
            field=field, zh="天数应为0至{longest}。", en="Between 0 and {longest} days.", longest=longest
        )
