"""The flagged steps of a scope, the newest first: broken rules, orders and cards, everything out of the ordinary."""

from __future__ import annotations

from django.db.models import QuerySet

from zt_platform.supervision.flags import FLAGGED, Flag
from zt_platform.supervision.models import CaseStep
from zt_platform.supervision.scope import Scope
from zt_tenants.errors import InvalidInput
from zt_tenants.wall.access import DatabaseRole
from zt_tenants.wall.querysets import read_beside


def flagged_steps(scope: Scope, *, centre: str = "", flag: str = "") -> QuerySet[CaseStep]:
    """Steps of a centre of the scope and of all below it that carry a flag (or this one), the newest first.

    Raises:
        NotFound: the centre lies outside the scope. InvalidInput: there is no such flag.
    """
    if flag and flag not in Flag.values:
        raise InvalidInput(field="flag", zh="没有这种事项。", en="There is no such flag.")
    codes = scope.below(centre or scope.root.code)
    found = CaseStep.objects.filter(FLAGGED, centre_code__one_of=codes)
    if flag:
        found = found.filter(Flag(flag).condition)
    return read_beside(found.order_by("-occurred_at", "-id"), DatabaseRole.SUPERVISION)
