"""Pages: the inbox of a person on the portal, and what a centre sent, for its staff."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from zt_platform.accounts.sessions import actor_for_request, applicant_for_request
from zt_platform.notices import commands, queries
from zt_platform.notices.errors import NothingToRepeat
from zt_tenants.language import bi, bilingual
from zt_tenants.urls import portal_url

PAGE = 20


class PreferenceForm(forms.Form):
    """Whether text messages are wanted, and in which language."""

    use_required_attribute = False
    by_sms = forms.BooleanField(
        required=False, label=bilingual("用短信通知我办件进展", "Tell me by text message how my cases go on")
    )
    language = forms.ChoiceField(
        label=bilingual("短信语言", "Language of the text messages"),
        choices=[("zh-hans", bilingual("中文", "Chinese")), ("en", bilingual("英文", "English"))],
    )


def _position(text: str) -> UUID | None:
    """Where a list goes on; None for the first page or a broken link."""
    try:
        return UUID(text)
    except ValueError:
        return None


@never_cache
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """Site messages from all centres, the latest first; the new ones marked."""
    actor = applicant_for_request(request)
    found = queries.inbox(actor, before=_position(request.GET.get("before", "")), limit=PAGE + 1)
    preference = queries.preference_of(actor.require_applicant())
    context = {
        "notices": found[:PAGE],
        "older_url": f"?before={found[PAGE - 1].id}" if len(found) > PAGE else "",
        "form": PreferenceForm(initial={"by_sms": preference.by_sms, "language": preference.language}),
    }
    return render(request, "notices/inbox.html", context)


@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark everything read."""
    commands.mark_read(applicant_for_request(request))
    return redirect(portal_url("inbox"))


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Choose whether to get text messages."""
    actor, form = applicant_for_request(request), PreferenceForm(request.POST)
    if form.is_valid():
        commands.choose(actor=actor, **form.cleaned_data)
        messages.success(request, bi("已保存。", "Saved."))
    else:
        messages.warning(request, bi("请选择中文或英文。", "Choose Chinese or English."))
    return redirect(portal_url("inbox"))


@never_cache
@require_GET
def sent(request: HttpRequest) -> HttpResponse:
    """What this centre told people; ``?undelivered=1`` shows the text messages that failed."""
    only = bool(request.GET.get("undelivered"))
    found = queries.sent_here(actor_for_request(request), undelivered=only)
    before = _position(request.GET.get("before", ""))
    rows = list((found.filter(id__lt=before) if before else found)[: PAGE + 1])
    older = f"?before={rows[PAGE - 1].id}{'&undelivered=1' if only else ''}" if len(rows) > PAGE else ""
    return render(request, "notices/sent.html", {"notices": rows[:PAGE], "older_url": older, "only": only})


@require_POST
def again(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Try a failed text message anew."""
    try:
        commands.send_again(actor=actor_for_request(request), notice_id=notice_id)
    except NothingToRepeat as refused:
        messages.warning(request, refused.text())
    else:
        messages.success(request, bi("短信已排入待发。", "The text message will be sent again."))
    return redirect(reverse("sent-notices:list"))
