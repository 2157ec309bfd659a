"""Reading accounts, limited to what the actor may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from zt_platform.accounts import rules
from zt_platform.accounts.models import PHONE_INDEX, RESIDENT_ID_INDEX, Account, Authorisation
from zt_platform.accounts.parties import Party
from zt_platform.actors import Actor, ActorKind
from zt_platform.organisation.roles import Role
from zt_tenants.clock import today
from zt_tenants.context import beside
from zt_tenants.errors import NotFound
from zt_tenants.vault import blind_index
from zt_tenants.wall.access import DatabaseRole


@beside(DatabaseRole.PORTAL)
def own_account(actor: Actor) -> Account:
    """The account of the person who acts (applicant or staff). Raises NotFound when nobody's or closed."""
    account = Account.objects.filter(id=actor.account_id, is_active=True).first() if actor.account_id else None
    if account is None:
        raise NotFound
    return account


@beside(DatabaseRole.PORTAL)
def account_by_resident_id(actor: Actor, number: str) -> Account:
    """The account with this resident id, for a clerk at the counter.

    Raises NotPermitted (no clerk of the current centre), InvalidInput, NotFound.
    """
    actor.require(Role.WINDOW_CLERK)
    index = blind_index(rules.resident_id(number, today=today()), purpose=RESIDENT_ID_INDEX)
    account = Account.objects.filter(resident_id_index=index, is_active=True).first()
    if account is None:
        raise NotFound
    return account


@beside(DatabaseRole.PORTAL)
def accounts_by_phone(actor: Actor, phone: str) -> list[Account]:
    """Accounts with this mobile number (a family may share one), for a clerk at the counter.

    Raises NotPermitted (no clerk of the current centre), InvalidInput.
    """
    actor.require(Role.WINDOW_CLERK)
    index = blind_index(rules.mobile_phone(phone), purpose=PHONE_INDEX)
    return list(Account.objects.filter(phone_index=index, is_active=True).order_by("username")[:20])


@beside(DatabaseRole.PORTAL)
def account_to_post(actor: Actor, *, username: str, full_name: str) -> Account:
    """The open account that an administrator means to give a post: its username and its holder's name must agree.

    A wrong name and an unknown username read the same, so that nobody's name is learnt here.
    Raises NotPermitted (no administrator of the current centre), NotFound.
    """
    actor.require(Role.CENTRE_ADMIN)
    account = Account.objects.filter(username=username.strip().lower(), is_active=True).first()
    if account is None or account.full_name != full_name.strip():
        raise NotFound(
            field="username",
            zh="没有用户名和姓名都相符的账户，请核对；还没有账户的，请本人先注册。",
            en="No account has both this username and this name; check them, or let the person register first.",
        )
    return account


@beside(DatabaseRole.PORTAL)
def names_of(account_ids: Iterable[UUID | None]) -> Mapping[UUID, str]:
    """The full names of accounts by id, in one statement; for lists of events and handlers."""
    wanted = {account_id for account_id in account_ids if account_id}
    return {account.id: account.full_name for account in Account.objects.filter(id__in=wanted).only("id", "full_name")}


@beside(DatabaseRole.PORTAL)
def authorisations_of(actor: Actor) -> list[Authorisation]:
    """The live authorisations of the actor's account, also future and expired ones; none for others."""
    if actor.kind is not ActorKind.APPLICANT or actor.account_id is None:
        return []
    return list(Authorisation.objects.live().filter(account_id=actor.account_id))


@beside(DatabaseRole.PORTAL)
def authorisations_at_counter(actor: Actor, account_id: UUID) -> list[Authorisation]:
    """The live authorisations of the person at the counter, whose letters the clerk checks.

    Raises NotPermitted (no clerk of the current centre).
    """
    actor.require(Role.WINDOW_CLERK)
    return list(Authorisation.objects.live().filter(account_id=account_id))


@beside(DatabaseRole.PORTAL)
def party_for(actor: Actor, *, authorisation_id: UUID | None = None) -> Party:
    """For whom an applicant applies: himself, or the legal person of an authorisation of his.

    Raises NotPermitted (not an applicant), NotFound (not his authorisation), InvalidInput (no resident id yet, or the
    authorisation is outside its dates).
    """
    actor.require_applicant()
    return _party(own_account(actor), authorisation_id)


@beside(DatabaseRole.PORTAL)
def party_at_counter(actor: Actor, account_id: UUID, *, authorisation_id: UUID | None = None) -> Party:
    """For whom a clerk takes an application at the window: the person of an account, or whom that person acts for.

    Raises NotPermitted (no clerk of the current centre), NotFound, InvalidInput as :func:`party_for` does.
    """
    actor.require(Role.WINDOW_CLERK)
    account = Account.objects.filter(id=account_id, is_active=True).first()
    if account is None:
        raise NotFound
    return _party(account, authorisation_id)


def _party(account: Account, authorisation_id: UUID | None) -> Party:
    if authorisation_id is None:
        return Party.for_person(account)
    authorisation = Authorisation.objects.live().filter(id=authorisation_id, account_id=account.id).first()
    if authorisation is None:
        raise NotFound
    return Party.for_organisation(account, authorisation, today=today())
