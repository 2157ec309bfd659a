"""The six handlings at intake (六办, E-14): at once, helped, first, jointly, coordinated, assisted upward.

Each follows from what is published about the item and from how the case stands; a case may take several. They say how a
window goes about it; none changes a limit, and who decides stays who decides.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.db.models import Exists, OuterRef, Q

from zt_platform.cases.models import Case
from zt_platform.cases.tolerance import open_debts
from zt_platform.cases.vocabulary import CaseRole, Status
from zt_platform.catalogue.kinds import CaseKind, DelegationKind
from zt_platform.catalogue.models import Delegation, Item, ItemVersion
from zt_tenants.clock import today
from zt_tenants.context import current_centre
from zt_tenants.language import bi, bilingual

FOREIGN_INVESTMENT = "外商投资"
PROJECT = "建设项目"
"""Subjects under which the catalogue publishes an item (its life events)."""


class Route(models.TextChoices):
    """How a window goes about a case, in the source's order."""

    AT_ONCE = "AT_ONCE", bilingual("即办", "At once")
    HELP = "HELP", bilingual("帮助办", "Helped")
    FIRST = "FIRST", bilingual("优先办", "First")
    JOINTLY = "JOINTLY", bilingual("联合办", "Jointly")
    COORDINATE = "COORDINATE", bilingual("协调办", "Coordinated")
    ASSIST = "ASSIST", bilingual("协助办", "Assisted upward")


@dataclass(frozen=True, slots=True)
class RouteLine:
    """One route of a case and what the window does on it."""

    route: Route
    why: str

    @property
    def label(self) -> str:
        """The route in words."""
        return str(self.route.label)


def routes_of(case: Case, version: ItemVersion) -> list[RouteLine]:
    """The routes that a case takes now, with what is to be done; no statement.

    ``case`` was read by :func:`~zt_platform.cases.queries.case_for`, ``version`` is its own, with its item. The twin of
    :func:`on_route`.
    """
    taken = {
        Route.HELP: _needs_help(case),
        Route.FIRST: FOREIGN_INVESTMENT in version.item.life_events,
        Route.JOINTLY: PROJECT in version.item.life_events,
        Route.COORDINATE: version.decided_jointly,
        Route.ASSIST: case.goes_up,
    }
    taken[Route.AT_ONCE] = case.kind == CaseKind.INSTANT and not taken[Route.HELP]
    return [RouteLine(route, _what_to_do(route)) for route in Route if taken[route]]


def on_route(route: str) -> Q:
    """The cases that take a route, for a queue; no case for a word that is none."""
    match route:
        case Route.AT_ONCE:
            return Q(kind=CaseKind.INSTANT) & ~_HELPED
        case Route.HELP:
            return _HELPED
        case Route.FIRST:
            return _of_subject(FOREIGN_INVESTMENT)
        case Route.JOINTLY:
            return _of_subject(PROJECT)
        case Route.COORDINATE:
            own = ItemVersion.objects.filter(item__code=OuterRef("item_code"), version=OuterRef("item_version_number"))
            return Q(Exists(own.filter(decided_jointly=True)))
        case Route.ASSIST:
            return goes_up()
        case _:
            return Q(pk__in=[])


_HELPED = Q(status=Status.CORRECTING) | Q(debts__contains=[{"settled_at": None}])


def _needs_help(case: Case) -> bool:
    return case.status == Status.CORRECTING or bool(open_debts(case))


def _of_subject(subject: str) -> Q:
    return Q(item_code__in=Item.objects.filter(life_events__contains=[subject]).values("code"))


def goes_up() -> Q:
    """The cases that this centre only accepts and reviews, by a delegation in force today or when they were sent up."""
    in_force = Delegation.objects.in_force(today())
    here = in_force.filter(kind=DelegationKind.FORWARDED, to_centre_code=current_centre().code)
    upward = Q(delegation_kind=DelegationKind.FORWARDED) | Q(item_code__in=here.values("item_code"))
    return upward & ~Q(role=CaseRole.DECIDING)


def _what_to_do(route: Route) -> str:
    match route:
        case Route.AT_ONCE:
            return bi("材料齐全，当场受理、审核、审批、办结。", "Complete: all four steps while the applicant waits.")
        case Route.HELP:
            return bi(
                "材料不全：一次告知缺什么，帮申请人补齐。", "Incomplete: say once what is missing and help with it."
            )
        case Route.FIRST:
            return bi("外来投资：排在前面办。", "Foreign investment: before others.")
        case Route.JOINTLY:
            return bi(
                "重大项目：联合踏勘、联合会审，各部门一起办。",
                "A project: surveys and reviews by all departments together.",
            )
        case Route.COORDINATE:
            return bi(
                "几个部门共同决定：牵头部门征求意见，意见不一由中心协调。",
                "Several departments decide: the lead asks them, the centre coordinates.",
            )
        case Route.ASSIST:
            return bi(
                "报上级决定：本窗口受理、初审、报送，跟踪到送达。",
                "Decided above: accepted, reviewed and sent up here, and followed until it is delivered.",
            )
