"""The effects of a timer's handler on many cases, written together: a few statements, whatever their number.

Shared by handlers; not for callers outside. The handler moves the locked cases in memory and notes lines and papers here;
:meth:`Batch.conclude` does for all of them what :func:`zt_platform.cases.commands.ledger.conclude` does for one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from zt_platform.actors import Actor
from zt_platform.cases.commands import gates
from zt_platform.cases.commands.ledger import earlier_timer, index_entry, local_calendar, profile_for, settle
from zt_platform.cases.events import outgoing
from zt_platform.cases.models import Case, CaseEvent
from zt_platform.cases.papers import send_along
from zt_platform.cases.telling import owed_notice, tell_applicants
from zt_platform.index.commands import upsert_case_entries
from zt_platform.orders.automatic import AtLimit, keep_orders, order_of
from zt_platform.orders.models import SupervisionOrder
from zt_platform.papers.commands import NewPaper, issue_papers
from zt_platform.papers.content import PaperContent
from zt_platform.papers.kinds import PaperKind
from zt_platform.papers.models import Paper
from zt_tenants.telemetry.tracing import span
from zt_tenants.timers import DueTimer, schedule_many

CHUNK = 500


class Batch:
    """The cases of due timers, locked, with what is to be written about them."""

    def __init__(self, cases: Sequence[Case], actor: Actor) -> None:
        self.cases = cases
        self.actor = actor
        self._lines: list[tuple[Case, CaseEvent]] = []
        self._papers: list[tuple[Case, NewPaper]] = []
        self._afterwards: dict[int, Callable[[Paper], None]] = {}
        self._orders: list[SupervisionOrder] = []

    @classmethod
    def of(cls, timers: Sequence[DueTimer]) -> Batch:
        """Lock the cases of due timers in one order, so that two batches cannot wait for each other in a circle."""
        found = Case.objects.filter(tracking_number__in=[timer.subject for timer in timers])
        cases = list(found.with_limits().select_related("department").select_for_update(of=("self",)).order_by("pk"))
        for case in cases:
            case.remember()
        return cls(cases, Actor.system())

    def line(self, case: Case, line: CaseEvent) -> None:
        """Note a line of a case's log."""
        self._lines.append((case, line))

    def paper(
        self,
        kind: PaperKind,
        case: Case,
        content: PaperContent,
        *,
        by_centre: bool = False,
        then: Callable[[Paper], None] | None = None,
    ) -> None:
        """Note a paper about a case, by its department or ``by_centre``; ``then`` is called with it once it has a number."""
        department = None if by_centre else case.department
        if then is not None:
            self._afterwards[len(self._papers)] = then
        self._papers.append((case, NewPaper(kind, department, case.tracking_number or "", content)))

    def order(self, case: Case, found: AtLimit) -> None:
        """Note the supervision order that goes with a paper: the unit of the case has to answer it."""
        counted = local_calendar(case)
        self._orders.append(order_of(found, counted.days, counted.hours))

    def conclude(self) -> None:
        """Write papers, lines and cases, send what they owe, and set the timers of the cases anew."""
        with span("cases at their limits", {"zhengtong.cases": len(self.cases)}):
            self._conclude()

    def _conclude(self) -> None:
        issued = issue_papers([paper for _, paper in self._papers], actor=self.actor)
        for (case, _), paper in zip(self._papers, issued, strict=True):
            send_along(case, paper)
        for place, then in self._afterwards.items():
            then(issued[place])
        CaseEvent.objects.bulk_create([line for _, line in self._lines])
        moved = {case.pk: case for case, line in self._lines if line.action}
        timers = []
        for case in self.cases:
            case.timer_at = None
            gates.end_if_over(case)
            timer = settle(case) if case.pk in moved else earlier_timer(case, local_calendar(case))
            if timer is not None:
                timers.append(timer)
        self._save()
        outgoing.send([message for case, line in self._lines for message in outgoing.owed(case, [line])])
        last = {case.pk: index_entry(case, line.recorded_at) for case, line in self._lines if case.pk in moved}
        entries = [entry for entry in last.values() if entry is not None]
        if entries:
            upsert_case_entries(entries)
        schedule_many([*timers, *keep_orders(self._orders)])
        told = [owed_notice(case, [line]) for case, line in self._lines]
        tell_applicants(told, lambda: profile_for(self.cases[0]))

    def _save(self) -> None:
        columns = sorted({name for case in self.cases for name in case.changed_columns()})
        if columns:
            Case.objects.bulk_update(self.cases, columns, batch_size=CHUNK)
        for case in self.cases:
            case.remember()
