"""Reading the register of joint cases and its figures (H-06, H-10, H-11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Count, F, Q

from zt_platform.actors import Actor
from zt_platform.cases.models import Case
from zt_platform.cases.querysets import CaseQuerySet
from zt_platform.joint.casebook import LEADERS
from zt_platform.joint.models import JointTask
from zt_platform.joint.register import Meeting
from zt_platform.joint.telling import WATCHERS
from zt_platform.joint.vocabulary import MeetingKind, MeetingState, Neglect, Side, Stage, Status
from zt_platform.workcalendar.queries import calendar
from zt_tenants.clock import CHINA

MOST_MEASURED = 5000


@dataclass(frozen=True, slots=True)
class RegisterFilter:
    """What the register is narrowed to; unknown words count as none. ``state``: open, ended."""

    state: str = ""
    stage: str = ""
    text: str = ""


def register_for(actor: Actor, wanted: RegisterFilter = RegisterFilter()) -> CaseQuerySet:
    """The joint cases led at the current centre, the latest registered first: a lead's own department's, all for who
    watches the centre. Raises NotPermitted.
    """
    actor.require(*LEADERS, *WATCHERS)
    found = Case.objects.filter(joint_opened_at__isnull=False).order_by("-joint_opened_at", "-id").for_list()
    if not actor.has(*WATCHERS) and actor.department_id is not None:
        found = found.filter(department_id=actor.department_id)
    if wanted.state in ("open", "ended"):
        running = Q(decided_at__isnull=True, withdrawn_at__isnull=True, ended_at__isnull=True)
        found = found.filter(running if wanted.state == "open" else ~running)
    if wanted.stage in Stage.values:
        found = found.filter(joint__stage=wanted.stage)
    if text := wanted.text.strip():
        found = found.filter(
            Q(tracking_number=text.replace(" ", "").replace("-", ""))
            | Q(joint__number=text.upper())
            | Q(item_name__icontains=text)
        )
    return found


@dataclass(frozen=True, slots=True)
class RegisterFigures:
    """What was handled jointly since a day (H-10): projects, meetings of all kinds and surveys among them, tasks."""

    projects: int
    meetings: int
    surveys: int
    tasks: int
    neglected: int
    deemed: int


def register_figures(actor: Actor, since: date) -> RegisterFigures:
    """The figures of what the actor may read, registered since a day; two statements. Raises NotPermitted."""
    cases = register_for(actor).filter(joint_opened_at__gte=_morning(since))
    rows = list(cases.values_list("tracking_number", "joint__meetings"))
    held = [Meeting.from_stored(stored) for _, meetings in rows for stored in meetings or []]
    held = [meeting for meeting in held if meeting.state is not MeetingState.CANCELLED]
    led = JointTask.objects.filter(tracking_number__in=[number for number, _ in rows], side__in=[Side.LEAD, Side.LOCAL])
    counted = led.order_by().aggregate(
        tasks=Count("id"),
        neglected=Count("id", filter=~Q(neglect=Neglect.NONE)),
        deemed=Count("id", filter=Q(status=Status.DEEMED)),
    )
    surveys = sum(meeting.kind == MeetingKind.SURVEY for meeting in held)
    return RegisterFigures(projects=len(rows), meetings=len(held), surveys=surveys, **counted)


@dataclass(frozen=True, slots=True)
class DecisionDays:
    """Working days from acceptance to decision of cases decided since a day: handled jointly, and the others (H-11)."""

    joint: list[int]
    other: list[int]


def decision_days(actor: Actor, since: date) -> DecisionDays:
    """How long decisions took; the latest 5,000 of each, two statements. Raises NotPermitted."""
    actor.require(*LEADERS, *WATCHERS)
    decided = Case.objects.filter(decided_at__gte=_morning(since), accepted_at__lte=F("decided_at"))
    return DecisionDays(
        joint=_days(decided.filter(joint_opened_at__isnull=False)),
        other=_days(decided.filter(joint_opened_at__isnull=True)),
    )


def _days(decided: CaseQuerySet) -> list[int]:
    days = calendar()
    rows = decided.order_by("-decided_at").values_list("accepted_at", "decided_at")[:MOST_MEASURED]
    return [days.working_days_between(_day(accepted), _day(at)) for accepted, at in rows if accepted and at]


def _day(moment: datetime) -> date:
    return moment.astimezone(CHINA).date()


def _morning(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=CHINA)
