"""Following a case: by number and telephone digits without signing in, and one's own cases in full."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from zt_platform.accounts.errors import TooManyTries
from zt_platform.accounts.sessions import applicant_for_request, client_address
from zt_platform.actors import Actor
from zt_platform.cases import commands, queries
from zt_platform.cases.commands.pickup import code_to_show
from zt_platform.cases.errors import CaseNotFound, InvalidTrackingNumber
from zt_platform.cases.meanwhile import CaseChanged
from zt_platform.cases.models import Case
from zt_platform.cases.numbers import grouped
from zt_platform.cases.postal import is_by_post, postal_of
from zt_platform.cases.presentation import clock_facts, due_note, local_calendar, standing, timeline_groups
from zt_platform.cases.queries import TimelineEntry, TrackedCase
from zt_platform.cases.sections import facts_of
from zt_platform.cases.tolerance import open_debts
from zt_platform.cases.views.papers import lines_for_applicant, lines_without_links
from zt_platform.cases.views.two_pages import seen_by
from zt_platform.cases.vocabulary import Action, CaseRole, Status
from zt_platform.cases.ways_facts import delivery_facts, ways_facts
from zt_platform.organisation.queries import centre_profile
from zt_tenants.context import current_centre, enter
from zt_tenants.language import bi, bilingual
from zt_tenants.urls import portal_url


class TrackForm(forms.Form):
    """Number and the last four digits of the telephone."""

    use_required_attribute = False
    tracking_number = forms.CharField(
        label=bilingual("办件编号", "Case number"),
        max_length=40,
        help_text=bilingual("在回执上，横线可以不输", "On your receipt; hyphens may be left out"),
        error_messages={"required": bilingual("请填写办件编号。", "Fill in the case number.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    phone_tail = forms.RegexField(
        regex=r"\A\d{4}\Z",
        label=bilingual("手机号最后四位", "Last four digits of your mobile phone"),
        error_messages={
            "required": bilingual("请填写手机号最后四位。", "Fill in the last four digits."),
            "invalid": bilingual("手机号最后四位是四个数字。", "These are four digits."),
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": "4"}),
    )


@never_cache
@require_http_methods(["GET", "POST"])
def track(request: HttpRequest) -> HttpResponse:
    """Look a case up without signing in. The answer is never at an address, so that it cannot be passed on or cached."""
    form = TrackForm(request.POST or None, initial={"tracking_number": request.GET.get("number", "")})
    if request.method == "POST" and form.is_valid():
        try:
            tracked = queries.track(**form.cleaned_data, address=client_address(request))
        except InvalidTrackingNumber as wrong:
            form.add_error("tracking_number", wrong.text())
        except (CaseNotFound, TooManyTries) as refused:
            form.add_error(None, refused.text())
        else:
            return render(request, "cases/progress.html", tracked_context(tracked))
    return render(request, "cases/track.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@require_GET
def track_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """What the QR code of a notice leads to: what number and digits show, without typing. Nothing indexes or refers it.

    Raises CaseNotFound, TooManyTries.
    """
    tracked = queries.track_by_link(token=token, address=client_address(request))
    response = render(request, "cases/progress.html", tracked_context(tracked))
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def tracked_context(tracked: TrackedCase) -> dict[str, Any]:
    """What a page shows of a tracked case."""
    where = standing(tracked.status, tracked.timeline, tracked.deciding_centre_name, by_post=tracked.by_post)
    away = where.at_counterpart or tracked.handed_down
    with enter(tracked.centre_code):
        note = due_note(tracked.due_at, local_calendar())
        telephone = tracked.department_telephone or centre_profile().telephone
        facts = facts_of(tracked.tracking_number)
    return {
        "number": tracked.grouped_number,
        "item_name": tracked.item_name,
        "applicant_name_masked": tracked.applicant_name_masked,
        "standing": where,
        "where": tracked.deciding_centre_name if away else tracked.centre_name,
        "due_at": tracked.due_at,
        "due_note": note,
        "clock_facts": facts,
        "suspended": tracked.status == Status.SUSPENDED,
        "contact_name": tracked.department_name or tracked.centre_name,
        "contact_phone": telephone,
        "groups": timeline_groups(
            tracked.timeline, where, _place(tracked.timeline, (tracked.centre_code, tracked.centre_name), away=away)
        ),
        "official": lines_without_links(tracked.papers),
        "back_label": bi("查进度", "Track"),
        "back_url": portal_url("track"),
    }


def _place(entries: list[TimelineEntry], home: tuple[str, str], *, away: bool) -> tuple[str, str]:
    """The centre (code, name) at which a case is being handled now: the other one while it is ``away``."""
    there = next((e for e in reversed(entries) if e.elsewhere), None) if away else None
    return (there.centre_code, there.centre_name) if there else home


@require_GET
def mine(request: HttpRequest, number: str) -> HttpResponse:
    """One's own case: progress, what to do, the papers that came of it."""
    actor = applicant_for_request(request)
    case = queries.case_by_number(actor, number)
    entries = queries.timeline(case)
    where = standing(case.status, entries, case.counterpart_name, by_post=is_by_post(case))
    away = where.at_counterpart or case.role == CaseRole.PORTAL  # what was handed down is handled below to its end
    possible = queries.actions_for(actor, case)
    centre = current_centre()
    department = case.department
    context = {
        "number": grouped(case.tracking_number or ""),
        "item_name": case.item_name,
        "applicant_name_masked": queries.applicant_of(case).name,
        "standing": where,
        "where": case.counterpart_name if away else centre.name,
        "due_at": case.running_due_at,
        "due_note": due_note(case.running_due_at, local_calendar()),
        "clock_facts": [
            *clock_facts(case, public=True),
            *ways_facts(case),
            *delivery_facts(case),
            *facts_of(case.tracking_number or ""),
        ],
        "owed": [debt.name for debt in open_debts(case)] if Action.ADD_MATERIALS in possible else [],
        "supply_url": reverse("cases:supply", kwargs={"number": number}) if Action.ADD_MATERIALS in possible else "",
        "sign_url": reverse("cases:commitment", kwargs={"number": number})
        if Action.SIGN_COMMITMENT in possible
        else "",
        "delivery_url": reverse("cases:delivery", kwargs={"number": number})
        if Action.CHOOSE_DELIVERY in possible
        else "",
        "received_url": reverse("cases:received", kwargs={"number": number})
        if Action.CONFIRM_RECEIPT in possible
        else "",
        "parcel": postal_of(case),
        "suspended": case.paused_at is not None,
        "contact_name": department.name if department else centre.name,
        "contact_phone": (department.telephone if department else "") or centre_profile().telephone,
        "groups": timeline_groups(entries, where, _place(entries, (centre.code, centre.name), away=away)),
        "back_label": bi("我的办件", "My cases"),
        "back_url": portal_url("my-cases"),
        "defects": case.correction_defects if where.todo else [],
        "proof_url": reverse("cases:proof", kwargs={"number": number}),
        "withdraw_url": reverse("cases:withdraw", kwargs={"number": number}) if Action.WITHDRAW in possible else "",
        "todo_url": reverse("cases:draft-step", kwargs={"case_id": case.pk, "step": "form"}) if where.todo else "",
        "official": lines_for_applicant(case),
        "pickup_code": code_to_show(case),
        "certificate": getattr(case, "certificate", None) if case.completed_at else None,
    }
    return render(request, "cases/progress.html", context)


def _may_withdraw(actor: Actor, case: Case) -> bool:
    return Action.WITHDRAW in queries.actions_for(actor, case)


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """The applicant takes the application back: what that means, a reason if he likes, the deed.

    What happened to the case while he had the page open is told first; then he decides knowingly.
    """
    actor = applicant_for_request(request)
    case = queries.case_by_number(actor, number)
    back = reverse("cases:mine", kwargs={"number": number})
    reason, changed = request.POST.get("reason", "")[:500], None
    if request.method == "POST" and _may_withdraw(actor, case):
        version = seen_by(request)["expected_version"]
        try:
            commands.withdraw_case(actor=actor, case_id=case.pk, reason=reason, expected_version=version)
        except CaseChanged as meanwhile:
            changed, case = meanwhile, queries.case_by_number(actor, number)
        else:
            messages.success(request, bi("申请已撤回。", "The application is withdrawn."))
            return redirect(back)
    if not _may_withdraw(actor, case):
        messages.warning(request, bi("这份申请现在不能撤回。", "This application cannot be withdrawn now."))
        return redirect(back)
    context = {
        "case": case,
        "number": grouped(case.tracking_number or ""),
        "reason": reason,
        "errors": {"reason": [changed.text()]} if changed else {},
        "back_url": back,
    }
    return render(request, "cases/withdraw.html", context, status=409 if changed else 200)
