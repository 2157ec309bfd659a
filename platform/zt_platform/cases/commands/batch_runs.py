"""One act on many marked cases: each in its own transaction together with its result, resumed when it was interrupted.

What was asked for is one line of the audit record, and each case's result another that refers to it. So a batch needs no
table of its own, a result exists exactly when the act was committed, and whoever goes on (the request, a celery task, a
timer after a crash) finds what is left by what has no result yet. An advisory lock keeps two of them from the same batch.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from zt_platform.actors import Actor
from zt_platform.audit.commands import record
from zt_platform.audit.models import AuditRecord, Deed
from zt_platform.cases.commands.acceptance import accept_application, pass_pre_review
from zt_platform.cases.commands.completion import deliver_case, seal_and_complete
from zt_platform.cases.commands.holding import assign_case, claim_case, put_back, release_case
from zt_platform.cases.commands.printing import print_papers
from zt_platform.cases.models import Case
from zt_platform.cases.queries.prints import told_then
from zt_platform.organisation.queries import staff_member_of
from zt_platform.organisation.roles import Role
from zt_tenants.clock import now
from zt_tenants.context import current_centre, on_commit
from zt_tenants.errors import DomainError, NotFound, NotPermitted
from zt_tenants.faults import crash_point
from zt_tenants.timers import DueTimer, schedule

logger = logging.getLogger(__name__)

PRINT: Final = "print"
MOST_AT_ONCE: Final = 500
AT_ONCE_IN_A_REQUEST: Final = 10
"""So many are done before the page answers; the rest is the workers'."""
TIMER_KIND: Final = "cases.batch"
_LOOKS_AGAIN: Final = timedelta(minutes=1)
_GIVES_UP: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Marked:
    """A marked case and the version that the clerk looked at."""

    case_id: int
    version: int | None
    number: str


def _assign(*, to_account_id: str, **given: Any) -> Case:
    return assign_case(to_account_id=UUID(to_account_id), **given)


_ACTS: Final[Mapping[str, Callable[..., Case]]] = {
    "pass-pre-review": pass_pre_review,
    "accept": accept_application,
    "complete": seal_and_complete,
    "deliver": deliver_case,
    "claim": claim_case,
    "release": release_case,
    "assign": _assign,
    "put-back": put_back,
    PRINT: print_papers,
}
"""Acts that need no word of the clerk's own for each case. Decisions are read and signed one by one."""
REVERSIBLE: Final = frozenset({"claim", "release", "assign"})


def start_batch(*, actor: Actor, slug: str, marked: Sequence[Marked], arguments: Mapping[str, Any]) -> AuditRecord:
    """Write down what is to be done, and see to it that it is: workers are rung, a timer repairs what they lose.

    Raises NotPermitted (no staff here), NotFound (no such act).
    """
    actor.require(*Role.values)
    if slug not in _ACTS:
        raise NotFound
    cases = {one.case_id: [one.case_id, one.version, one.number] for one in marked[:MOST_AT_ONCE]}
    with transaction.atomic():
        batch = record(
            Deed.BATCH,
            actor=actor,
            purpose=slug,
            data={"slug": slug, "cases": list(cases.values()), "arguments": dict(arguments)},
        )
        schedule(kind=TIMER_KIND, subject=f"batch:{batch.pk}", due_at=now() + _LOOKS_AGAIN)
    return batch


def ring(batch_id: int) -> None:
    """Ring the workers for what is left of a batch; if nobody can be rung, the timer does it later."""
    from zt_platform.cases.tasks import work_off_batch  # the task module imports this one

    try:
        work_off_batch.apply_async(args=[current_centre().code, batch_id], retry=False, ignore_result=True)
    except Exception as error:
        logger.warning("doorbell of batch %s not rung (%s)", batch_id, error)


def work_off(batch_id: int, *, most: int = MOST_AT_ONCE) -> int:
    """Do what is left of a batch, at most so many cases; how many were tried.

    The rights are those that the clerk has now. Not for a transaction that is open already: each case commits by itself.
    """
    batch = AuditRecord.objects.filter(pk=batch_id, deed=Deed.BATCH).first()
    if batch is None:
        return 0
    tried = 0
    for case_id, version, number in batch.data["cases"]:
        if tried >= most:
            break
        if AuditRecord.objects.filter(part_of=batch_id, case_id=case_id).exists():
            continue
        tried += _do_one(batch, Marked(case_id, version, number))
    return tried


def ring_for_due(timers: Sequence[DueTimer]) -> None:
    """A minute after it was begun, and each minute after: ring again for batches that are not done (at most a day)."""
    for timer in timers:
        batch_id = int(timer.subject.partition(":")[2])
        batch = AuditRecord.objects.filter(pk=batch_id).first()
        if batch is None or batch.at < now() - _GIVES_UP:
            continue
        if AuditRecord.objects.filter(part_of=batch_id).count() < len(batch.data["cases"]):
            on_commit(partial(ring, batch_id))
            schedule(kind=TIMER_KIND, subject=timer.subject, due_at=now() + _LOOKS_AGAIN)


def _do_one(batch: AuditRecord, one: Marked) -> int:
    """One case and its result, together or not at all. 0 when somebody else is at it or has done it."""
    with transaction.atomic():
        if not _alone(batch.pk) or AuditRecord.objects.filter(part_of=batch.pk, case_id=one.case_id).exists():
            return 0
        actor = _acting(batch)
        result: dict[str, Any] = {"done": True}
        before = Case.objects.filter(pk=one.case_id).values_list("holder_account_id", "holder_name").first()
        try:
            if actor is None:
                raise NotPermitted
            with transaction.atomic():
                case = _ACTS[batch.data["slug"]](
                    actor=actor, case_id=one.case_id, expected_version=one.version, **batch.data["arguments"]
                )
        except DomainError as refused:
            result = {"done": False, "code": refused.code, "zh": refused.zh_text, "en": refused.en_text}
        else:
            account_id, name = before or (None, "")
            result["holder"] = [str(account_id or ""), name, str(case.holder_account_id or "")]
            if batch.data["slug"] == PRINT:
                result |= told_then(case)
        record(
            Deed.BATCH_LINE,
            actor=actor or Actor.system(),
            purpose=batch.purpose,
            case_id=one.case_id,
            tracking_number=one.number,
            part_of=batch.pk,
            data=result,
        )
        crash_point("batch_before_commit")
    crash_point("batch_after_commit")
    return 1


def _alone(batch_id: int) -> bool:
    """Until the end of the transaction nobody else works on this batch of this centre; False when somebody does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"{current_centre().schema_name}/cases.batch/{batch_id}"],
        )
        return bool(cursor.fetchone()[0])


def _acting(batch: AuditRecord) -> Actor | None:
    """Who asked for the batch, with the rights of this moment; None when he is no longer on post."""
    member = staff_member_of(batch.account_id) if batch.account_id else None
    if member is None:
        return None
    return Actor.for_member(member)
