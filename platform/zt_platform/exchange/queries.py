"""Reading services, grants and calls, limited to what the actor may see."""

from __future__ import annotations

from django.db.models import QuerySet

from zt_interop.departments import registry
from zt_interop.departments.models import DataService, Grant
from zt_interop.departments.registry import GrantsWanted
from zt_interop.log.models import DataCall
from zt_platform.actors import Actor
from zt_platform.organisation.roles import Role
from zt_tenants.clock import today
from zt_tenants.context import current_centre
from zt_tenants.models import Level

_SEALED = ("parameters", "answer", "request_wire", "answer_wire")


def data_services(actor: Actor) -> list[DataService]:
    """All services, for staff of the current centre. Raises NotPermitted."""
    actor.require(*Role.values)
    return registry.services()


def data_grants(actor: Actor) -> list[Grant]:
    """The current centre's grants; the province's administrators see all. Raises NotPermitted."""
    actor.require(Role.CENTRE_ADMIN, Role.SUPERVISOR)
    return registry.all_grants() if current_centre().level == Level.PROVINCE else registry.own_grants()


def data_grants_page(actor: Actor, wanted: GrantsWanted, *, most: int) -> list[Grant]:
    """At most ``most`` of those grants, newest first, for a page. Raises NotPermitted."""
    actor.require(Role.CENTRE_ADMIN, Role.SUPERVISOR)
    of_province = current_centre().level == Level.PROVINCE
    return (registry.all_grants_page if of_province else registry.own_grants_page)(wanted, most=most)


def usable_services() -> list[DataService]:
    """The services for which the current centre holds a grant in force today, by code; one statement."""
    live = Grant.objects.of_centre(current_centre().id).in_force(today()).filter(service__active=True)
    return sorted({grant.service for grant in live.select_related("service")}, key=lambda service: service.code)


def data_calls(actor: Actor) -> QuerySet[DataCall]:
    """The current centre's log of calls, newest first, without what is sealed. Raises NotPermitted."""
    actor.require(Role.CENTRE_ADMIN, Role.SUPERVISOR)
    return DataCall.objects.defer(*_SEALED).order_by("-id")


def calls_of_case(case_id: int) -> list[DataCall]:
    """The calls that were made for a case, newest first; callers have checked that the reader may see the case."""
    return list(DataCall.objects.filter(case_id=case_id).defer("request_wire", "answer_wire").order_by("-id")[:100])
