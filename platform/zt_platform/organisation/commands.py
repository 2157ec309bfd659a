"""Changing the staff of the current centre. Only its administrators may."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import IntegrityError, transaction

from zt_platform.accounts.models import Account
from zt_platform.accounts.rules import full_name as checked_name
from zt_platform.actors import Actor
from zt_platform.audit.commands import record
from zt_platform.audit.models import Deed
from zt_platform.index.commands import remove_seat, upsert_seats
from zt_platform.organisation.errors import AlreadyPosted, LastAdministrator
from zt_platform.organisation.models import Department, StaffMember, Window
from zt_platform.organisation.roles import Role, require_administrator
from zt_tenants.clock import today
from zt_tenants.context import beside
from zt_tenants.errors import InvalidInput, NotFound
from zt_tenants.wall.access import DatabaseRole


def post_staff_member(
    *,
    actor: Actor,
    account_id: UUID,
    full_name: str,
    roles: Collection[str],
    department_code: str | None = None,
    window_code: str | None = None,
) -> StaffMember:
    """Give an account a post in the current centre (A-02); who comes back takes up the ended post, as given now.

    Raises NotPermitted (not an administrator here), InvalidInput naming the field, AlreadyPosted.
    """
    require_administrator(actor)
    checked = _checked_roles(roles)
    name = checked_name(full_name)
    with beside(DatabaseRole.PORTAL):
        known = Account.objects.filter(id=account_id, is_active=True).exists()
    if not known:
        raise InvalidInput(field="account_id", zh="没有这个账户。", en="There is no such account.")
    post = {
        "full_name": name,
        "department": _department(department_code),
        "window": _window(window_code),
        "roles": checked,
        "posted_on": today(),
    }
    try:
        with transaction.atomic():
            returning = StaffMember.objects.filter(account_id=account_id, active=False)
            if returning.update(active=True, left_on=None, **post):
                member = StaffMember.objects.get(account_id=account_id)
            else:
                member = StaffMember.objects.create(account_id=account_id, **post)
            upsert_seats([account_id])
            _record(actor, "POSTED", member, after=checked)
    except IntegrityError as posted:
        raise AlreadyPosted(field="account_id") from posted
    return member


def change_roles(*, actor: Actor, staff_id: int, roles: Collection[str]) -> StaffMember:
    """Replace the roles of a staff member of the current centre.

    Raises NotPermitted, NotFound, InvalidInput, LastAdministrator.
    """
    require_administrator(actor)
    checked = _checked_roles(roles)
    with transaction.atomic():
        member = _member(staff_id)
        if Role.CENTRE_ADMIN not in checked:
            _require_another_administrator(member)
        before, member.roles = list(member.roles), checked
        member.save(update_fields=["roles"])
        _record(actor, "ROLES", member, before=before, after=checked)
    return member


def end_posting(*, actor: Actor, staff_id: int) -> StaffMember:
    """End a post today: its rights are gone with the commit. Raises NotPermitted, NotFound, LastAdministrator."""
    require_administrator(actor)
    with transaction.atomic():
        member = _member(staff_id)
        _require_another_administrator(member)
        member.active, member.left_on = False, today()
        member.save(update_fields=["active", "left_on"])
        remove_seat(member.account_id)
        _record(actor, "ENDED", member, before=list(member.roles))
    return member


def _require_another_administrator(member: StaffMember) -> None:
    """Of two administrators who take the role from each other at once, the second is refused: all their posts are locked."""
    if Role.CENTRE_ADMIN not in member.roles:
        return
    posts = StaffMember.objects.select_for_update().filter(active=True, roles__contains=[Role.CENTRE_ADMIN])
    if all(one.pk == member.pk for one in posts.order_by("pk")):
        raise LastAdministrator(field="roles", name=member.full_name)


_WORDS = {"POSTED": "设岗", "ROLES": "调整角色", "ENDED": "离岗"}


def _record(actor: Actor, act: str, member: StaffMember, **roles: list[str]) -> None:
    """Who gave whom which rights: the row itself only knows the present ones."""
    purpose = f"{_WORDS[act]} {member.full_name}"
    record(Deed.STAFF, actor=actor, purpose=purpose, data={"act": act, "staff": member.pk, **roles})


def _checked_roles(roles: Collection[str]) -> list[str]:
    checked = sorted({str(role) for role in roles})
    if not checked or not set(checked) <= set(Role.values):
        raise InvalidInput(field="roles", zh="请选择至少一个有效的岗位角色。", en="Choose at least one known role.")
    return checked


def _member(staff_id: int) -> StaffMember:
    member = StaffMember.objects.select_for_update().filter(id=staff_id, active=True).first()
    if member is None:
        raise NotFound
    return member


def _department(code: str | None) -> Department | None:
    if code is None:
        return None
    department = Department.objects.filter(code=code).first()
    if department is None:
        raise InvalidInput(field="department_code", zh="本中心没有这个部门。", en="This centre has no such department.")
    return department


def _window(code: str | None) -> Window | None:
    if code is None:
        return None
    window = Window.objects.filter(code=code).first()
    if window is None:
        raise InvalidInput(field="window_code", zh="本中心没有这个窗口。", en="This centre has no such window.")
    return window
