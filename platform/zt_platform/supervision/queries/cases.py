"""The rows behind the figures: lists of cases with keyset paging, and one case over all levels."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import cast
from uuid import UUID

from django.db.models import Q

from zt_platform.case_vocabulary import CaseRole, Result, Status
from zt_platform.lights import Light
from zt_platform.lights import light as light_of
from zt_platform.supervision.models import CaseRecord, CaseRecordQuerySet, CaseStep
from zt_platform.supervision.rules import DECIDING_ROLES, OVERDUE, PRIMARY_ROLES
from zt_platform.supervision.scope import Scope
from zt_tenants.clock import CHINA, now
from zt_tenants.context import beside
from zt_tenants.errors import InvalidInput, NotFound
from zt_tenants.models import Centre
from zt_tenants.wall.access import DatabaseRole
from zt_tenants.wall.querysets import read_beside

PAGE_ROWS = 50
COUNT_LIMIT = 10_000
OPEN_LIGHTS = {
    "OVERDUE": OVERDUE,
    "WARNING": {Light.WARNING},
    "YELLOW": {Light.YELLOW},
    "RED": {Light.RED},
    "GREEN": {Light.GREEN},
}
LIMIT_LIGHTS = frozenset({"OVERDUE", "WARNING", "YELLOW", "RED"})
"""Asking for these is asking what to look at first: the oldest limit comes first."""

_A_REQUEST = timedelta(minutes=1)
"""Who asks for a moment no older than a request may take asks for now."""
_NUMBER_START = re.compile(r"[0-9A-Z-]+")
_PRIMARY = Q(role__in=PRIMARY_ROLES)
MEASURES: dict[str, tuple[str, Q]] = {
    "submitted": ("submitted_at", _PRIMARY),
    "accepted": ("accepted_at", _PRIMARY),
    "refused": ("stopped_at", _PRIMARY & Q(status=Status.REFUSED)),
    "withdrawn": ("stopped_at", _PRIMARY & Q(status=Status.WITHDRAWN)),
    "completed": ("completed_at", _PRIMARY),
    "instant": ("completed_at", _PRIMARY & Q(instant=True)),
    "on_time": ("completed_at", _PRIMARY & Q(on_time=True)),
    "late": ("completed_at", _PRIMARY & Q(on_time=False)),
    "limited": ("completed_at", _PRIMARY & Q(on_time__isnull=False)),
    "granted": ("completed_at", _PRIMARY & Q(result=Result.GRANTED)),
    "denied": ("completed_at", _PRIMARY & Q(result=Result.DENIED)),
    "decided": ("decided_at", Q(role__in=DECIDING_ROLES)),
    "handed_down": ("stopped_at", Q(role=CaseRole.PORTAL, status=Status.HANDED_DOWN)),
    "overrun": ("due_at", ~Q(role=CaseRole.PORTAL)),
}
"""Which instant puts a case into a figure, and which ledgers count: the twin of :func:`.rules.contributions`."""


@dataclass(frozen=True, slots=True)
class CaseFilters:
    """What a list shows. Empty values do not filter.

    ``centre`` takes everything below it with it unless ``own_hall``, of one ``level`` where that is named; ``measure`` with
    ``first_day`` and ``last_day`` names a figure; ``light`` asks for running clocks (``OVERDUE`` is yellow and red;
    ``RUNNING`` all of them); ``text`` is the start of a tracking number or a part of an item's name.
    """

    centre: str = ""
    own_hall: bool = False
    level: str = ""
    measure: str = ""
    first_day: date | None = None
    last_day: date | None = None
    light: str = ""
    kind: str = ""
    role: str = ""
    status: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One ledger of a case with its centre and its light at the time of reading."""

    record: CaseRecord
    centre: Centre | None
    light: Light

    @property
    def running(self) -> bool:
        """Whether the clock runs."""
        return self.record.stopped_at is None and self.record.accepted_at is not None


@dataclass(frozen=True, slots=True)
class CasePage:
    """Some rows, newest first, and the cursor of the next ones ("" at the end)."""

    rows: list[CaseRow]
    next_cursor: str


@beside(DatabaseRole.SUPERVISION)
def list_cases(
    scope: Scope, filters: CaseFilters, *, after: str = "", limit: int = PAGE_ROWS, at: datetime | None = None
) -> CasePage:
    """Cases of the scope, each tracking number once: the newest step first, or by limit where a limit is asked for.

    One SQL statement.

    Raises:
        NotFound: the centre lies outside the scope. InvalidInput: an unknown measure or light, a broken cursor.
    """
    moment = at or now()
    found = _filtered(scope, filters, moment)
    order = _DUE_FIRST if filters.light in LIMIT_LIGHTS else _NEWEST_FIRST
    if after:
        found = order.after(found, *_read_cursor(after))
    records = list(order.sorted(found)[: limit + 1])
    rows = [_row(record, scope.centres.get(record.centre_code), moment) for record in records[:limit]]
    return CasePage(rows=rows, next_cursor=_cursor(records[limit - 1], order) if len(records) > limit else "")


@dataclass(frozen=True, slots=True)
class _Order:
    """An order that keyset paging can follow: an instant, and the id where instants are equal."""

    instant: str
    descending: bool

    def sorted(self, found: CaseRecordQuerySet) -> CaseRecordQuerySet:
        sign = "-" if self.descending else ""
        return found.order_by(f"{sign}{self.instant}", f"{sign}id")

    def after(self, found: CaseRecordQuerySet, moment: datetime, identity: UUID) -> CaseRecordQuerySet:
        beyond = "lt" if self.descending else "gt"
        return found.filter(
            Q(**{f"{self.instant}__{beyond}": moment}) | Q(**{self.instant: moment, f"id__{beyond}": identity}),
            **{f"{self.instant}__{beyond}e": moment},
        )


_NEWEST_FIRST = _Order("last_occurred_at", descending=True)
_DUE_FIRST = _Order("due_at", descending=False)


def matching_cases(scope: Scope, filters: CaseFilters, *, at: datetime | None = None) -> CaseRecordQuerySet:
    """What :func:`list_cases` lists, as a queryset for lists that page by themselves (newest step first).

    Raises:
        NotFound: the centre lies outside the scope. InvalidInput: an unknown measure or light.
    """
    return cast(
        CaseRecordQuerySet,
        read_beside(_filtered(scope, filters, at or now()), DatabaseRole.SUPERVISION),
    )


@beside(DatabaseRole.SUPERVISION)
def count_cases(scope: Scope, filters: CaseFilters, *, at: datetime | None = None) -> int:
    """How many cases a list has, counted no further than 10,000 (then 10,001). One SQL statement."""
    return _filtered(scope, filters, at or now()).order_by()[: COUNT_LIMIT + 1].count()


def _filtered(scope: Scope, filters: CaseFilters, moment: datetime) -> CaseRecordQuerySet:
    code = filters.centre or scope.root.code
    codes = [scope.centre(code).code] if filters.own_hall else scope.below(code)
    if filters.level:
        codes = [one for one in codes if scope.centre(one).level == filters.level]
    if filters.measure:
        found = _of_measure(filters, codes, moment)
    elif filters.role == CaseRole.PORTAL:
        found = CaseRecord.objects.filter(centre_code__one_of=codes)
    else:
        found = CaseRecord.objects.one_a_case(codes)
    if filters.light:
        found = _of_light(found, filters.light, moment)
    for name in ("kind", "role", "status"):
        if getattr(filters, name):
            found = found.filter(**{name: getattr(filters, name)})
    text = filters.text.strip()
    if _NUMBER_START.fullmatch(text.upper()):
        return found.filter(tracking_number__startswith=text.upper())
    return found.filter(item_name__contains=text) if text else found


def _of_measure(filters: CaseFilters, codes: list[str], moment: datetime) -> CaseRecordQuerySet:
    if filters.measure not in MEASURES:
        raise InvalidInput(field="measure", zh="没有这个指标。", en="There is no such measure.")
    instant, counted = MEASURES[filters.measure]
    found = CaseRecord.objects.filter(counted, centre_code__one_of=codes, **{f"{instant}__isnull": False})
    if filters.measure == "overrun":
        found = CaseRecord.objects.one_a_case(codes).overran(moment)
    if filters.first_day:
        found = found.filter(**{f"{instant}__gte": datetime.combine(filters.first_day, time.min, CHINA)})
    if filters.last_day:
        end = datetime.combine(filters.last_day + timedelta(days=1), time.min, CHINA)
        found = found.filter(**{f"{instant}__lt": end})
    return found


def _of_light(found: CaseRecordQuerySet, light: str, moment: datetime) -> CaseRecordQuerySet:
    live = moment > now() - _A_REQUEST
    running = found.running_now(moment) if live else found.running_at(moment)
    if light == "RUNNING":
        return running
    if light not in OPEN_LIGHTS:
        raise InvalidInput(field="light", zh="没有这种灯色。", en="There is no such light.")
    if set(OPEN_LIGHTS[light]) <= {Light.YELLOW, Light.RED}:  # said twice, so that the index on limits answers
        running = running.filter(due_at__lt=moment)
    return running.with_light_in(OPEN_LIGHTS[light], moment)


def _row(record: CaseRecord, centre: Centre | None, moment: datetime) -> CaseRow:
    shown = light_of(
        moment,
        warning_at=record.warning_at,
        due_at=record.due_at,
        red_at=record.red_at,
        stopped_at=record.stopped_at,
    )
    return CaseRow(record=record, centre=centre, light=shown)


def _cursor(record: CaseRecord, order: _Order) -> str:
    text = f"{getattr(record, order.instant).isoformat()}|{record.id.hex}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[datetime, UUID]:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        occurred_at, _, identity = text.partition("|")
        moment = datetime.fromisoformat(occurred_at)
        if moment.tzinfo is None:
            raise ValueError
        return moment, UUID(identity)
    except (ValueError, binascii.Error) as error:
        raise InvalidInput(
            field="after", zh="翻页位置无效，请从第一页重新开始。", en="The page position is not valid; start again."
        ) from error


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step and the centre that reported it (None when the centre is closed)."""

    step: CaseStep
    centre: Centre | None


@dataclass(frozen=True, slots=True)
class CaseTrail:
    """One case over all levels: its ledgers (the accepting one first) and every reported step in order."""

    tracking_number: str
    ledgers: list[CaseRow]
    steps: list[StepRow]


@beside(DatabaseRole.SUPERVISION)
def case_steps(scope: Scope, tracking_number: str, *, at: datetime | None = None) -> CaseTrail:
    """One case over all levels, also the levels outside the scope, once one of its ledgers lies inside.

    Three SQL statements.

    Raises:
        NotFound: no such case, or none of its ledgers lies in the scope.
    """
    records = list(CaseRecord.objects.filter(tracking_number=tracking_number))
    if not any(record.centre_code in scope.centres for record in records):
        raise NotFound
    steps = list(
        CaseStep.objects.filter(tracking_number=tracking_number).order_by("occurred_at", "centre_code", "sequence")
    )
    codes = {record.centre_code for record in records} | {step.centre_code for step in steps}
    centres = {centre.code: centre for centre in Centre.objects.filter(code__in=codes)}
    moment = at or now()
    order = [*CaseRole.values]
    records.sort(key=lambda record: order.index(record.role))
    return CaseTrail(
        tracking_number=tracking_number,
        ledgers=[_row(record, centres.get(record.centre_code), moment) for record in records],
        steps=[StepRow(step, centres.get(step.centre_code)) for step in steps],
    )
