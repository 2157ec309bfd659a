"""Meetings of a joint case: called together, attendance and minutes kept, or cancelled (H-04, H-06, H-09)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from zt_platform.cases.models import Case
from zt_platform.joint import commands, queries
from zt_platform.joint.errors import MeetingNotFound
from zt_platform.joint.forms import MeetingForm, MinutesForm, ReasonForm
from zt_platform.joint.register import Meeting
from zt_platform.joint.views.case_doors import Door, case_url, entered, passed
from zt_platform.joint.vocabulary import MeetingState, Status
from zt_platform.link_values import seen_version
from zt_tenants.language import bi, bilingual

_CONVENE = Door(
    bilingual("召集会议", "Convene a meeting"),
    bilingual("发出会议通知", "Send the notice"),
    (
        bilingual("被通知的单位在联办任务里看到时间、地点和议题。", "Those called see time, place and subject."),
        bilingual("会后记录考勤和纪要；无故缺席的记录在案。", "Attendance and minutes are kept; absence is on record."),
    ),
    bilingual("会议通知已发出。", "The notice is sent."),
)
_CLOSE = Door(
    bilingual("会议考勤和纪要", "Attendance and minutes"),
    bilingual("存入登记簿", "Keep it in the register"),
    (
        bilingual("存入以后不能更改，并告知被通知的单位。", "It cannot be changed, and those called are told."),
        bilingual(
            "开启了缺席默认的事项，无故缺席且未答复的，视为同意。",
            "Where the absence rule was told, absence without excuse counts as consent.",
        ),
    ),
    bilingual("考勤和纪要已存入登记簿。", "Attendance and minutes are kept."),
    template="joint/minutes.html",
)
_CANCEL = Door(
    bilingual("取消会议", "Cancel the meeting"),
    bilingual("取消会议", "Cancel it"),
    (bilingual("被通知的单位会看到取消和理由。", "Those called see that it is cancelled, and why."),),
    bilingual("会议已取消。", "The meeting is cancelled."),
    danger=True,
)
_NOT_ASKED = (Status.RECALLED,)


@require_http_methods(["GET", "POST"])
def convene(request: HttpRequest, case_id: int) -> HttpResponse:
    """Call participants together."""
    actor, case, back = entered(request, case_id, "convene")
    if back:
        return back
    tasks = [task for task in queries.tasks_of_case(case) if task.status not in _NOT_ASKED]
    form = MeetingForm(request.POST or None, tasks=tasks)

    def run() -> object:
        return commands.convene_meeting(
            actor=actor, case_id=case.pk, call=form.call(), expected_version=seen_version(request)
        )

    return passed(request, case, _CONVENE, form, run)


def _meeting(case: Case, meeting_id: str) -> Meeting:
    entry = queries.register_of_case(case)
    found = entry.meeting(meeting_id) if entry else None
    if found is None:
        raise MeetingNotFound
    return found


def _over(request: HttpRequest, case: Case, meeting: Meeting) -> HttpResponse | None:
    """The way back when a meeting is closed or cancelled already."""
    if meeting.state is MeetingState.CONVENED or request.method == "POST":
        return None
    messages.warning(request, bi("这次会议{state}。", "The meeting: {state}.", state=meeting.state.label))
    return redirect(f"{case_url(case)}#joint")


@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, case_id: int, meeting_id: str) -> HttpResponse:
    """Keep attendance and minutes."""
    actor, case, back = entered(request, case_id, "convene")
    meeting = _meeting(case, meeting_id)
    if back := back or _over(request, case, meeting):
        return back
    form = MinutesForm(request.POST or None, meeting=meeting)

    def run() -> object:
        return commands.close_meeting(
            actor=actor,
            case_id=case.pk,
            meeting_id=meeting_id,
            attendance=form.attendance(),
            minutes=form.cleaned_data["minutes"],
            expected_version=seen_version(request),
        )

    return passed(request, case, _CLOSE, form, run, meeting=meeting)


@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, case_id: int, meeting_id: str) -> HttpResponse:
    """Cancel a meeting, with the reason."""
    actor, case, back = entered(request, case_id, "convene")
    meeting = _meeting(case, meeting_id)
    if back := back or _over(request, case, meeting):
        return back
    form = ReasonForm(request.POST or None)

    def run() -> object:
        return commands.cancel_meeting(
            actor=actor,
            case_id=case.pk,
            meeting_id=meeting_id,
            expected_version=seen_version(request),
            **form.cleaned_data,
        )

    return passed(request, case, _CANCEL, form, run, meeting=meeting)
