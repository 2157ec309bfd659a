"""Filling an application's form from departments' data, with the applicant's consent and the source shown.

A field of the item's form names its source (``prefill``: service, field). What was answered is offered where the applicant
has written nothing; a ``locked`` field then holds the answer and nothing else. The answers come from the log of calls, so
that there is one place where they lie, sealed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from zt_interop.departments.models import DataService
from zt_interop.log.models import CallState, DataCall
from zt_platform.accounts.parties import Party
from zt_platform.actors import Actor
from zt_platform.cases import queries
from zt_platform.cases.models import Case
from zt_platform.catalogue.forms import FormField, InvalidForm, fields_of
from zt_platform.catalogue.queries import item_version
from zt_platform.exchange.commands import ask_about, parameters_for
from zt_platform.exchange.queries import usable_services
from zt_tenants.clock import now
from zt_tenants.errors import InvalidInput
from zt_tenants.language import bi


@dataclass(frozen=True, slots=True)
class Offer:
    """One service that can fill fields of a form: what it would fill, and how far it is."""

    code: str
    name: str
    owner: str
    labels: str
    legal_basis: str
    state: str
    answered_at: datetime | None

    @property
    def waiting(self) -> bool:
        """Asked, not answered yet."""
        return self.state == CallState.QUEUED

    @property
    def answered(self) -> bool:
        """The fields are filled."""
        return self.state == CallState.ANSWERED


@dataclass(frozen=True, slots=True)
class Filled:
    """What a service said for one field."""

    value: str
    source: str
    locked: bool


def offers_for(case: Case, form_schema: Sequence[Mapping[str, Any]]) -> list[Offer]:
    """The services that can fill this form for this applicant; no statement when the form names none."""
    bound = [field for field in fields_of(form_schema) if field.prefill]
    if not bound:
        return []
    newest = _newest_calls(case)
    return [_offer(service, bound, newest.get(service.code)) for service in _fitting(bound, queries.applicant_of(case))]


def _fitting(bound: Sequence[FormField], party: Party) -> list[DataService]:
    wanted = {field.prefill.service for field in bound if field.prefill}
    return [one for one in usable_services() if one.code in wanted and parameters_for(one, party) is not None]


def _newest_calls(case: Case) -> dict[str, DataCall]:
    """The newest call of each service that was made for this case with the applicant's consent."""
    found: dict[str, DataCall] = {}
    for call in DataCall.objects.filter(case_id=case.pk, consent_at__isnull=False).order_by("-id")[:50]:
        if call.state != CallState.REFUSED:
            found.setdefault(call.service_code, call)
    return found


def _offer(service: DataService, bound: Sequence[FormField], call: DataCall | None) -> Offer:
    labels = [field.label for field in bound if field.prefill and field.prefill.service == service.code]
    return Offer(
        code=service.code,
        name=service.label,
        owner=service.owner,
        labels=bi("、", ", ").join(labels),
        legal_basis=service.legal_basis,
        state=call.state if call else "",
        answered_at=call.answered_at if call else None,
    )


def filled_fields(case: Case, form_schema: Sequence[Mapping[str, Any]]) -> dict[str, Filled]:
    """What departments said for the fields of a form, by field name; no statement when the form names no source."""
    bound = [field for field in fields_of(form_schema) if field.prefill]
    if not bound:
        return {}
    calls = _newest_calls(case)
    owners = {service.code: service.owner for service in DataService.objects.filter(code__in=calls)}
    found: dict[str, Filled] = {}
    for field in bound:
        call = calls.get(field.prefill.service) if field.prefill else None
        value = (call.answer or {}).get(field.prefill.field) if call and field.prefill else None
        if call and field.prefill and value:
            source = bi(
                "来源：{owner}，{at}",
                "Source: {owner}, {at}",
                owner=owners.get(call.service_code, ""),
                at=f"{call.answered_at:%Y-%m-%d}",
            )
            found[field.name] = Filled(str(value)[: field.max_length], source, field.prefill.locked)
    return found


def with_filled(answers: Mapping[str, Any], filled: Mapping[str, Filled]) -> dict[str, Any]:
    """The answers with offered values where nothing was written, and locked ones always."""
    offered = {name: one.value for name, one in filled.items() if one.locked or not answers.get(name)}
    return {**answers, **offered}


def check_locked(case: Case, form_schema: Sequence[Mapping[str, Any]], answers: Mapping[str, Any]) -> None:
    """Refuse a form in which a locked field differs from what the department said. Raises InvalidForm."""
    labels = {field.name: field for field in fields_of(form_schema)}
    if not any(field.prefill and field.prefill.locked for field in labels.values()):
        return
    for name, one in filled_fields(case, form_schema).items():
        if one.locked and answers.get(name) != one.value:
            wrong = InvalidInput(
                field=name,
                zh="“{zh_label}”以部门数据为准，不能修改；如有错误请向提供数据的部门申请更正。",
                en="“{en_label}” is what the department's data say; if that is wrong, ask the department to correct it.",
                zh_label=labels[name].zh,
                en_label=labels[name].en,
            )
            raise InvalidForm([wrong])


def prefill_draft(*, actor: Actor, case_id: int, service_code: str, consent: bool) -> DataCall:
    """Ask a department, with the applicant's consent, for what fills his own draft (个人信息保护法 art. 14).

    Only fields that the item's form names are asked for. Called outside a transaction. Raises CaseNotFound, NotPermitted
    (not the applicant), InvalidInput (no consent, not a source of this form, an identity that is not proven), and what
    :func:`zt_platform.exchange.commands.ask_about` raises.
    """
    actor.require_applicant()
    case = queries.case_for(actor, case_id)
    bound = fields_of(item_version(case.item_code, case.item_version_number).form_schema)
    wanted = [field.prefill.field for field in bound if field.prefill and field.prefill.service == service_code]
    if not consent or not wanted:
        raise InvalidInput(
            field="consent",
            zh="请先勾选同意，再从部门数据中填写。",
            en="Tick your consent before the form is filled from a department's data.",
        )
    party = queries.applicant_of(case)
    if not party.verified:
        raise InvalidInput(
            field="consent",
            zh="身份(和授权)核验后才能用部门数据填写，请先在“我的账户”核验，或自行填写。",
            en="Your identity (and authorisation) must be verified first, in “My account”; or fill the form in yourself.",
        )
    return ask_about(
        actor=actor,
        service_code=service_code,
        party=party,
        purpose=f"经申请人同意，预填“{case.item_name}”申请表",
        case_id=case.pk,
        fields=tuple(dict.fromkeys(wanted)),
        consent_at=now(),
    )
