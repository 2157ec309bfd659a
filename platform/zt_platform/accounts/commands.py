"""What happens to accounts: registering, signing in, proving an identity, acting for a legal person."""

from __future__ import annotations

import unicodedata
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.db import IntegrityError, transaction

from zt_platform.accounts import limits, rules
from zt_platform.accounts.errors import AlreadyAuthorised, IdentityTaken, SignInRefused, UsernameTaken
from zt_platform.accounts.models import (
    CREDIT_CODE_INDEX,
    PHONE_INDEX,
    PHONE_TAIL_INDEX,
    RESIDENT_ID_INDEX,
    Account,
    AccountEvent,
    Authorisation,
    Verification,
)
from zt_platform.actors import Actor, ActorKind
from zt_platform.organisation.roles import Role
from zt_tenants.clock import now, today
from zt_tenants.context import beside, current_centre_or_none
from zt_tenants.errors import Conflict, InvalidInput, NotFound, NotPermitted
from zt_tenants.vault import blind_index
from zt_tenants.wall.access import DatabaseRole

LONGEST_AUTHORISATION_YEARS = 5


@beside(DatabaseRole.PORTAL)
def register_account(
    *,
    username: str,
    password: str,
    full_name: str,
    phone: str,
    resident_id: str | None = None,
    address: str | None = None,
) -> Account:
    """Open an account for a person; the identity stays unverified until a clerk or a service proves it.

    ``address`` is the client's network address, for the limit on registrations. Raises InvalidInput naming the field,
    UsernameTaken, IdentityTaken, TooManyTries.
    """
    account = unsaved_account(
        username=username, password=password, full_name=full_name, phone=phone, resident_id=resident_id
    )
    if address:
        limits.REGISTER_BY_ADDRESS.hit(address)
    try:
        with transaction.atomic():
            account.save(force_insert=True)
            _record(account, "registered", Actor.for_applicant(account))
    except IntegrityError as taken:
        if "resident_id" in str(taken):
            raise IdentityTaken(field="resident_id") from taken
        raise UsernameTaken(field="username", username=account.username) from taken
    return account


def unsaved_account(
    *, username: str, password: str, full_name: str, phone: str, resident_id: str | None = None
) -> Account:
    """A checked account that is not in the database yet; loaders save many at once. Raises InvalidInput."""
    username = rules.username(username)
    account = Account(username=username, full_name=rules.full_name(full_name))
    rules.password(password, username=username, common=common_passwords())
    account.set_password(password)
    set_phone(account, phone)
    if resident_id:
        _set_resident_id(account, rules.resident_id(resident_id, today=today()))
    return account


def set_phone(account: Account, phone: str) -> None:
    """Put a checked mobile number and all that is derived from it into an account. Raises InvalidInput."""
    phone = rules.mobile_phone(phone)
    account.phone = phone
    account.phone_index = blind_index(phone, purpose=PHONE_INDEX)
    account.phone_tail_index = blind_index(rules.phone_tail(phone), purpose=PHONE_TAIL_INDEX)
    account.phone_masked = rules.mask_phone(phone)


@beside(DatabaseRole.PORTAL)
def sign_in(*, username: str, password: str, address: str) -> Account:
    """The account for a username and password; :mod:`sessions` opens the session.

    Five failures per account and twenty per ``address`` within 15 minutes lock it; unknown usernames cost the same work
    and count the same. Raises SignInRefused, TooManyTries.
    """
    key = unicodedata.normalize("NFKC", username).strip().lower()
    limits.SIGN_IN_BY_ADDRESS.check(address)
    tries = limits.SIGN_IN_BY_ACCOUNT.hit(key)
    account = Account.objects.filter(username=key).first() if rules.USERNAME.fullmatch(key) else None
    fits = check_password(password, account.password if account else _nobodys_password())
    if account is None or not fits or not account.is_active:
        if account is not None and tries == limits.SIGN_IN_BY_ACCOUNT.limit:
            _record(account, "locked", Actor.system(), minutes=limits.SIGN_IN_BY_ACCOUNT.minutes)
        limits.SIGN_IN_BY_ADDRESS.hit(address)
        raise SignInRefused
    limits.SIGN_IN_BY_ACCOUNT.clear(key)
    with transaction.atomic():
        account.last_login = now()
        account.save(update_fields=["last_login"])
        _record(account, "signed_in", Actor.for_applicant(account))
    return account


@beside(DatabaseRole.PORTAL)
def enter_resident_id(*, actor: Actor, resident_id: str) -> Account:
    """An applicant enters the resident id that was left out at registration; unverified until a clerk has seen the card.

    Raises NotPermitted (not an applicant), InvalidInput, Conflict (there is a number already), IdentityTaken.
    """
    account_id = actor.require_applicant()
    number = rules.resident_id(resident_id, today=today())
    try:
        with transaction.atomic():
            account = Account.objects.select_for_update().get(id=account_id)
            if account.resident_id:
                raise Conflict(
                    zh="身份证号码已经登记，如有错误请持身份证到窗口更正。",
                    en="A resident id is entered already; if it is wrong, bring your card to a window.",
                )
            _set_resident_id(account, number)
            account.save(update_fields=["resident_id", "resident_id_index", "resident_id_masked"])
            _record(account, "resident_id_entered", actor)
    except IntegrityError as taken:
        raise IdentityTaken(field="resident_id") from taken
    return account


@beside(DatabaseRole.PORTAL)
def verify_identity(*, actor: Actor, account_id: UUID, resident_id: str, full_name: str) -> Account:
    """A window clerk has seen the resident identity card: number and name on it prove the account's identity.

    Sets the number when the person had not given one. Raises NotPermitted (no clerk of the current centre), NotFound,
    InvalidInput (number or name on the card differ from the account's), IdentityTaken.
    """
    actor.require(Role.WINDOW_CLERK)
    number, name = rules.resident_id(resident_id, today=today()), rules.full_name(full_name)
    try:
        with transaction.atomic():
            account = Account.objects.select_for_update().filter(id=account_id, is_active=True).first()
            if account is None:
                raise NotFound
            if account.resident_id and account.resident_id != number:
                raise InvalidInput(
                    field="resident_id",
                    zh="证件号码与账户登记的号码不一致。",
                    en="The number on the card is not the account's.",
                )
            if account.full_name != name:
                raise InvalidInput(
                    field="full_name",
                    zh="证件姓名与账户登记的姓名不一致。",
                    en="The name on the card is not the account's.",
                )
            _set_resident_id(account, number)
            account.verification, account.verified_at = Verification.BY_CLERK, now()
            account.verified_by = actor.account_id
            account.save()
            _record(account, "identity_verified", actor)
    except IntegrityError as taken:
        raise IdentityTaken(field="resident_id") from taken
    return account


@beside(DatabaseRole.PORTAL)
def authorise(*, actor: Actor, organisation_name: str, uscc: str, valid_from: date, valid_until: date) -> Authorisation:
    """Enter that the actor's account acts for a legal person; unverified until a clerk has seen the letter.

    Raises NotPermitted (not an applicant), InvalidInput naming the field, AlreadyAuthorised.
    """
    account_id = actor.require_applicant()
    number = rules.credit_code(uscc)
    name = rules.full_name(organisation_name, field="organisation_name")
    if valid_until < max(valid_from, today()):
        raise InvalidInput(
            field="valid_until",
            zh="授权截止日期应不早于今天和起始日期。",
            en="The authorisation ends before it can be used.",
        )
    if valid_until.year - valid_from.year > LONGEST_AUTHORISATION_YEARS:
        raise InvalidInput(
            field="valid_until",
            zh="授权期限不得超过{years}年。",
            en="An authorisation lasts {years} years at most.",
            years=LONGEST_AUTHORISATION_YEARS,
        )
    try:
        with transaction.atomic():
            authorisation = Authorisation.objects.create(
                account_id=account_id,
                organisation_name=name,
                uscc=number,
                uscc_index=blind_index(number, purpose=CREDIT_CODE_INDEX),
                uscc_masked=rules.mask_number(number),
                valid_from=valid_from,
                valid_until=valid_until,
            )
            _record(authorisation.account, "authorised", actor, authorisation=str(authorisation.id))
    except IntegrityError as taken:
        raise AlreadyAuthorised(field="uscc") from taken
    return authorisation


@beside(DatabaseRole.PORTAL)
def verify_authorisation(*, actor: Actor, authorisation_id: UUID) -> Authorisation:
    """A window clerk has seen the legal person's letter of authorisation.

    Raises NotPermitted (no clerk of the current centre), NotFound, Conflict (the account itself is not proven yet).
    """
    actor.require(Role.WINDOW_CLERK)
    with transaction.atomic():
        authorisation = _live_authorisation(authorisation_id)
        if not authorisation.account.is_verified:
            raise Conflict(
                zh="请先核验代理人的身份，再核验授权。", en="Verify the agent's identity before the authorisation."
            )
        authorisation.verification, authorisation.verified_at = Verification.BY_CLERK, now()
        authorisation.verified_by = actor.account_id
        authorisation.save()
        _record(authorisation.account, "authorisation_verified", actor, authorisation=str(authorisation.id))
    return authorisation


@beside(DatabaseRole.PORTAL)
def verify_by_service(*, actor: Actor, service: str) -> Account:
    """A data service has proven the identity of the actor's own account (``BY_SERVICE``).

    Callers hold the service's signed answer. Raises NotPermitted (not an applicant), Conflict (proven already).
    """
    account_id = actor.require_applicant()
    with transaction.atomic():
        account = Account.objects.select_for_update().get(id=account_id, is_active=True)
        if account.is_verified:
            raise Conflict(zh="您的身份已经核验。", en="Your identity is verified already.")
        account.verification, account.verified_at = Verification.BY_SERVICE, now()
        account.save(update_fields=["verification", "verified_at"])
        _record(account, "identity_verified", actor, service=service)
    return account


@beside(DatabaseRole.PORTAL)
def revoke_authorisation(*, actor: Actor, authorisation_id: UUID) -> Authorisation:
    """End an authorisation: by its own account, or by a window clerk at the legal person's request.

    Raises NotPermitted, NotFound (not the actor's, or ended already).
    """
    with transaction.atomic():
        authorisation = _live_authorisation(authorisation_id)
        owner = actor.kind is ActorKind.APPLICANT and authorisation.account_id == actor.account_id
        if not owner and not actor.has(Role.WINDOW_CLERK):
            raise NotFound if actor.kind is ActorKind.APPLICANT else NotPermitted
        authorisation.revoked_at = now()
        authorisation.save(update_fields=["revoked_at"])
        _record(authorisation.account, "authorisation_revoked", actor, authorisation=str(authorisation.id))
    return authorisation


@lru_cache(maxsize=1)
def common_passwords() -> frozenset[str]:
    """Twenty thousand known passwords, lower case (Django's list)."""
    return frozenset(CommonPasswordValidator().passwords)


@lru_cache(maxsize=1)
def _nobodys_password() -> str:
    """A hash that no password fits, made with the same work as a real one."""
    return make_password("nobody has this password: " + "x" * 16)


def _set_resident_id(account: Account, number: str) -> None:
    account.resident_id = number
    account.resident_id_index = blind_index(number, purpose=RESIDENT_ID_INDEX)
    account.resident_id_masked = rules.mask_number(number)


def _live_authorisation(authorisation_id: UUID) -> Authorisation:
    found = (
        Authorisation.objects.live()
        .select_for_update(of=("self",))
        .select_related("account")
        .filter(id=authorisation_id)
    )
    authorisation = found.first()
    if authorisation is None:
        raise NotFound
    return authorisation


def _record(account: Account, kind: str, actor: Actor, **data: Any) -> None:
    centre = current_centre_or_none()
    AccountEvent.objects.create(
        account=account,
        kind=kind,
        at=now(),
        actor_account_id=actor.account_id,
        actor_name=actor.name if actor.kind is not ActorKind.APPLICANT else "",
        centre_code=centre.code if centre else "",
        data=data,
    )
