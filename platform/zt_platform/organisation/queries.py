"""Reading departments, windows and staff of the current centre."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from zt_platform.actors import Actor
from zt_platform.organisation.models import CentreProfile, Department, StaffMember, Window
from zt_platform.organisation.roles import Role
from zt_platform.workcalendar.rules import OfficeHours
from zt_tenants.clock import today
from zt_tenants.context import current_centre
from zt_tenants.errors import NotFound


def staff_member_of(account_id: UUID) -> StaffMember | None:
    """The post that an account holds in the current centre today, if any. Rights come from here and nowhere else."""
    current_centre()
    return StaffMember.objects.on_post(today()).filter(account_id=account_id).first()


def colleagues(actor: Actor) -> list[StaffMember]:
    """Who is on post in the current centre today, with department: to whom a case may be handed.

    Raises NotPermitted unless the actor is staff here.
    """
    actor.require(*Role.values)
    on_post = StaffMember.objects.on_post(today()).select_related("department")
    return list(on_post.order_by("department_id", "full_name", "id"))


def holders_of(roles: Iterable[Role]) -> list[StaffMember]:
    """Who is on post in the current centre today in one of these roles, with department: whom a notice is for."""
    current_centre()
    wanted = sorted(role.value for role in roles)
    return list(StaffMember.objects.on_post(today()).filter(roles__overlap=wanted).select_related("department"))


def member_by_account(account_id: UUID) -> StaffMember:
    """Who has, or has had, a post in the current centre. Raises NotFound."""
    current_centre()
    member = StaffMember.objects.filter(account_id=account_id).first()
    if member is None:
        raise NotFound
    return member


def departments() -> list[Department]:
    """The departments resident in the current centre, in display order."""
    current_centre()
    return list(Department.objects.filter(active=True))


def department_by_code(code: str) -> Department:
    """A department of the current centre. Raises NotFound."""
    current_centre()
    department = Department.objects.filter(code=code, active=True).first()
    if department is None:
        raise NotFound
    return department


def windows() -> list[Window]:
    """The windows of the current centre that serve today, with their departments (two levels, one statement)."""
    current_centre()
    return list(Window.objects.open_on(today()).select_related("department"))


def staff(actor: Actor) -> list[StaffMember]:
    """The staff of the current centre, with department and window. Raises NotPermitted unless a centre administrator."""
    actor.require(Role.CENTRE_ADMIN)
    return list(StaffMember.objects.select_related("department", "window__department"))


def staff_member_by_id(actor: Actor, staff_id: int) -> StaffMember:
    """One post of the current centre, also an ended one. Raises NotPermitted unless a centre administrator, NotFound."""
    actor.require(Role.CENTRE_ADMIN)
    member = StaffMember.objects.select_related("department", "window").filter(id=staff_id).first()
    if member is None:
        raise NotFound
    return member


def centre_profile() -> CentreProfile:
    """What the current centre says about itself; the defaults when it has said nothing."""
    current_centre()
    return CentreProfile.objects.filter(id=CentreProfile.ONLY).first() or CentreProfile()


def office_hours() -> OfficeHours:
    """The opening hours of the current centre (A-27), an input to every time limit."""
    profile = centre_profile()
    return OfficeHours(opens=profile.opens_at, closes=profile.closes_at)
