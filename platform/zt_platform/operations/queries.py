"""What operators see: of the whole deployment at the portal, of one centre at the centre."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.core.cache import cache
from django.db import connection
from django.db.models import Count, QuerySet

from zt_interop.certificates import CertificateHealth, certificate_health
from zt_interop.keys.queries import KeyHealth, key_health
from zt_interop.log.models import InboxMessage, Refusal
from zt_interop.opening import logged_event
from zt_interop.parked import KIND as REPLAY_TIMER
from zt_interop.queries import InboundStatus, inbound_streams, refusals, refused_messages, unapplied_messages
from zt_interop.queue.models import OutboxMessage
from zt_interop.stream_pages import Hour, hours
from zt_platform.actors import Actor
from zt_platform.organisation.roles import Role
from zt_platform.supervision.scope import Scope
from zt_storage.objects import ready as storage_ready
from zt_tenants.clock import now
from zt_tenants.context import outside_centres
from zt_tenants.errors import NotFound
from zt_tenants.fleet import FleetStatus, fleet_status
from zt_tenants.models import Centre, Timer
from zt_tenants.timers.queries import TimersStatus, timers_status
from zt_tenants.wall.raising import WallStatus, wall_status

READERS = (Role.CENTRE_ADMIN, Role.SUPERVISOR)
MOST_SHOWN = 50
_HOURS_KEPT = 60


@dataclass(frozen=True, slots=True)
class Connections:
    """Database connections of the server: how many are used, and how many there may be."""

    used: int
    most: int

    @property
    def scarce(self) -> bool:
        """Whether four of five are used."""
        return self.used * 5 >= self.most * 4


@dataclass(frozen=True, slots=True)
class Deployment:
    """The parts of the deployment beside its messages."""

    timers: TimersStatus
    keys: KeyHealth
    fleet: FleetStatus
    wall: WallStatus
    connections: Connections
    storage: bool
    certificates: CertificateHealth


@dataclass(frozen=True, slots=True)
class ParkedAt:
    """A centre with cases whose messages are parked and tried again by themselves."""

    centre: Centre
    cases: int


def deployment() -> Deployment:
    """Read how the parts stand; a fixed number of statements, at the portal."""
    return Deployment(
        timers_status(),
        key_health(at=now()),
        fleet_status(),
        wall_status(),
        connections(),
        storage_ready(),
        certificate_health(),
    )


def connections() -> Connections:
    """The database server's connections; one statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(numbackends), current_setting('max_connections')::int FROM pg_stat_database")
        used, most = cursor.fetchone()
    return Connections(int(used or 0), int(most))


def parked_by_centre(scope: Scope) -> list[ParkedAt]:
    """The centres of a scope with most cases whose messages wait to be tried again; one statement.

    Counted by their timers, which lie in one table; what has been tried for four days is seen at its centre only.
    """
    by_id = {centre.id: centre for centre in scope.centres.values()}
    with outside_centres():
        timers = Timer.objects.filter(kind=REPLAY_TIMER, centre_id__in=by_id).order_by()
        found = timers.values_list("centre_id").annotate(number=Count("id")).order_by("-number", "centre_id")
        return [ParkedAt(by_id[centre_id], number) for centre_id, number in found[:MOST_SHOWN]]


def last_hours() -> list[Hour]:
    """The deliveries of the last 24 hours, read at most once a minute for all who look."""
    found = cache.get("operations:hours")
    if found is None:
        found = [
            (hour.begins, hour.delivered, hour.mean.total_seconds(), hour.longest.total_seconds()) for hour in hours()
        ]
        cache.set("operations:hours", found, _HOURS_KEPT)
    return [
        Hour(at, number, timedelta(seconds=mean), timedelta(seconds=longest)) for at, number, mean, longest in found
    ]


def received_streams(actor: Actor) -> list[InboundStatus]:
    """The streams that the current centre receives, those on which something waits first. Raises NotPermitted."""
    actor.require(*READERS)
    return sorted(inbound_streams(), key=lambda row: (-row.missing, -row.unapplied, row.source_code, row.channel))


def parked(actor: Actor) -> QuerySet[InboxMessage]:
    """Messages that the current centre received and could not act on yet, oldest first. Raises NotPermitted."""
    actor.require(*READERS)
    return unapplied_messages()


def refused(actor: Actor) -> QuerySet[OutboxMessage]:
    """Messages of the current centre that were refused for good, newest first, without content. Raises NotPermitted."""
    actor.require(*READERS)
    return refused_messages().defer("data")


def refused_message(actor: Actor, event_id: UUID) -> OutboxMessage:
    """One of :func:`refused`. Raises NotPermitted, NotFound."""
    found = refused(actor).filter(event_id=event_id).first()
    if found is None:
        raise NotFound
    return found


def parked_message(actor: Actor, inbox_id: int) -> InboxMessage:
    """One of :func:`parked`. Raises NotPermitted, NotFound."""
    found = parked(actor).filter(pk=inbox_id).first()
    if found is None:
        raise NotFound
    return found


def trace_of(message: InboxMessage) -> str:
    """The ``traceparent`` that a received message of the current centre carries; empty for one without."""
    return logged_event(message.log_entry.delivered_bytes, message.sequence).traceparent or ""


def not_taken(actor: Actor) -> QuerySet[Refusal]:
    """What the current centre would not take, newest first. Raises NotPermitted."""
    actor.require(*READERS)
    return refusals().defer("excerpt")
