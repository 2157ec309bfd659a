"""A circuit breaker for each destination elsewhere: a centre that does not answer costs little and delays nobody else.

*Closed*: messages go. After :data:`FAILURES_TO_OPEN` attempts in a row without an answer it is *open*: nothing is tried
until a moment that moves further away, with jitter, each time. Then it is *half open*: one stream may try; an answer
closes the circuit and makes everything that waited due at once. A centre that says it is busy opens it until the moment
it names. Only silence counts (no connection, no answer in time, no receipt); a refusal is an answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, JSONField, OuterRef, Q, Value
from django.db.models.expressions import Combinable, CombinedExpression

from zt_interop.queue.models import AT_ONCE, Circuit, OutboundStream
from zt_tenants import server_clock
from zt_tenants.backoff import wait_after
from zt_tenants.clock import now

FAILURES_TO_OPEN: Final = 3
FIRST_WAIT: Final = timedelta(seconds=5)
LONGEST_WAIT: Final = timedelta(minutes=5)
GIVEN_UP_WAIT: Final = timedelta(hours=1)
RESUMED: Final = "RESUMED"


def workers_per_destination() -> int:
    """How many relays may wait for one destination elsewhere at a time (setting ``INTEROP_WORKERS_PER_DESTINATION``)."""
    return int(getattr(settings, "INTEROP_WORKERS_PER_DESTINATION", 2))


def give_up_after() -> timedelta:
    """How long a stream is tried as often as it can be; later once an hour (setting ``INTEROP_GIVE_UP_DAYS``)."""
    return timedelta(days=float(getattr(settings, "INTEROP_GIVE_UP_DAYS", 7)))


def has_given_up(failing_since: datetime | None, *, at: datetime) -> bool:
    """Whether what has failed since then is tried no more than once an hour."""
    return failing_since is not None and at - failing_since > give_up_after()


class CircuitState(Enum):
    """As operators see it."""

    CLOSED = "CLOSED"
    OPEN = "OPEN"
    HALF_OPEN = "HALF_OPEN"


@dataclass(frozen=True, slots=True)
class CircuitStatus:
    """How the way to one destination stands."""

    destination_code: str
    state: CircuitState
    failures: int
    failing_since: datetime | None
    open_until: datetime | None
    given_up: bool
    last_error: str


def circuits() -> list[CircuitStatus]:
    """The destinations that did not answer lately; those that are not listed are closed."""
    moment = now()
    return [
        CircuitStatus(
            destination_code=row.destination_code,
            state=_state(row, moment),
            failures=row.failures,
            failing_since=row.failing_since,
            open_until=row.open_until,
            given_up=has_given_up(row.failing_since, at=moment),
            last_error=row.last_error,
        )
        for row in Circuit.objects.order_by("destination_code")
    ]


def _state(row: Circuit, moment: datetime) -> CircuitState:
    if row.open_until is None:
        return CircuitState.CLOSED
    return CircuitState.OPEN if row.open_until > moment else CircuitState.HALF_OPEN


def is_blocked() -> Exists:
    """For a queryset of streams: whether nothing may be tried now, because the circuit is open or another one tries."""
    moment = server_clock.moment()
    shut = Q(open_until__gt=moment) | Q(open_until__isnull=False, probe_until__gt=moment)
    return Exists(Circuit.objects.filter(shut, destination_code=OuterRef("destination_code")))


def half_open() -> set[str]:
    """Destinations where one stream may try."""
    return set(Circuit.objects.filter(open_until__lte=server_clock.moment()).values_list("destination_code", flat=True))


def begin(destination: str, *, until: datetime | Combinable) -> bool:
    """Note at a claim that a half-open destination is being tried until then; whether it was troubled at all."""
    if Circuit.objects.filter(destination_code=destination, open_until__isnull=False).update(probe_until=until):
        return True
    return Circuit.objects.filter(destination_code=destination).exists()


def note_answer(destination: str) -> None:
    """The destination answered: close its circuit and let everything that waits for it go at once."""
    with transaction.atomic():
        if Circuit.objects.filter(destination_code=destination).delete()[0]:
            waiting = OutboundStream.objects.filter(
                destination_code=destination, next_attempt_at__gt=server_clock.moment()
            )
            waiting.update(next_attempt_at=AT_ONCE)


def note_silence(destination: str, error: str) -> None:
    """The destination did not answer: count it, and open its circuit when it was too often."""
    moment = server_clock.read()
    with transaction.atomic():
        row = _locked(destination)
        row.failures += 1
        row.failing_since = row.failing_since or moment
        row.last_error, row.last_error_at, row.probe_until = error, moment, None
        if row.failures >= FAILURES_TO_OPEN:
            row.open_until = moment + _wait(row, moment)
        row.save()


def free_probe(destination: str) -> None:
    """The one that tried could not even ask (no key, say): let another one try."""
    Circuit.objects.filter(destination_code=destination).update(probe_until=None)


def note_busy(destination: str, error: str, *, until: datetime) -> None:
    """The destination asked to be left alone until then; that is no failure."""
    with transaction.atomic():
        row = _locked(destination)
        row.open_until, row.probe_until = until, None
        row.last_error, row.last_error_at = error, server_clock.read()
        row.save()


def _locked(destination: str) -> Circuit:
    Circuit.objects.bulk_create([Circuit(destination_code=destination)], ignore_conflicts=True)
    return Circuit.objects.select_for_update().get(destination_code=destination)


def _wait(row: Circuit, moment: datetime) -> timedelta:
    if has_given_up(row.failing_since, at=moment):
        return wait_after(1, first=GIVEN_UP_WAIT, longest=GIVEN_UP_WAIT)
    return wait_after(row.failures - FAILURES_TO_OPEN + 1, first=FIRST_WAIT, longest=LONGEST_WAIT)


def resume(destination: str, *, by: str = "", reason: str = "", account: UUID | None = None) -> int:
    """Try a destination again at once, by hand; how many of its streams had been waiting. Each keeps who did it and why."""
    line = {"at": now().isoformat(), "by": by, "act": RESUMED, "reason": reason}
    lines = [{**line, "account": str(account)} if account else line]
    with transaction.atomic():
        Circuit.objects.filter(destination_code=destination).delete()
        waiting = OutboundStream.objects.filter(destination_code=destination, next_attempt_at__gt=server_clock.moment())
        return waiting.update(
            next_attempt_at=AT_ONCE,
            failing_since=None,
            failures=0,
            handled=CombinedExpression(F("handled"), "||", Value(lines, JSONField()), output_field=JSONField()),
        )
