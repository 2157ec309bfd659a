"""Asking a data service from inside a centre: rights first, then what is known, then the service, else the queue.

The order of one call:

1. A grant of the current centre, in force today, that names every field asked for; parameters by the service's schema.
   Anything else is a typed refusal, and the refusal is logged.
2. An answer to the same question under the same grant that is still valid is used again; the look is logged all the same.
3. The question is written down (QUEUED) and due for the worker, so that a crash from here on loses nothing.
4. Unless its circuit is open the service is asked at once, within the service's own time limit.
5. No answer, or one that cannot be believed: the call stays QUEUED; the worker asks again until ``waits_for`` is over, or
   until the grant has ended meanwhile.

The same ``request_id`` is used for every attempt: a service that was asked twice answers the same question twice.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models.expressions import Combinable

from zt_interop.breaker import Breaker
from zt_interop.canonical import canonical_bytes, sha256_hex
from zt_interop.departments import adapters
from zt_interop.departments.errors import (
    AnswerRefused,
    EndpointRefused,
    FieldNotGranted,
    GrantEnded,
    NoAnswerInTime,
    ParametersInvalid,
    QueueFull,
    ServiceAway,
    ServiceUnknown,
    TooManyCalls,
)
from zt_interop.departments.exchange import Request
from zt_interop.departments.models import DataService, DueCall, Grant
from zt_interop.departments.registry import grant_for, service_by_code
from zt_interop.errors import MessageRefused
from zt_interop.log.models import CallState, DataCall
from zt_interop.schemas import problem_with
from zt_tenants import server_clock
from zt_tenants.clock import now, today
from zt_tenants.context import current_centre, enter, outside_centres
from zt_tenants.errors import DomainError
from zt_tenants.faults import crash_point
from zt_tenants.uuid7 import uuid7
from zt_tenants.vault import blind_index
from zt_tenants.wall.access import DatabaseRole

_CACHE_INDEX: Final = "departments.request"
_LEASE: Final = timedelta(seconds=60)
_FIRST_WAIT: Final = timedelta(seconds=15)
_LONGEST_WAIT: Final = timedelta(minutes=30)
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, by whom, for which case and why. ``fields`` empty: all that the grant names."""

    service: str
    parameters: Mapping[str, str]
    purpose: str = ""
    fields: Sequence[str] = ()
    department_code: str = ""
    case_id: int | None = None
    subject: str = ""
    account_id: UUID | None = None
    asked_by: str = ""
    consent_at: datetime | None = None
    fresh: bool = False


def ask(question: Question) -> DataCall:
    """Ask a service from the current centre; an unreachable one leaves the call QUEUED and raises nothing.

    Called outside a transaction, because a department's system is waited for (at most the service's ``timeout_ms``).

    Raises:
        ServiceUnknown, NotGranted, GrantEnded, FieldNotGranted, ParametersInvalid, TooManyCalls: each logged.
        QueueFull: the service is away and too many calls of this centre wait; logged.
        NoCentre: no centre was entered.
    """
    current_centre()
    try:
        service, grant, fields = _entitled(question)
        call = _unsaved(question, grant, fields)
        if not question.fresh and (known := _known_answer(call)):
            return known
        breaker = breaker_of(service)
        may_call = breaker.may_call()
        _write_down(call, service, grant, may_wait=may_call)
    except DomainError as refused:
        _log_refusal(question, refused)
        raise
    if may_call:
        crash_point("call_after_write")
        attempt(call, service)
    return call


def breaker_of(service: DataService) -> Breaker:
    """The circuit to a service, known to all processes."""
    return Breaker(f"department:{service.code}")


def _entitled(question: Question) -> tuple[DataService, Grant, list[str]]:
    service = service_by_code(question.service)
    grant = grant_for(service, question.department_code)
    wanted = set(question.fields) or set(grant.fields)
    refused = sorted(wanted - set(grant.fields))
    if refused:
        raise FieldNotGranted(field="fields", fields="、".join(refused)[:200])
    problem = problem_with(service.parameters_schema, dict(question.parameters))
    if problem:
        raise ParametersInvalid(field="parameters", service=service.code, detail=problem)
    return service, grant, [name for name in service.field_names if name in wanted]


def _unsaved(question: Question, grant: Grant, fields: list[str]) -> DataCall:
    asked = canonical_bytes({"parameters": dict(question.parameters), "fields": fields})
    return DataCall(
        request_id=uuid7(),
        service_code=question.service,
        grant_id=grant.id,
        case_id=question.case_id,
        subject=question.subject,
        purpose=(question.purpose.strip() or grant.purpose)[:300],
        legal_basis=grant.legal_basis,
        fields=fields,
        actor_account_id=question.account_id,
        actor_name=question.asked_by[:120],
        department_code=question.department_code,
        consent_at=question.consent_at,
        parameters=dict(question.parameters),
        request_index=blind_index(f"{grant.id} {asked.decode()}", purpose=_CACHE_INDEX),
        state=CallState.QUEUED,
        asked_at=now(),
    )


def _known_answer(call: DataCall) -> DataCall | None:
    """The call answered from an earlier one of this centre under the same grant, or None."""
    earlier = (
        DataCall.objects.filter(
            request_index=call.request_index, state=CallState.ANSWERED, valid_until__gt=now(), answer__isnull=False
        )
        .order_by("-id")
        .first()
    )
    if earlier is None or earlier.valid_until is None:
        return None
    call.state, call.status, call.verdict = CallState.ANSWERED, earlier.status, earlier.verdict
    call.answer, call.answered_at, call.valid_until = earlier.answer, earlier.answered_at, earlier.valid_until
    call.cached_from = earlier.cached_from or earlier.request_id
    with transaction.atomic():
        call.save(force_insert=True)
        _due(call, earlier.valid_until, waiting=False)
    return call


def _write_down(call: DataCall, service: DataService, grant: Grant, *, may_wait: bool) -> None:
    """Insert the call, counted against its grant; the lock makes two callers of one grant count one after the other."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"grant:{grant.id}"])
        lately = DataCall.objects.filter(grant_id=grant.id, asked_at__gt=call.asked_at - _MINUTE)
        if lately.exclude(state=CallState.REFUSED).count() >= grant.calls_per_minute:
            raise TooManyCalls(service=service.code, limit=grant.calls_per_minute)
        if not may_wait:
            waiting = DueCall.objects.filter(
                centre_id=current_centre().id, service_code=service.code, waiting=True
            ).count()
            if waiting >= service.queue_limit:
                raise QueueFull(service=service.code, limit=service.queue_limit)
        call.save(force_insert=True)
        resting = breaker_of(service).open_until()
        _due(call, server_clock.moment() + _LEASE if resting is None else resting, waiting=True)


def _due(call: DataCall, due_at: datetime | Combinable, *, waiting: bool) -> None:
    DueCall.objects.update_or_create(
        centre_id=current_centre().id,
        call_id=call.pk,
        defaults={"service_code": call.service_code, "due_at": due_at, "waiting": waiting},
    )


def _log_refusal(question: Question, refused: DomainError) -> None:
    DataCall.objects.create(
        request_id=uuid7(),
        service_code=question.service[:64],
        case_id=question.case_id,
        subject=question.subject,
        purpose=question.purpose[:300],
        fields=[str(name)[:60] for name in question.fields][:50],
        actor_account_id=question.account_id,
        actor_name=question.asked_by[:120],
        department_code=question.department_code,
        parameters={},
        request_index=b"",
        state=CallState.REFUSED,
        reason_code=refused.code,
        reason_zh=refused.zh_text,
        reason_en=refused.en_text,
        asked_at=now(),
    )


def attempt(call: DataCall, service: DataService) -> None:
    """Ask the service once for a QUEUED call and write down what came of it; the caller holds the circuit's permission.

    Repeating it is harmless: the question keeps its id, and only a QUEUED call takes an answer.
    """
    centre, breaker = current_centre(), breaker_of(service)
    request = Request(
        id=call.request_id,
        service=service.code,
        consumer=centre.code,
        purpose=call.purpose,
        legal_basis=call.legal_basis,
        parameters=call.parameters,
        fields=call.fields,
        requested_at=call.asked_at,
        tracking_number=call.subject,
        requested_by=call.actor_name,
    )
    call.attempts += 1
    try:
        with outside_centres(DatabaseRole.RELAY):
            answer = adapters.answer(service, request, consumer=centre)
    except (ServiceAway, AnswerRefused, EndpointRefused, MessageRefused) as error:
        breaker.failed()
        _wait_on(call, service, error)
        return
    except DomainError as error:  # this centre cannot ask (no key, no signer): that says nothing of the service
        breaker.not_tried()
        _wait_on(call, service, error)
        return
    except BaseException:
        breaker.failed()
        raise
    crash_point("call_after_answer")
    breaker.succeeded()
    _take(call, service, answer)


def _take(call: DataCall, service: DataService, answer: adapters.Answer) -> None:
    call.state, call.status = CallState.ANSWERED, answer.status
    call.answer = {name: value for name, value in (answer.result or {}).items() if name in call.fields}
    call.verdict = str(call.answer.get(service.verdict_field, ""))[:40]
    call.answered_at, call.valid_until = answer.answered_at, now() + timedelta(seconds=service.valid_for)
    if answer.status not in ("FOUND", "NOT_FOUND"):
        call.valid_until = now()  # "refused" and "failed" are not remembered
    call.request_wire, call.answer_wire = answer.request_wire, answer.answer_wire
    call.reason_code, call.reason_zh, call.reason_en = "", answer.reason, answer.reason
    with transaction.atomic():
        if _store(call):
            _due(call, server_clock.moment() + timedelta(seconds=service.kept_for), waiting=False)


def _wait_on(call: DataCall, service: DataService, error: DomainError) -> None:
    call.reason_code, call.reason_zh, call.reason_en = error.code, error.zh_text, error.en_text
    until = call.asked_at + timedelta(seconds=service.waits_for)
    wait = min(_FIRST_WAIT * 2 ** min(call.attempts - 1, 16), _LONGEST_WAIT) * random.uniform(0.8, 1.2)  # noqa: S311
    moment = server_clock.read()
    due_at = max(moment + wait, breaker_of(service).open_until() or moment)
    with transaction.atomic():
        if due_at < until:
            if _store(call):
                _due(call, due_at, waiting=True)
            return
        _end(call, CallState.FAILED, NoAnswerInTime(service=service.code))


def _end(call: DataCall, state: CallState, reason: DomainError) -> None:
    """Wait no longer, inside the caller's transaction."""
    call.state = state
    call.reason_code, call.reason_zh, call.reason_en = reason.code, reason.zh_text, reason.en_text
    if _store(call):
        DueCall.objects.filter(centre_id=current_centre().id, call_id=call.pk).delete()


def _ended_meanwhile(call: DataCall, service: DataService) -> DomainError | None:
    """Why a call that waited may not be made any more; the right to ask is one at the moment of asking."""
    if not service.active:
        return ServiceUnknown(service=service.code)
    held = Grant.objects.of_centre(current_centre().id).in_force(today())
    if call.grant_id is not None and held.filter(id=call.grant_id).exists():
        return None
    return GrantEnded(service=service.code)


_WRITTEN: Final = (
    *("state", "status", "verdict", "answer", "answered_at", "valid_until", "request_wire", "answer_wire", "attempts"),
    *("reason_code", "reason_zh", "reason_en"),
)


def _store(call: DataCall) -> bool:
    """Write what an attempt changed, if the call still waits; another worker's answer is left standing."""
    values: dict[str, Any] = {name: getattr(call, name) for name in _WRITTEN}
    return DataCall.objects.filter(pk=call.pk, state=CallState.QUEUED).update(**values) == 1


def drain(*, most: int = 100) -> int:
    """Ask again for calls that wait, and purge answers whose time is over, in all centres; how many rows were worked on.

    Rows are claimed one by one with a lease, so that any number of workers may drain at the same time and one that dies
    leaves its row to the next. Calls of a service whose circuit is open are left where they are.
    """
    worked = 0
    resting: set[str] = set()
    while worked < most and (due := _claimed(resting)) is not None:
        worked += 1
        crash_point("call_after_claim")
        if not _work_on(due):
            resting.add(due.service_code)
    return worked


def _claimed(resting: set[str]) -> DueCall | None:
    with transaction.atomic():
        due = (
            DueCall.objects.select_for_update(skip_locked=True)
            .filter(due_at__lte=server_clock.moment())
            .exclude(service_code__in=resting, waiting=True)
            .order_by("due_at", "id")
            .first()
        )
        if due is not None:
            due.due_at = server_clock.moment() + _LEASE
            due.save(update_fields=["due_at"])
        return due


def _purge(call: DataCall) -> None:
    """Keep of an answer no more than that it was given: of the signed bytes their digest, by which the department's own
    copy is told."""
    wire = call.answer_wire or ""
    is_signed = wire.count(".") == 2
    kept = f"sha256:{sha256_hex(wire.encode())}" if is_signed else call.answer_wire
    DataCall.objects.filter(pk=call.pk).update(answer=None, answer_wire=kept)


def _work_on(due: DueCall) -> bool:
    """Ask again or purge; False when the service's circuit is open or the service failed again."""
    from zt_tenants.centres import centre_by_id

    with enter(centre_by_id(due.centre_id)):
        call = DataCall.objects.filter(pk=due.call_id).first()
        if call is None or call.state != CallState.QUEUED:
            if call is not None:
                _purge(call)
            DueCall.objects.filter(pk=due.pk).delete()
            return True
        service = DataService.objects.get(code=call.service_code)
        ended = _ended_meanwhile(call, service)
        if ended is not None:
            with transaction.atomic():
                _end(call, CallState.REFUSED, ended)
            return True
        breaker = breaker_of(service)
        if not breaker.may_call():
            resting = breaker.open_until()
            DueCall.objects.filter(pk=due.pk).update(due_at=resting or server_clock.moment() + _FIRST_WAIT)
            return False
        before = breaker.failures()
        attempt(call, service)
        return breaker.failures() <= before  # a centre that could not ask says nothing of the service
