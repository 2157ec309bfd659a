"""The register of services and grants: what the province writes, and the few rows a centre may read."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from jsonschema import SchemaError

from zt_interop import signed
from zt_interop.departments.errors import GrantEnded, NotGranted, ServiceInvalid, ServiceUnknown
from zt_interop.departments.models import Adapter, DataService, Grant, GrantQuerySet, SubjectKind
from zt_interop.schemas import check_schema
from zt_interop.suites import DEFAULT_SUITE, suite
from zt_tenants.clock import now, today
from zt_tenants.context import beside, current_centre
from zt_tenants.errors import Conflict, DomainError, InvalidInput, NotFound
from zt_tenants.models import Centre
from zt_tenants.wall.access import DatabaseRole

_CODE_LENGTH = 64
_SERVICE = re.compile(r"[a-z][a-z0-9.-]{0,63}")
_COLUMNS = (
    *("name", "name_en", "owner_name", "owner_name_en", "adapter", "endpoint", "parameters_schema", "answer_schema"),
    *("fields", "subject_kind", "subject_parameter", "verdict_field", "good_verdicts", "purpose", "legal_basis"),
)
_LIMITS = ("valid_for", "kept_for", "timeout_ms", "waits_for", "queue_limit")


def department_key_id(service_owner: str, public_key: bytes) -> str:
    """The id of a department's key: ``department:`` with the owner's short name and the key's thumbprint (RFC 7638)."""
    return f"department:{service_owner}:{suite(DEFAULT_SUITE).thumbprint(public_key)}"


def register_service(code: str, description: Mapping[str, Any]) -> DataService:
    """Register a service or change its registration; the same description again changes nothing.

    ``description`` has the columns of :class:`DataService` by name; ``public_key`` is base64url, ``key_id`` the id that
    the department puts into its answers. Raises ServiceInvalid naming the part.
    """
    if not _SERVICE.fullmatch(code):
        raise ServiceInvalid(field="code", detail=code[:_CODE_LENGTH])
    columns = {name: description[name] for name in _COLUMNS if name in description}
    missing = [name for name in (*_COLUMNS, "key_id", "public_key") if name not in description]
    if missing:
        raise ServiceInvalid(field=missing[0], detail=", ".join(missing))
    _check(columns)
    columns |= {name: int(description[name]) for name in _LIMITS if name in description}
    columns |= {"key_id": str(description["key_id"]), "suite": str(description.get("suite", DEFAULT_SUITE))}
    columns["public_key"] = _public_key(str(description["public_key"]), columns["suite"])
    service, _ = DataService.objects.update_or_create(
        code=code,
        defaults={**columns, "active": True},
        create_defaults={**columns, "registered_at": now()},
    )
    return service


def _check(columns: Mapping[str, Any]) -> None:
    if columns["adapter"] not in Adapter.values:
        raise ServiceInvalid(field="adapter", detail=str(columns["adapter"]))
    if columns["subject_kind"] not in SubjectKind.values:
        raise ServiceInvalid(field="subject_kind", detail=str(columns["subject_kind"]))
    for name in ("parameters_schema", "answer_schema"):
        try:
            check_schema(columns[name])
        except SchemaError as wrong:
            raise ServiceInvalid(field=name, detail=wrong.message[:200]) from wrong
        if columns[name].get("type") != "object" or _refers_elsewhere(columns[name]):
            raise ServiceInvalid(field=name, detail="an object without $ref is needed")
    if columns["parameters_schema"].get("additionalProperties") is not False:
        raise ServiceInvalid(field="parameters_schema", detail="additionalProperties: false is needed")
    named = {*columns["parameters_schema"].get("properties", {})} & {*columns["parameters_schema"].get("required", ())}
    if columns["subject_parameter"] not in named:  # by it a delivered record is found
        raise ServiceInvalid(field="subject_parameter", detail=f"{columns['subject_parameter']}: required")
    try:
        names = [str(field["name"]) for field in columns["fields"] if field["zh"] and field["en"]]
    except (KeyError, TypeError) as wrong:
        raise ServiceInvalid(field="fields", detail="name, zh, en") from wrong
    if not names or len(set(names)) != len(columns["fields"]):
        raise ServiceInvalid(field="fields", detail="name, zh, en; each once")
    if columns["verdict_field"] not in names:
        raise ServiceInvalid(field="verdict_field", detail=columns["verdict_field"])


def _refers_elsewhere(schema: Any) -> bool:
    """Whether a schema leads to another one, which nobody fetches when an answer is checked."""
    if isinstance(schema, list):
        return any(map(_refers_elsewhere, schema))
    if not isinstance(schema, dict):
        return False
    return bool(schema.keys() & {"$ref", "$dynamicRef"}) or any(map(_refers_elsewhere, schema.values()))


def _public_key(text: str, suite_name: str) -> bytes:
    try:
        key = signed.decode(text.encode())
        suite(suite_name).thumbprint(key)
    except DomainError as wrong:
        raise ServiceInvalid(field="public_key", detail=wrong.en_text) from wrong
    return key


def retire_service(code: str) -> DataService:
    """Take a service out of use; its log and grants stay. Raises ServiceUnknown."""
    service = service_by_code(code)
    service.active = False
    service.save(update_fields=["active"])
    return service


def service_by_code(code: str) -> DataService:
    """The active service with this code. Raises ServiceUnknown."""
    service = DataService.objects.filter(code=code, active=True).first()
    if service is None:
        raise ServiceUnknown(service=code[:_CODE_LENGTH])
    return service


def services() -> list[DataService]:
    """All active services, by code: public knowledge."""
    return list(DataService.objects.filter(active=True))


@dataclass(frozen=True, slots=True)
class GrantTerms:
    """What a grant says; ``valid_until`` None runs until it is revoked."""

    fields: Iterable[str]
    purpose: str
    legal_basis: str
    valid_from: date
    valid_until: date | None = None
    department_code: str = ""
    calls_per_minute: int = 60


@beside(DatabaseRole.PORTAL)
def open_grant(*, service_code: str, consumer: Centre, terms: GrantTerms, by: UUID | None) -> Grant:
    """Let a centre, or a department in it, ask a service. Callers check that the actor speaks for the province.

    Raises ServiceUnknown, InvalidInput naming the field, Conflict (the consumer has a grant that was not revoked).
    """
    service = service_by_code(service_code)
    fields = [name for name in service.field_names if name in set(terms.fields)]
    unknown = sorted(set(terms.fields) - set(fields))
    if unknown or not fields:
        raise InvalidInput(
            field="fields",
            zh="服务“{service}”没有这些字段：{fields}。请从登记的字段中选择。",
            en="“{service}” has no fields “{fields}”; choose among those registered.",
            service=service.code,
            fields="、".join(unknown) or "-",
        )
    if not terms.purpose.strip() or not terms.legal_basis.strip():
        raise InvalidInput(
            field="legal_basis" if terms.purpose.strip() else "purpose",
            zh="请写明使用目的和法律依据。",
            en="State the purpose and the legal basis.",
        )
    if terms.valid_until is not None and terms.valid_until < terms.valid_from:
        raise InvalidInput(field="valid_until", zh="截止日期早于起始日期。", en="It would end before it begins.")
    if not 1 <= terms.calls_per_minute <= 6_000:
        raise InvalidInput(field="calls_per_minute", zh="每分钟次数应为1至6000。", en="Between 1 and 6,000 a minute.")
    try:
        with transaction.atomic():
            return Grant.objects.create(
                service=service,
                centre_id=consumer.id,
                centre_code=consumer.code,
                department_code=terms.department_code,
                fields=fields,
                purpose=terms.purpose.strip(),
                legal_basis=terms.legal_basis.strip(),
                calls_per_minute=terms.calls_per_minute,
                valid_from=terms.valid_from,
                valid_until=terms.valid_until,
                opened_at=now(),
                opened_by=by,
            )
    except IntegrityError as twice:
        raise Conflict(
            zh="该中心(部门)已有此服务的授权，请先撤销原授权。",
            en="This consumer has a grant for the service; revoke that one first.",
        ) from twice


@beside(DatabaseRole.PORTAL)
def revoke_grant(*, grant_id: UUID, reason: str, by: UUID | None) -> Grant:
    """End a grant at once. Raises NotFound (none, or ended already), InvalidInput (no reason)."""
    if not reason.strip():
        raise InvalidInput(field="reason", zh="请写明撤销理由。", en="State why the grant is revoked.")
    with transaction.atomic():
        grant = Grant.objects.select_for_update(of=("self",)).select_related("service").filter(id=grant_id).first()
        if grant is None or grant.revoked_at is not None:
            raise NotFound
        grant.revoked_at, grant.revoked_by, grant.revocation_reason = now(), by, reason.strip()[:300]
        grant.save(update_fields=["revoked_at", "revoked_by", "revocation_reason"])
    return grant


def own_grants() -> list[Grant]:
    """The current centre's grants, also ended ones, newest first. Raises NoCentre."""
    own = Grant.objects.of_centre(current_centre().id).select_related("service")
    return list(own.order_by("-id"))


@dataclass(frozen=True, slots=True)
class GrantsWanted:
    """Which grants to list: of one service, of some centres (None: of all), in force, older than one of them."""

    service_code: str = ""
    centre_codes: Collection[str] | None = None
    in_force: bool | None = None
    before: UUID | None = None


def own_grants_page(wanted: GrantsWanted, *, most: int) -> list[Grant]:
    """At most ``most`` of the current centre's grants that are wanted, newest first. Raises NoCentre."""
    return _page(Grant.objects.of_centre(current_centre().id), wanted, most)


@beside(DatabaseRole.PORTAL)
def all_grants_page(wanted: GrantsWanted, *, most: int) -> list[Grant]:
    """The same over the whole province; callers check that the actor speaks for it."""
    return _page(Grant.objects.all(), wanted, most)


def _page(found: GrantQuerySet, wanted: GrantsWanted, most: int) -> list[Grant]:
    if wanted.service_code:
        found = found.filter(service__code=wanted.service_code)
    if wanted.centre_codes is not None:
        found = found.filter(centre_code__in=wanted.centre_codes)
    if wanted.in_force is not None:
        live = Grant.objects.in_force(today())
        found = found.filter(id__in=live.values("id")) if wanted.in_force else found.exclude(id__in=live.values("id"))
    if wanted.before is not None:
        found = found.filter(id__lt=wanted.before)
    return list(found.select_related("service").order_by("-id")[:most])


@beside(DatabaseRole.PORTAL)
def all_grants() -> list[Grant]:
    """Every grant of the province, newest first; callers check that the actor speaks for the province."""
    return list(Grant.objects.select_related("service").order_by("-id"))


def grant_for(service: DataService, department_code: str) -> Grant:
    """The current centre's grant for a service: the department's own, else the whole centre's.

    Raises NotGranted, GrantEnded.
    """
    held = list(
        Grant.objects.of_centre(current_centre().id)
        .filter(service=service, department_code__in=["", department_code])
        .order_by("-department_code", "-id")
    )
    if not held:
        raise NotGranted(service=service.code)
    day = today()
    for grant in held:
        ended = grant.revoked_at is not None or (grant.valid_until is not None and grant.valid_until < day)
        if grant.valid_from <= day and not ended:
            return grant
    raise GrantEnded(service=service.code)
