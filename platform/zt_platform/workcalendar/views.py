"""The work calendar of the whole province, kept by the administrators of its centre (art. 82)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from zt_platform.accounts.sessions import actor_for_request
from zt_platform.actors import Actor
from zt_platform.forms import PlainForm, part_of_page
from zt_platform.organisation.roles import Role
from zt_platform.workcalendar import commands
from zt_platform.workcalendar.forms import OverrideForm, YearForm
from zt_platform.workcalendar.picture import WEEKDAYS, months
from zt_platform.workcalendar.queries import FIRST_YEAR, LAST_YEAR, calendar, missing_year, year_status
from zt_tenants.clock import today
from zt_tenants.context import current_centre
from zt_tenants.errors import DomainError, InvalidInput, NotPermitted
from zt_tenants.language import bi
from zt_tenants.models import Level


def _administrator(request: HttpRequest) -> Actor:
    actor = actor_for_request(request)
    if current_centre().level != Level.PROVINCE:
        raise NotPermitted
    actor.require(Role.CENTRE_ADMIN)
    return actor


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """One year: known or provisional, the days the province has set, and what can be entered."""
    _administrator(request)
    return _show(request, _chosen_year(request), OverrideForm(), _year_form())


def _year_form() -> YearForm:
    return YearForm(initial={"year": missing_year() or today().year + 1})


def _chosen_year(request: HttpRequest) -> int:
    text = request.GET.get("year", "")
    year = int(text) if text.isdecimal() and len(text) == 4 else today().year
    if not FIRST_YEAR < year < LAST_YEAR:
        raise Http404
    return year


@part_of_page(lambda: reverse("calendar:page"))
def override(request: HttpRequest) -> HttpResponse:
    """Say for one day whether it is worked."""
    actor, form = _administrator(request), OverrideForm(request.POST)
    if form.is_valid():
        try:
            commands.override_day(actor=actor, **form.cleaned_data)
        except DomainError as refused:
            form.refuse(refused)
        else:
            return _done(request, form.cleaned_data["day"].year)
    return _show(request, today().year, form, _year_form(), status=422)


@part_of_page(lambda: reverse("calendar:page"))
def declare(request: HttpRequest) -> HttpResponse:
    """Enter the notice of a year."""
    actor, form = _administrator(request), YearForm(request.POST)
    if form.is_valid():
        year, number = form.cleaned_data["year"], form.cleaned_data["document_number"]
        try:
            commands.declare_year(actor=actor, year=year, document_number=number, days=form.days())
        except DomainError as refused:
            if isinstance(refused, InvalidInput) and refused.field == "days":
                form.add_error("holidays", refused.text())
            else:
                form.refuse(refused)
        else:
            return _done(request, year)
    return _show(request, today().year, OverrideForm(), form, status=422)


@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    """Let the published calendar count again for a day."""
    actor, form = _administrator(request), OverrideForm(request.POST)
    form.is_valid()
    day = form.cleaned_data.get("day")
    if day is None or not commands.withdraw_override(actor=actor, day=day):
        messages.warning(request, bi("这一天没有调整过。", "Nothing was set for that day."))
        return redirect(reverse("calendar:page"))
    return _done(request, day.year)


def _done(request: HttpRequest, year: int) -> HttpResponse:
    messages.success(
        request,
        bi(
            "日历已修改。各中心正在重新计算在办件的时限。",
            "The calendar is changed. Every centre is counting its running limits anew.",
        ),
    )
    return redirect(f"{reverse('calendar:page')}?year={year}")


def _show(
    request: HttpRequest, year: int, override_form: PlainForm, year_form: PlainForm, *, status: int = 200
) -> HttpResponse:
    status_of_year = year_status(year, fresh=True)
    grounds = {one.day: one.reason for one in status_of_year.overrides}
    context = {
        "status": status_of_year,
        "months": months(year, calendar(), today=today(), grounds=grounds),
        "weekdays": [bi(*names) for names in WEEKDAYS],
        "missing": missing_year(),
        "before": year - 1,
        "after": year + 1,
        "override_form": override_form,
        "year_form": year_form,
        "failed": override_form if override_form.errors else year_form if year_form.errors else None,
    }
    return render(request, "workcalendar/page.html", context, status=status)
