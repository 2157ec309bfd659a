"""Who acts: every command takes an :class:`Actor`, every audit row names one.

An actor is a value made at the edge (request, task, message) and never looked up again below it. Staff rights are
those of a StaffMember row of the centre the actor was made in: ``centre_code`` says which, and ``require`` refuses
when another centre is current, so that a city's clerk has no rights in a county.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from zt_tenants.context import current_centre_or_none
from zt_tenants.errors import NotPermitted

if TYPE_CHECKING:
    from zt_platform.accounts.models import Account
    from zt_platform.organisation.models import StaffMember


class ActorKind(StrEnum):
    """What kind of party acts."""

    STAFF = "STAFF"
    APPLICANT = "APPLICANT"
    SYSTEM = "SYSTEM"
    CENTRE = "CENTRE"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, another centre or the system, with the rights it has in one centre.

    ``centre_code`` is the centre the staff rights are of, or the remote centre that speaks; None for the others.
    """

    kind: ActorKind
    account_id: UUID | None = None
    name: str = ""
    roles: frozenset[str] = field(default_factory=frozenset)
    department_id: int | None = None
    staff_id: int | None = None
    centre_code: str | None = None

    @classmethod
    def system(cls, name: str = "系统") -> Actor:
        """The platform itself: time limits, relays, bootstrap."""
        return cls(kind=ActorKind.SYSTEM, name=name)

    @classmethod
    def remote(cls, centre_code: str, name: str) -> Actor:
        """Another centre that speaks through a verified message."""
        return cls(kind=ActorKind.CENTRE, name=name, centre_code=centre_code)

    @classmethod
    def for_staff(cls, staff_member: StaffMember, account: Account) -> Actor:
        """A staff member in the current centre, signed in with an account."""
        return cls.for_member(staff_member)

    @classmethod
    def for_member(cls, staff_member: StaffMember) -> Actor:
        """A staff member in the current centre, by the post alone: a task that goes on with what he asked for."""
        centre = current_centre_or_none()
        return cls(
            kind=ActorKind.STAFF,
            account_id=staff_member.account_id,
            name=staff_member.full_name,
            roles=frozenset(staff_member.roles),
            department_id=staff_member.department_id,
            staff_id=staff_member.pk,
            centre_code=centre.code if centre else None,
        )

    @classmethod
    def for_applicant(cls, account: Account) -> Actor:
        """A person who applies for himself or, by authorisation, for a legal person."""
        return cls(kind=ActorKind.APPLICANT, account_id=account.id, name=account.full_name)

    def has(self, *roles: str) -> bool:
        """True when the actor is staff of the *current* centre and holds one of ``roles`` there."""
        if self.kind is not ActorKind.STAFF or not self.roles.intersection(roles):
            return False
        centre = current_centre_or_none()
        return centre is not None and centre.code == self.centre_code

    def require(self, *roles: str) -> None:
        """Refuse unless the actor holds one of ``roles`` in the current centre.

        Raises:
            NotPermitted: not staff here, or without these roles.
        """
        if not self.has(*roles):
            raise NotPermitted

    def require_applicant(self) -> UUID:
        """The account id of an applicant.

        Raises:
            NotPermitted: the actor is not an applicant.
        """
        if self.kind is not ActorKind.APPLICANT or self.account_id is None:
            raise NotPermitted
        return self.account_id
