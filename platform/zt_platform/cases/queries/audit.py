"""The record of a centre's staff: steps of cases from their log and everything else from the audit record, as one list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce

from zt_platform.actors import Actor, ActorKind
from zt_platform.audit.models import AuditRecord, Deed
from zt_platform.cases.models import CaseEvent
from zt_platform.cases.vocabulary import Step
from zt_platform.link_values import row_number
from zt_platform.organisation.roles import Role
from zt_tenants.clock import CHINA

READS_RECORD = (Role.CENTRE_ADMIN, Role.SUPERVISOR)
LOG, RECORD = "log", "record"
_COLUMNS = ("id", "at", "case_id", "actor_name", "source", "roles", "deed", "tracking_number", "purpose")
"""In one order, because a union of two tables goes by place and not by name."""


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What the record is narrowed to; empty fields do not filter. ``deed`` is a Deed, or ``STEPS`` for steps of cases."""

    account_id: UUID | None = None
    tracking_number: str = ""
    deed: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line: who did what to which case, when, for what."""

    source: str
    id: int
    at: datetime
    actor_name: str
    roles: str
    deed: str
    case_id: int | None
    tracking_number: str
    purpose: str

    @property
    def label(self) -> str:
        """The deed's name in the active language."""
        known = Step if self.source == LOG else Deed
        return str(known(self.deed).label) if self.deed in known.values else self.deed

    @property
    def place(self) -> str:
        """Where a list continues behind this line."""
        return f"{self.at.isoformat()}~{self.source}~{self.id}"


def audit_lines(actor: Actor, wanted: AuditFilter, *, after: str = "", limit: int = 100) -> list[AuditLine]:
    """The record, newest first; one statement. ``after`` is the ``place`` of the line before.

    Raises NotPermitted unless an administrator or a supervisor of the current centre.
    """
    actor.require(*READS_RECORD)
    steps, others = _steps(wanted), _others(wanted)
    if place := _place(after):
        steps, others = steps.filter(_behind(place, LOG)), others.filter(_behind(place, RECORD))
    found: Any = steps.union(others, all=True)
    if wanted.deed == "STEPS":
        found = steps
    elif wanted.deed:
        found = others
    return [AuditLine(**row) for row in found.order_by("-at", "-source", "-id")[:limit]]


def _place(text: str) -> tuple[datetime, str, int] | None:
    at, _, rest = text.partition("~")
    source, _, key = rest.partition("~")
    number = row_number(key)
    if source not in (LOG, RECORD) or number is None:
        return None
    try:
        return datetime.fromisoformat(at), source, number
    except ValueError:
        return None


def _behind(place: tuple[datetime, str, int], source: str) -> Q:
    at, its_source, its_id = place
    earlier = Q(at__lt=at)
    if source == its_source:
        return earlier | Q(at=at, id__lt=its_id)
    return earlier | Q(at=at) if source < its_source else earlier


def _narrowed(found: QuerySet[Any], wanted: AuditFilter) -> QuerySet[Any]:
    if wanted.since is not None:
        found = found.filter(at__gte=datetime.combine(wanted.since, time.min, tzinfo=CHINA))
    if wanted.until is not None:
        found = found.filter(at__lt=datetime.combine(wanted.until + timedelta(days=1), time.min, tzinfo=CHINA))
    return found


def _steps(wanted: AuditFilter) -> QuerySet[Any]:
    found = CaseEvent.objects.filter(actor_kind=ActorKind.STAFF.value).annotate(at=F("recorded_at"))
    if wanted.account_id is not None:
        found = found.filter(actor_account_id=wanted.account_id)
    if wanted.tracking_number:
        found = found.filter(case__tracking_number__startswith=wanted.tracking_number)
    named = found.annotate(
        source=Value(LOG, output_field=CharField()),
        roles=Cast("actor_role", CharField()),
        deed=Cast("step", CharField()),
        tracking_number=Coalesce("case__tracking_number", Value("")),
        purpose=Value("", output_field=CharField()),
    )
    return _narrowed(named, wanted).order_by().values(*_COLUMNS)


def _others(wanted: AuditFilter) -> QuerySet[Any]:
    found = AuditRecord.objects.all()
    if wanted.account_id is not None:
        found = found.filter(account_id=wanted.account_id)
    if wanted.tracking_number:
        found = found.filter(tracking_number__startswith=wanted.tracking_number)
    if wanted.deed and wanted.deed != "STEPS":
        found = found.filter(deed=wanted.deed)
    named = found.annotate(source=Value(RECORD, output_field=CharField()))
    return _narrowed(named, wanted).order_by().values(*_COLUMNS)
