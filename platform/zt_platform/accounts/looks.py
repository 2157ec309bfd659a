"""Who looked at a person's data in departments' systems: written to the person's own account, shown to nobody else.

个人信息保护法 art. 45 gives the right to consult what is held about oneself; this log is the platform's own part of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from zt_platform.accounts.models import CREDIT_CODE_INDEX, RESIDENT_ID_INDEX, Account, AccountEvent, Authorisation
from zt_platform.actors import Actor, ActorKind
from zt_tenants.clock import now
from zt_tenants.context import beside, current_centre_or_none
from zt_tenants.vault import blind_index
from zt_tenants.wall.access import DatabaseRole

KIND = "data_looked_up"


@beside(DatabaseRole.PORTAL)
def record_look(*, actor: Actor, resident_id: str, uscc: str, look: Mapping[str, object]) -> int:
    """Tell those whose data were asked for: the person with this number, or who acts for the legal person; how many.

    Somebody without an account here is told nothing and creates nothing.
    """
    found: set[UUID] = set()
    if resident_id:
        index = blind_index(resident_id, purpose=RESIDENT_ID_INDEX)
        found |= set(Account.objects.filter(resident_id_index=index).values_list("id", flat=True))
    if uscc:
        index = blind_index(uscc, purpose=CREDIT_CODE_INDEX)
        found |= set(Authorisation.objects.live().filter(uscc_index=index).values_list("account_id", flat=True))
    centre = current_centre_or_none()
    AccountEvent.objects.bulk_create(
        AccountEvent(
            account_id=account_id,
            kind=KIND,
            at=now(),
            actor_account_id=actor.account_id,
            actor_name=actor.name if actor.kind is not ActorKind.APPLICANT else "",
            centre_code=centre.code if centre else "",
            data=dict(look),
        )
        for account_id in sorted(found, key=str)
    )
    return len(found)


@beside(DatabaseRole.PORTAL)
def looks_of(actor: Actor, *, limit: int = 50) -> list[AccountEvent]:
    """Who looked at the data of the actor's account, newest first. Raises NotPermitted (not an applicant)."""
    account_id = actor.require_applicant()
    return list(AccountEvent.objects.filter(account_id=account_id, kind=KIND).order_by("-id")[:limit])
