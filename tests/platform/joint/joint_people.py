"""Browsers of the people of joint handling."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

from browsers import browser_of
from django.test import Client

from zt_platform.accounts.commands import register_account
from zt_platform.actors import Actor
from zt_platform.organisation.commands import post_staff_member
from zt_platform.organisation.models import Department, StaffMember
from zt_platform.organisation.roles import Role
from zt_tenants.context import enter

if TYPE_CHECKING:
    from joint_cast import Cast


def browser(cast: Cast, code: str, *roles: Role, department: str = "") -> Client:
    """Somebody of a centre with roles, of a department where one is named, signed in."""
    name = f"joint-{code}-{'-'.join(roles)}-{department}".lower().replace("_", "-").strip("-")
    phone = f"137{crc32(name.encode()) % 10**8:08}"
    account = register_account(username=name, password="correct-horse-42", full_name="周晓明", phone=phone)
    with enter(cast.places[code]):
        post_staff_member(actor=Actor.system(), account_id=account.id, full_name="周晓明", roles=list(roles))
        if department:
            own = Department.objects.get(code=department)
            StaffMember.objects.filter(account_id=account.id).update(department=own)
    return browser_of(account)
