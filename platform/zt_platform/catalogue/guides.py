"""The guide of an item (办事指南) at the current centre: the answers people ask for.

Everything the six disclosures (D-01) demand is in it, in the order in which people need it: what to bring, how long, how
much, where, who decides; then the law.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from zt_platform.catalogue import queries, rules
from zt_platform.catalogue.kinds import CaseKind, DelegationKind
from zt_platform.catalogue.models import Delegation, ItemVersion, Material
from zt_platform.organisation.models import CentreProfile
from zt_platform.organisation.queries import centre_profile, windows
from zt_tenants.context import current_centre
from zt_tenants.language import bi
from zt_tenants.models import Centre

MOST_NAMES = 6
"""So many receiving centres are named; more are counted."""


@dataclass(frozen=True, slots=True)
class Guide:
    """One item as a person reads it at one centre."""

    version: ItemVersion
    materials: Sequence[Material]
    profile: CentreProfile
    counters: str
    accepted_here: bool
    accepting_centres: Sequence[tuple[str, str]]
    who_decides: str
    crossing: str

    @property
    def code(self) -> str:
        """The item's code, the same in the whole province."""
        return self.version.item.code

    @property
    def name(self) -> str:
        """The item's name in the active language."""
        return bi(self.version.item.name, self.version.item.name_en)

    @property
    def department_name(self) -> str:
        """The implementing department."""
        return bi(self.version.item.department.name, self.version.item.department.name_en)

    @property
    def instant(self) -> bool:
        """Decided on the spot (E-01)."""
        return self.version.kind == CaseKind.INSTANT


def guide_of(item_code: str, *, on: date) -> Guide:
    """The guide of a published item of the current centre on a day. Raises UnknownItem."""
    centre = current_centre()
    version = queries.item_version(item_code)
    item = version.item
    bound = [delegation for delegation in queries.delegations() if delegation.item_code == item_code]
    in_force = [delegation for delegation in bound if rules.why_not_in_force(delegation, on) is None]
    who_decides, crossing = _who_decides(centre, version, in_force)
    if not in_force:
        crossing = queries.why_not_in_force(item_code, on) or ""
    return Guide(
        version=version,
        materials=list(version.materials.all()),
        profile=centre_profile(),
        counters=_counters(version),
        accepted_here=item.active and item.accepted_here,
        accepting_centres=[
            (d.from_centre_code, d.from_centre_name) for d in in_force if d.to_centre_code == centre.code
        ],
        who_decides=who_decides,
        crossing=crossing,
    )


def _counters(version: ItemVersion) -> str:
    own = [window for window in windows() if window.department_id == version.item.department_id]
    return bi("、", ", ").join(bi(window.name, window.name_en) for window in own)


def _named(delegations: Sequence[Delegation]) -> str:
    names = [d.to_department_name for d in delegations[:MOST_NAMES]]
    text = bi("、", ", ").join(names)
    if len(delegations) > MOST_NAMES:
        return bi("{names}等{n}个中心", "{names} and others, {n} centres", names=text, n=len(delegations))
    return text


def _who_decides(centre: Centre, version: ItemVersion, delegations: Sequence[Delegation]) -> tuple[str, str]:
    """Who decides, in whose name; and what crosses to another centre, if anything (domain.md, *Cross-level handling*)."""
    leaving = [delegation for delegation in delegations if delegation.sends_case_to(centre.code)]
    department = version.item.department.name
    if not leaving:
        return bi("由{name}审查并决定。", "{name} examines and decides.", name=department), ""
    first = leaving[0]
    match first.kind:
        case DelegationKind.FORWARDED:
            decides = bi(
                "由本中心受理和初审，由{centre}的{name}决定。",
                "Accepted and first reviewed here; decided by {name} at {centre}.",
                centre=first.from_centre_name,
                name=first.from_department_name,
            )
        case DelegationKind.ENTRUSTED:
            decides = bi(
                "由{lower}受委托审查，以{name}的名义决定，由本中心盖章送达。",
                "Examined by {lower} under an entrustment and decided in the name of {name}; sealed and delivered here.",
                lower=_named(leaving),
                name=first.from_department_name,
            )
        case _:
            decides = bi(
                "这个事项已经下放，由{lower}受理并以自己的名义决定。",
                "This item is devolved: {lower} accepts it and decides in its own name.",
                lower=_named(leaving),
            )
    crossing = bi(
        "您在这里提交就行，材料由平台签名送到对方中心，不用再跑一趟；进度一样能查到。",
        "Hand it in here; the platform carries it, signed, to the other centre. You need not go there, and can follow it.",
    )
    return decides, crossing
