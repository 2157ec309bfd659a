"""Asking departments on behalf of people, and opening and revoking grants for the province.

Every look at somebody's data is also written to that person's own account (个人信息保护法 art. 45: the right to know),
where it is shown under “who looked at my data”.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from zt_interop.departments import calls, registry
from zt_interop.departments.calls import Question
from zt_interop.departments.models import DataService, Grant, SubjectKind
from zt_interop.departments.registry import GrantTerms
from zt_interop.log.models import CallState, DataCall
from zt_platform.accounts import looks
from zt_platform.accounts.commands import verify_by_service
from zt_platform.accounts.models import Account
from zt_platform.accounts.parties import IdType, Party
from zt_platform.accounts.queries import own_account
from zt_platform.actors import Actor, ActorKind
from zt_platform.organisation.models import Department
from zt_platform.organisation.roles import Role
from zt_tenants.centres import centre_by_code, province
from zt_tenants.clock import now
from zt_tenants.context import current_centre, enter
from zt_tenants.errors import InvalidInput, NotPermitted
from zt_tenants.models import Level

IDENTITY_SERVICE = "mps.identity-check"
"""The province-wide service that proves a person's identity; registered by the province."""

_ASKING_ROLES = (Role.WINDOW_CLERK, Role.REVIEWER, Role.APPROVER)


def parameters_for(service: DataService, party: Party) -> dict[str, str] | None:
    """What of a party the service is asked with; None when the service is not about such a party.

    A person, or the agent who acts for a legal person; and the legal person itself.
    """
    known: dict[str, str] = {}
    if party.id_type == IdType.USCC:
        known = {"uscc": party.id_number, "id_number": party.agent_id_number, "name": party.agent_name}
    elif service.subject_kind == SubjectKind.PERSON:
        known = {"id_number": party.id_number, "name": party.name}
    if not known.get(service.subject_parameter):
        return None
    return {name: known[name] for name in service.parameters_schema.get("properties", {}) if known.get(name)}


def ask_about(
    *,
    actor: Actor,
    service_code: str,
    party: Party,
    purpose: str,
    case_id: int | None = None,
    tracking_number: str = "",
    fields: tuple[str, ...] = (),
    consent_at: datetime | None = None,
    fresh: bool = False,
) -> DataCall:
    """Ask a service about a party in the current centre; callers have checked that the actor may ask about this party.

    An unreachable service leaves the call queued (核验中). Raises InvalidInput (the service is not about such a party),
    ServiceUnknown, NotGranted, GrantEnded, FieldNotGranted, ParametersInvalid, TooManyCalls, QueueFull.
    """
    service = registry.service_by_code(service_code)
    parameters = parameters_for(service, party)
    if parameters is None:
        raise InvalidInput(
            field="service",
            zh="“{service}”不适用于该申请人，或缺少证件号码。",
            en="“{service}” does not apply to this applicant, or the id number is missing.",
            service=service.label,
        )
    call = calls.ask(
        Question(
            service=service.code,
            parameters=parameters,
            purpose=purpose,
            fields=fields,
            department_code=_department_code(actor),
            case_id=case_id,
            subject=tracking_number,
            account_id=actor.account_id,
            asked_by=actor.name,
            consent_at=consent_at,
            fresh=fresh,
        )
    )
    looks.record_look(
        actor=actor,
        resident_id=parameters.get("id_number", ""),
        uscc=parameters.get("uscc", ""),
        look=_look(service, call),
    )
    return call


def _look(service: DataService, call: DataCall) -> Mapping[str, object]:
    return {
        "service": service.code,
        "service_zh": service.name,
        "service_en": service.name_en,
        "owner_zh": service.owner_name,
        "owner_en": service.owner_name_en,
        "purpose": call.purpose,
        "legal_basis": call.legal_basis,
        "fields_zh": [str(field["zh"]) for field in service.fields if field["name"] in call.fields],
        "fields_en": [str(field["en"]) for field in service.fields if field["name"] in call.fields],
        "tracking_number": call.subject,
        "centre": current_centre().name,
        "by_oneself": call.consent_at is not None,
    }


def _department_code(actor: Actor) -> str:
    if actor.department_id is None:
        return ""
    return Department.objects.filter(pk=actor.department_id).values_list("code", flat=True).first() or ""


def require_asker(actor: Actor) -> None:
    """Refuse unless the actor handles cases in the current centre. Raises NotPermitted."""
    actor.require(*_ASKING_ROLES)


def verify_own_identity(*, actor: Actor, consent: bool) -> Account:
    """A person has the own identity proven by the public security's data, with consent (个人信息保护法 art. 14).

    The province asks, because an account belongs to no centre. MATCH proves the identity (``BY_SERVICE``); while the
    service is away the account stays as it is and the person is told to come back.

    Raises NotPermitted (not an applicant), InvalidInput (no consent, no resident id, or the data do not match),
    Conflict (proven already), and what :func:`ask_about` raises.
    """
    actor.require_applicant()
    if not consent:
        raise InvalidInput(
            field="consent",
            zh="需要您同意后才能向公安数据核验身份。",
            en="Your consent is needed before your identity is checked.",
        )
    account = own_account(actor)
    party = Party.for_person(account)
    with enter(province()):
        call = ask_about(
            actor=actor,
            service_code=IDENTITY_SERVICE,
            party=party,
            purpose="本人申请核验身份",
            fields=("result",),
            consent_at=now(),
        )
    if call.state == CallState.QUEUED:
        raise InvalidInput(
            field="consent",
            zh="公安数据暂时无法连接，核验已排队，请稍后再点一次，或带身份证到窗口核验。",
            en="The data service is away; the check waits. Try again later, or show your card at a window.",
        )
    if call.verdict != "MATCH":
        raise InvalidInput(
            field="consent",
            zh="姓名与身份证号码同公安数据不一致，请核对，或带身份证到窗口核验。",
            en="Name and number do not match the public security's data; check them, or show your card at a window.",
        )
    return verify_by_service(actor=actor, service=IDENTITY_SERVICE)


def open_data_grant(*, actor: Actor, service_code: str, centre_code: str, terms: GrantTerms) -> Grant:
    """The province lets a centre (or a department in it) use a service.

    Raises NotPermitted (no administrator of the provincial centre), UnknownCentre, ServiceUnknown, InvalidInput, Conflict.
    """
    _require_province(actor)
    consumer = centre_by_code(centre_code)
    return registry.open_grant(service_code=service_code, consumer=consumer, terms=terms, by=actor.account_id)


def revoke_data_grant(*, actor: Actor, grant_id: UUID, reason: str) -> Grant:
    """The province ends a grant at once. Raises NotPermitted, NotFound, InvalidInput (no reason)."""
    _require_province(actor)
    return registry.revoke_grant(grant_id=grant_id, reason=reason, by=actor.account_id)


def _require_province(actor: Actor) -> None:
    if actor.kind is ActorKind.SYSTEM:
        return
    actor.require(Role.CENTRE_ADMIN)
    if current_centre().level != Level.PROVINCE:
        raise NotPermitted(
            zh="数据服务授权由省级中心管理，请向省级中心申请。",
            en="Grants are the province's to give; ask the provincial centre.",
        )
