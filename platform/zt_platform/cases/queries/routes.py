"""Where a case goes by the delegations of the current centre, and why one does not count."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.utils.translation import override

from zt_platform.cases.rules import STAYS, Delegated, Route, route
from zt_platform.catalogue.models import Delegation
from zt_platform.catalogue.queries import why_not_in_force
from zt_tenants.clock import today
from zt_tenants.context import current_centre


@dataclass(frozen=True, slots=True)
class Routing:
    """Where an application for an item is decided.

    ``delegation`` is the one that counts (also when it brought the power *here*); ``why_not_zh`` and ``why_not_en``
    say why a delegation that would send the case away does not count today; empty otherwise.
    """

    route: Route
    delegation: Delegation | None
    why_not_zh: str = ""
    why_not_en: str = ""

    @property
    def leaves(self) -> bool:
        """Whether the case goes to another centre."""
        return bool(self.route.destination)


def routing_of(item_code: str, *, on: date | None = None, wanted: str = "", excluding: Collection[str] = ()) -> Routing:
    """Where an application made at the current centre for an item goes on a day (today).

    ``wanted`` is the code of the receiving centre when there are several; ``excluding`` are those that returned it
    already. Raises EntrustedCannotBeEntrustedAgain, DestinationNeeded.
    """
    here, day = current_centre().code, on or today()
    found_here = Delegation.objects.filter(item_code=item_code)
    known = [d for d in found_here if d.sends_case_to(here) not in excluding]
    in_force = [d for d in found_here.in_force(day) if d.sends_case_to(here) not in excluding] if known else []
    names = {d.to_centre_code: d.to_centre_name for d in known} | {
        d.from_centre_code: d.from_centre_name for d in known
    }
    found = route(
        here,
        [Delegated(d.kind, d.from_centre_code, d.to_centre_code) for d in in_force],
        wanted=wanted,
        names=names,
    )
    if found == STAYS:
        zh, en = _reason(item_code, day) if any(d.sends_case_to(here) for d in known) else ("", "")
        brought_here = next((d for d in in_force if d.sends_case_to(here) is None), None)
        return Routing(found, brought_here, zh, en)
    counting = next(d for d in in_force if d.kind == found.kind and d.sends_case_to(here) == found.destination)
    return Routing(found, counting)


def _reason(item_code: str, day: date) -> tuple[str, str]:
    texts = []
    for language in ("zh-hans", "en"):
        with override(language):
            texts.append(why_not_in_force(item_code, day) or "")
    return texts[0], texts[1]


def destinations(item_code: str, *, on: date | None = None, excluding: Collection[str] = ()) -> list[tuple[str, str]]:
    """Codes and names of the centres an application for an item may go to; for the clerk's choice."""
    here = current_centre().code
    found = Delegation.objects.filter(item_code=item_code).in_force(on or today())
    pairs = {
        target: (d.to_centre_name if target == d.to_centre_code else d.from_centre_name)
        for d in found
        if (target := d.sends_case_to(here)) and target not in excluding
    }
    return sorted(pairs.items())
