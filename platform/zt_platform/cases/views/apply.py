"""Applying online, one thing a page: for whom, the form, the documents, checking and sending.

Every page saves what was filled in before it complains, so no input is ever lost. The same pages serve the one
correction (art. 32): then the last page hands the corrected application in again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zt_interop.log.models import CallState
from zt_platform.accounts.queries import authorisations_of, own_account, party_for
from zt_platform.accounts.sessions import applicant_for_request
from zt_platform.actors import Actor
from zt_platform.cases import queries
from zt_platform.cases.commands import intake
from zt_platform.cases.commands.materials import unfinished_materials
from zt_platform.cases.errors import MaterialsMissing
from zt_platform.cases.item_forms import ItemForm, errors_of, posted_answers, readable_answers
from zt_platform.cases.meanwhile import CaseChanged, form_mark
from zt_platform.cases.models import Case, CaseMaterial
from zt_platform.cases.numbers import grouped
from zt_platform.cases.prefill import filled_fields, offers_for, prefill_draft, with_filled
from zt_platform.cases.presentation import applicant_facts, file_row
from zt_platform.cases.track_links import track_link, track_path
from zt_platform.cases.views.two_pages import OtherState, kept, not_kept, seen_by
from zt_platform.cases.views.uploads import upload_urls
from zt_platform.cases.vocabulary import Status
from zt_platform.cases.ways_facts import delivery_facts
from zt_platform.catalogue.forms import InvalidForm
from zt_platform.catalogue.models import ItemVersion, Material
from zt_platform.catalogue.queries import item_version
from zt_storage.filetypes import EXTENSIONS
from zt_storage.large_uploads import LargeUpload
from zt_tenants.clock import today
from zt_tenants.errors import Conflict, DomainError, InvalidInput
from zt_tenants.language import bi
from zt_tenants.urls import portal_url
from zt_tenants.uuid7 import uuid7

WHOM, FORM, MATERIALS, REVIEW = 1, 2, 3, 4


def _steps() -> list[str]:
    return [
        bi("为谁办", "For whom"),
        bi("填表", "Form"),
        bi("传材料", "Documents"),
        bi("核对提交", "Check and send"),
    ]


@dataclass(frozen=True, slots=True)
class Draft:
    """An application that is being filled in, by its owner."""

    actor: Actor
    case: Case
    version: ItemVersion

    @classmethod
    def opened(cls, actor: Actor, case_id: int) -> Draft:
        """What this actor may still fill in or correct. Raises CaseNotFound, Conflict."""
        case = queries.case_for(actor, case_id)
        if case.status not in (Status.DRAFT, Status.CORRECTING):
            raise Conflict(
                zh="这份申请已经提交，不能再修改。",
                en="This application has been handed in and cannot be changed any more.",
            )
        return cls(actor, case, item_version(case.item_code, case.item_version_number))

    @property
    def correcting(self) -> bool:
        """Whether this is the correction of an application that was returned."""
        return self.case.status == Status.CORRECTING

    def step_url(self, step: str) -> str:
        """Address of one of its pages."""
        return reverse("cases:draft-step", kwargs={"case_id": self.case.pk, "step": step})

    def again(self) -> Draft:
        """As it is now. Raises CaseNotFound, Conflict: handed in meanwhile."""
        return Draft.opened(self.actor, self.case.pk)

    def context(self, current: int, **more: Any) -> dict[str, Any]:
        """What every page of the wizard shows."""
        return {
            "draft": self,
            "case": self.case,
            "item_name": bi(self.version.item.name, self.version.item.name_en),
            "guide_url": reverse("catalogue:guide", kwargs={"code": self.case.item_code}),
            "steps": _steps(),
            "current": current,
            "step_label": _steps()[current - 1],
            **more,
        }


def _draft(request: HttpRequest, case_id: int) -> Draft:
    """The applicant's own draft or returned application. Raises SignInRequired, CaseNotFound, Conflict."""
    return Draft.opened(applicant_for_request(request), case_id)


@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, item_code: str) -> HttpResponse:
    """First page: for whom. A draft that was begun before is offered again."""
    actor = applicant_for_request(request)
    version = item_version(item_code)
    refused: DomainError | None = None
    if request.method == "POST":
        try:
            case = _begin(request, actor, item_code)
        except InvalidInput as wrong:
            refused = wrong
        else:
            return redirect(reverse("cases:draft-step", kwargs={"case_id": case.pk, "step": "form"}))
    account = own_account(actor)
    context = {
        "item_name": bi(version.item.name, version.item.name_en),
        "guide_url": reverse("catalogue:guide", kwargs={"code": item_code}),
        "steps": _steps(),
        "current": WHOM,
        "step_label": _steps()[WHOM - 1],
        "account": account,
        "authorisations": [one for one in authorisations_of(actor) if one.valid_from <= today() <= one.valid_until],
        "drafts": list(queries.my_drafts(actor).filter(item_code=item_code)[:5]),
        "client_key": request.POST.get("client_key") or uuid7().hex,
        "chosen": request.POST.get("whom", "self"),
        "errors": {"whom-self": [refused.text()]} if refused else {},
        "account_url": portal_url("account"),
    }
    return render(request, "cases/apply_start.html", context, status=422 if refused else 200)


def _begin(request: HttpRequest, actor: Actor, item_code: str) -> Case:
    whom = request.POST.get("whom", "")
    if whom == "self":
        party = party_for(actor)
    else:
        try:
            party = party_for(actor, authorisation_id=UUID(whom))
        except ValueError as wrong:
            raise InvalidInput(field="whom", zh="请选择为谁办理。", en="Choose for whom you apply.") from wrong
    return intake.start_application(
        actor=actor, item_code=item_code, applicant=party, client_key=request.POST.get("client_key", "")
    )


@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, case_id: int, step: str) -> HttpResponse:
    """One page of a draft: ``form``, ``materials`` or ``review``."""
    sent = _sent_before(request, case_id) if request.method == "POST" and step == "review" else None
    if sent is not None:
        return redirect(reverse("cases:receipt", kwargs={"number": sent.tracking_number}))
    draft = _draft(request, case_id)
    pages = {"form": _form_page, "materials": _materials_page, "review": _review_page}
    return pages[step](request, draft)


def _sent_before(request: HttpRequest, case_id: int) -> Case | None:
    """What this same click handed in already: the first answer was lost, or the button was pressed twice."""
    key = request.POST.get("submission_key", "")[:64]
    case = queries.case_for(applicant_for_request(request), case_id)
    return case if key and case.submission_key == key and case.tracking_number else None


def _form_page(request: HttpRequest, draft: Draft) -> HttpResponse:
    schema = draft.version.form_schema
    filled = filled_fields(draft.case, schema)
    answers = with_filled(draft.case.form, filled)
    form = ItemForm(schema, answers, filled)
    wrong: list[InvalidInput] = []
    other: OtherState | None = None
    if request.method == "POST":
        locked = {name: one for name, one in filled.items() if one.locked}
        answers = with_filled(posted_answers(draft.version, request.POST), locked)
        try:
            intake.save_draft(actor=draft.actor, case_id=draft.case.pk, form=answers, **seen_by(request))
        except CaseChanged as changed:
            draft = draft.again()
            other = OtherState.found(changed, draft.version, draft.case, answers)
        else:
            wrong = errors_of(draft.version, answers)
            if not wrong:
                return redirect(draft.step_url("materials"))
            draft = draft.again()
        form = ItemForm(schema, answers, filled)
        if wrong:
            form.refuse(InvalidForm(wrong))
    context = draft.context(
        FORM,
        form=form,
        other=other,
        newer_url=draft.step_url("form"),
        form_seen=form_mark(draft.case),
        autosave_url=reverse("cases:autosave", kwargs={"case_id": draft.case.pk}),
        offers=offers_for(draft.case, schema),
        prefill_url=reverse("cases:prefill", kwargs={"case_id": draft.case.pk}),
    )
    return render(request, "cases/apply_form.html", context, status=409 if other else 422 if wrong else 200)


@require_POST
def prefill(request: HttpRequest, case_id: int) -> HttpResponse:
    """Fill the form from a department's data, with consent."""
    draft = _draft(request, case_id)
    try:
        call = prefill_draft(
            actor=draft.actor,
            case_id=case_id,
            service_code=request.POST.get("service", "")[:64],
            consent=request.POST.get("consent") == "yes",
        )
    except DomainError as refused:
        messages.warning(request, refused.text())
    else:
        if call.state == CallState.QUEUED:
            said = bi("部门暂未应答，恢复后会填好；您也可以先自行填写。", "No answer yet; you can fill it in yourself.")
            messages.info(request, said)
        elif not call.answer:
            messages.warning(request, bi("部门数据中没有查到，请自行填写。", "Nothing was found; fill it in yourself."))
        else:
            messages.success(request, bi("已填好，请核对。", "Filled in; check it."))
    return redirect(draft.step_url("form"))


@require_POST
def autosave(request: HttpRequest, case_id: int) -> HttpResponse:
    """Keep what is on the page so far; nothing is checked, nothing is sent. 409 when the application was changed
    elsewhere or handed in: then the page stops saving by itself."""
    try:
        draft = _draft(request, case_id)
        answers = posted_answers(draft.version, request.POST)
        case = intake.save_draft(actor=draft.actor, case_id=case_id, form=answers, **seen_by(request))
    except Conflict as changed:
        newer = reverse("cases:draft-step", kwargs={"case_id": case_id, "step": "form"})
        return not_kept(changed, newer_url=newer)
    return kept(case)


def _attached(case: Case) -> list[CaseMaterial]:
    """The files that count now, as :func:`queries.case_for` read them."""
    found: list[CaseMaterial] = getattr(case, "current_materials", [])
    return found


def _may_follow(draft: Draft, material: Material) -> bool:
    """Whether a document may be supplied after acceptance, on a commitment (容缺受理)."""
    return material.may_follow and bool(draft.version.ways.get("tolerance_days"))


def to_follow(draft: Draft) -> list[Material]:
    """What is required, may follow and is not there yet."""
    present = {one.material_code for one in _attached(draft.case)}
    wanted = draft.version.materials.all()
    return [m for m in wanted if m.required and m.code not in present and _may_follow(draft, m)]


def material_rows(
    draft: Draft, missing: set[str], unfinished: Mapping[str, list[LargeUpload]] | None = None
) -> list[dict[str, Any]]:
    """A row for each document of the item, with its files, with those that were begun and not finished, and, where it
    is ``missing``, what to do.
    """
    attached: dict[str, list[CaseMaterial]] = {}
    for one in _attached(draft.case):
        attached.setdefault(one.material_code, []).append(one)
    return [
        {
            "material": material,
            "unfinished": (unfinished or {}).get(material.code, []),
            "files": [file_row(one) for one in attached.get(material.code, [])],
            "accept": ",".join(_extensions(material)),
            "types": bi("、", ", ").join(
                sorted({name[1:].upper() for name in _extensions(material) if name != ".jpeg"})
            ),
            "may_follow": _may_follow(draft, material),
            "error": bi("请上传这份材料。", "Upload this document.") if material.code in missing else "",
        }
        for material in draft.version.materials.all()
    ]


def _extensions(material: Material) -> list[str]:
    return [f".{name}" for name, media_type in EXTENSIONS.items() if media_type in material.accepted_types]


def _materials_page(request: HttpRequest, draft: Draft) -> HttpResponse:
    missing: set[str] = set()
    if request.method == "POST":
        present = {one.material_code for one in _attached(draft.case)}
        required = {m.code for m in draft.version.materials.all() if m.required and not _may_follow(draft, m)}
        missing = required - present
        if not missing:
            return redirect(draft.step_url("review"))
    rows = material_rows(draft, missing, unfinished_materials(draft.actor, draft.case))
    errors = {
        f"material-{row['material'].code}": [
            bi("还没有上传“{zh}”。", "“{en}” is missing.", zh=row["material"].name, en=row["material"].name_en)
        ]
        for row in rows
        if row["error"]
    }
    context = draft.context(
        MATERIALS,
        rows=rows,
        errors=errors,
        back_url=draft.step_url("form"),
        **upload_urls("cases:upload", draft.case.pk),
    )
    return render(request, "cases/apply_materials.html", context, status=422 if missing else 200)


def _review_page(request: HttpRequest, draft: Draft) -> HttpResponse:
    errors: dict[str, list[str]] = {}
    other: OtherState | None = None
    if request.method == "POST":
        try:
            case = _send(request, draft)
        except CaseChanged as changed:
            draft = draft.again()
            other = OtherState.found(changed, draft.version, draft.case, draft.case.form)
        except InvalidForm as wrong:
            errors = {"answers": [error.text() for error in wrong.errors]}
        except MaterialsMissing as wrong:
            errors = {"documents": [wrong.text()]}
        else:
            return redirect(reverse("cases:receipt", kwargs={"number": case.tracking_number}))
    context = draft.context(
        REVIEW,
        errors=errors,
        applicant=applicant_facts(draft.case),
        answers=readable_answers(draft.version, draft.case.form),
        materials=[(row["material"], row["files"]) for row in material_rows(draft, set())],
        submission_key=request.POST.get("submission_key") or uuid7().hex,
        to_follow=to_follow(draft),
        other=other,
        tolerance_days=draft.version.ways.get("tolerance_days", 0),
        delivery=delivery_facts(draft.case),
        delivery_url=reverse("cases:draft-delivery", kwargs={"case_id": draft.case.pk}) if not draft.correcting else "",
        form_url=draft.step_url("form"),
        materials_url=draft.step_url("materials"),
    )
    return render(request, "cases/apply_review.html", context, status=409 if other else 422 if errors else 200)


def _send(request: HttpRequest, draft: Draft) -> Case:
    if draft.correcting:
        version = seen_by(request)["expected_version"]
        return intake.resubmit_application(actor=draft.actor, case_id=draft.case.pk, expected_version=version)
    return intake.submit_application(
        actor=draft.actor,
        case_id=draft.case.pk,
        submission_key=request.POST.get("submission_key", ""),
        commits_to_supply=request.POST.get("commits") == "yes",
        expected_version=seen_by(request)["expected_version"],
    )


@require_GET
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """The number, large enough to be photographed, and what comes next."""
    case = queries.case_by_number(applicant_for_request(request), number)
    context = {
        "tracking_number": grouped(case.tracking_number or ""),
        "plain_number": case.tracking_number,
        "case": case,
        "track_link": track_link(case.tracking_number or ""),
        "track_path": track_path(case.tracking_number or ""),
        "progress_url": reverse("cases:mine", kwargs={"number": case.tracking_number}),
    }
    return render(request, "cases/receipt.html", context)
