"""From the draft to the submission, by the applicant online or by a clerk at the window (L-01, L-04)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from zt_platform.accounts.parties import Party
from zt_platform.accounts.rules import phone_tail
from zt_platform.actors import Actor, ActorKind
from zt_platform.cases import numbers, papers, rules, tolerance
from zt_platform.cases.commands.amending import changed_fields, note_amendment
from zt_platform.cases.commands.ledger import (
    Remark,
    advance,
    conclude,
    local_calendar,
    locked_case,
    permitted_edge,
)
from zt_platform.cases.errors import ItemNotOffered, MaterialsMissing
from zt_platform.cases.meanwhile import form_mark, require_version
from zt_platform.cases.models import PHONE_TAIL_INDEX, Case, CaseMaterial
from zt_platform.cases.prefill import check_locked
from zt_platform.cases.vocabulary import Action, CaseRole, Channel, Status
from zt_platform.catalogue.errors import UnknownItem
from zt_platform.catalogue.forms import validated
from zt_platform.catalogue.models import Item
from zt_platform.catalogue.queries import item_by_code, requirements
from zt_platform.organisation.roles import Role
from zt_platform.papers.kinds import PaperKind
from zt_tenants.changes import require_taking_applications
from zt_tenants.clock import CHINA, now
from zt_tenants.context import current_centre
from zt_tenants.errors import Conflict, InvalidInput
from zt_tenants.vault import blind_index


def start_application(
    *,
    actor: Actor,
    item_code: str,
    applicant: Party,
    form: Mapping[str, Any] | None = None,
    client_key: str = "",
    applicant_account_id: UUID | None = None,
) -> Case:
    """Begin a draft for an item of the current centre; nothing is checked yet but that the item is offered (L-01).

    An applicant begins online for himself or for whom he acts; a clerk begins at the window (``applicant_account_id``
    ties the case to the account of the person at the counter, if there is one). The same ``client_key`` of the same
    account, or of the same clerk for somebody without one, gives the same draft. Raises ItemNotOffered, NotPermitted,
    InvalidInput, Conflict (the key was used for another item).
    """
    item = _offered(item_code)
    online = actor.kind is ActorKind.APPLICANT
    account_id = actor.require_applicant() if online else applicant_account_id
    if not online:
        actor.require(Role.WINDOW_CLERK)
    require_taking_applications(current_centre())
    case = _new_draft(item, Channel.ONLINE if online else Channel.WINDOW, account_id, client_key)
    _set_applicant(case, applicant)
    case.form = dict(form or {})
    try:
        with transaction.atomic():
            if account_id is None and client_key and (begun := _begun_at_window(actor, client_key, item_code)):
                return begun
            return conclude(case, advance(case, Action.START, actor))
    except IntegrityError:
        # The same click arrived before: it made the draft.
        started = _started_before(account_id, client_key, item_code)
        if started is None:
            raise
        return started


def _offered(item_code: str) -> Item:
    """The item with its department and its current version, which has been published. Raises ItemNotOffered."""
    try:
        item = item_by_code(item_code)
    except UnknownItem as unknown:
        raise ItemNotOffered(item=item_code) from unknown
    return item


def _begun_at_window(actor: Actor, client_key: str, item_code: str) -> Case | None:
    """What the clerk's same click began for somebody without an account; clicks at one moment wait for each other.

    An index cannot do it: rows without an account are all different to it.
    """
    with connection.cursor() as cursor:
        lock = f"{current_centre().schema_name}/cases.start/{actor.account_id}/{client_key[:64]}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [lock])
    found = Case.objects.filter(applicant_account_id__isnull=True, client_key=client_key[:64], channel=Channel.WINDOW)
    started = found.filter(first_asked_account_id=actor.account_id).first()
    if started is not None and started.item_code != item_code:
        raise Conflict(field="client_key")
    return started


def _started_before(account_id: UUID | None, client_key: str, item_code: str) -> Case | None:
    if not client_key or account_id is None:
        return None
    started = Case.objects.filter(applicant_account_id=account_id, client_key=client_key[:64]).first()
    if started is not None and started.item_code != item_code:
        raise Conflict(field="client_key")
    return started


def _new_draft(item: Item, channel: Channel, account_id: UUID | None, client_key: str) -> Case:
    version = item.current_version
    if version is None or version.published_at is None:
        raise ItemNotOffered(item=item.code)
    return Case(
        origin_code=current_centre().code,
        item_code=item.code,
        item_name=item.name,
        item_version_number=version.version,
        kind=version.kind,
        statutory_days=version.statutory_days,
        promised_days=version.promised_days,
        legal_basis=version.legal_basis,
        channel=channel,
        role=CaseRole.SOLE,
        department=item.department,
        legal_name_of_decider=item.department.name,
        applicant_account_id=account_id,
        drafted_at=now(),
        client_key=client_key[:64],
    )


def _set_applicant(case: Case, applicant: Party) -> None:
    if not applicant.name.strip() or not applicant.phone.strip():
        raise InvalidInput(
            field="applicant",
            zh="请填写申请人姓名(名称)和手机号码。",
            en="Give the applicant's name and telephone number.",
        )
    case.applicant = applicant.to_payload()
    case.applicant_name_masked = applicant.masked_name
    case.phone_tail_index = blind_index(phone_tail(applicant.phone), purpose=PHONE_TAIL_INDEX)


def save_draft(
    *,
    actor: Actor,
    case_id: int,
    form: Mapping[str, Any],
    applicant: Party | None = None,
    expected_version: int | None = None,
    seen_form: str = "",
) -> Case:
    """Keep what was filled in so far (autosave); the form is checked when it is submitted.

    Also while a correction is awaited. ``seen_form`` is the mark of the answers that the page began with
    (:func:`zt_platform.cases.meanwhile.form_mark`): as long as those are the ones kept, a newer version means other things,
    such as a file that was added, which are not overwritten here. Raises CaseNotFound, NotPermitted, TransitionNotAllowed,
    CaseChanged.
    """
    with transaction.atomic():
        case = locked_case(case_id, actor=actor)
        if not seen_form or (form_mark(case) != seen_form and case.form != dict(form)):
            require_version(case, expected_version, actor)
        advance(case, Action.AMEND, actor)
        if fields := changed_fields(case.form, form):
            note_amendment(case, actor, "改填表内容", fields=fields)
        case.form = dict(form)
        if applicant is not None:
            if case.status != Status.DRAFT:
                raise InvalidInput(
                    field="applicant",
                    zh="提交后不能更换申请人。",
                    en="The applicant cannot be changed after submission.",
                )
            _set_applicant(case, applicant)
            note_amendment(case, actor, "改申请人信息")
        return conclude(case)


def submit_application(
    *,
    actor: Actor,
    case_id: int,
    submission_key: str = "",
    commits_to_supply: bool = False,
    expected_version: int | None = None,
) -> Case:
    """Hand the application in: form and materials are checked, the number is given, the five days of art. 32 begin.

    ``commits_to_supply``: the applicant commits in writing to supply later what is missing, where the item's version lets it
    follow (容缺受理, I-06); acceptance starts the time for it. A clerk says so for who signed at the window.

    A second submission with the same ``submission_key`` (a double click, a retry) returns the case as it is. Raises
    CaseNotFound, NotPermitted, TransitionNotAllowed, Conflict, InvalidForm, MaterialsMissing (all at once, E-12).
    """
    with transaction.atomic():
        case = locked_case(case_id, actor=actor)
        if submission_key and case.submission_key == submission_key[:64]:
            return case
        require_version(case, expected_version, actor)
        permitted_edge(case, Action.SUBMIT, actor)
        require_taking_applications(current_centre())
        received = _check_complete(case, commits_to_supply=commits_to_supply)
        moment = now()
        case.tracking_number = numbers.new_tracking_number(current_centre().code, moment.astimezone(CHINA).date())
        case.submission_key = submission_key[:64]
        case.submitted_at = moment
        start_acceptance_clock(case, moment)
        if case.debts:
            case.commitment = {
                **case.commitment,
                "supply": {
                    "signed_by": case.applicant_name_masked,
                    "signed_at": moment.isoformat(),
                    "taken_by": actor.name,
                },
            }
        submitted = advance(case, Action.SUBMIT, actor, _supply_remark(case))
        papers.issue(PaperKind.MATERIALS_RECEIPT, case, papers.materials_content(case, received), actor)
        return conclude(case, submitted)


def resubmit_application(
    *,
    actor: Actor,
    case_id: int,
    form: Mapping[str, Any] | None = None,
    note: str = "",
    expected_version: int | None = None,
) -> Case:
    """Hand in what the correction notice asked for; a clerk may do it for the applicant at the window (art. 32).

    The five days of art. 32 begin anew with the complete application. For an application that was handed down it
    travels to the centre that asked. Raises CaseNotFound, NotPermitted, TransitionNotAllowed, Conflict, InvalidForm,
    MaterialsMissing.
    """
    with transaction.atomic():
        case = locked_case(case_id, actor=actor, expected_version=expected_version)
        permitted_edge(case, Action.RESUBMIT, actor)
        if form is not None:
            case.form = dict(form)
        _check_complete(case, commits_to_supply=bool(case.debts))
        if case.role == CaseRole.SOLE:
            start_acceptance_clock(case, now())
        return conclude(case, advance(case, Action.RESUBMIT, actor, Remark(note=note.strip())))


def start_acceptance_clock(case: Case, received_at: datetime) -> None:
    """Art. 32: the five working days run from the day on which the complete application counts as received."""
    limits = local_calendar(case)
    case.received_at = received_at
    case.received_on = rules.received_on(received_at, limits)
    case.acceptance_due_at = rules.acceptance_due_at(case.received_on, limits)


def _supply_remark(case: Case) -> Remark:
    owed = [debt.name for debt in tolerance.open_debts(case)]
    if not owed:
        return Remark()
    return Remark(note=f"承诺补交：{'、'.join(owed)}", data={"to_follow": owed})


def _check_complete(case: Case, *, commits_to_supply: bool) -> list[str]:
    """The names of the materials handed in; what may follow is noted as owed. Raises InvalidForm, MaterialsMissing."""
    asked = requirements(case.item_code, case.item_version_number)
    case.form = validated(asked.form_schema, case.form)
    check_locked(case, asked.form_schema, case.form)
    attached = list(
        CaseMaterial.objects.filter(case=case, superseded_at__isnull=True).values_list("material_code", "name")
    )
    present = {code for code, _ in attached}
    absent = [(code, name) for code, name in asked.required_materials if code not in present]
    owed = [(code, name) for code, name in absent if commits_to_supply and code in asked.may_follow]
    tolerance.store(case, [tolerance.Debt(code=code, name=name) for code, name in owed])
    missing = [name for code, name in absent if (code, name) not in owed]
    if missing:
        raise MaterialsMissing(field="materials", count=len(missing), materials="、".join(missing))
    return list(dict.fromkeys(name for _, name in attached))
