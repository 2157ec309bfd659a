"""Who may ask for a root field. Every query and mutation declares one of these; a test walks the schema.

The gateway only asks *whether somebody may knock*; what that actor then sees or changes is decided by the platform's
queries and commands, which take the actor.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from zt_graphql.context import GatewayContext
from zt_graphql.errors import CentreRequired
from zt_platform.accounts.errors import SignInRequired
from zt_platform.actors import ActorKind
from zt_tenants.context import current_centre_or_none
from zt_tenants.errors import NotPermitted


@dataclass(frozen=True, slots=True)
class Permission:
    """One declared permission. ``roles`` are staff roles of the current centre, any of which suffices."""

    name: str
    signed_in: bool = False
    staff: bool = False
    roles: tuple[str, ...] = ()
    centre: bool = False
    supervisor: bool = False

    @property
    def text(self) -> str:
        """The line shown in the field's description."""
        place = " Only at a centre's endpoint." if self.centre else ""
        return f"Permission: {self.name}.{place}"

    def at_centre(self) -> Permission:
        """The same, for a field that only exists at a centre."""
        return replace(self, centre=True)

    def check(self, context: GatewayContext) -> None:
        """Let the request in or refuse it.

        Raises:
            CentreRequired: the field belongs to a centre and none was entered.
            SignInRequired: nobody is signed in.
            NotPermitted: not staff of this centre, or without the roles.
        """
        if self.centre and current_centre_or_none() is None:
            raise CentreRequired
        if not self.signed_in:
            return
        if context.account is None:
            raise SignInRequired
        if self.staff and context.actor.kind is not ActorKind.STAFF:
            raise NotPermitted
        if self.supervisor:
            context.require_scope()
        if self.roles:
            context.actor.require(*self.roles)


PUBLIC = Permission("PUBLIC")
SIGNED_IN = Permission("SIGNED_IN", signed_in=True)
STAFF = Permission("STAFF", signed_in=True, staff=True, centre=True)
SUPERVISOR = Permission("SUPERVISOR of the province or a city", signed_in=True, supervisor=True)


def roles(*needed: str) -> Permission:
    """Staff of the current centre who hold any of these roles."""
    return Permission(
        name=" or ".join(str(role) for role in needed),
        signed_in=True,
        staff=True,
        roles=tuple(str(role) for role in needed),
        centre=True,
    )
