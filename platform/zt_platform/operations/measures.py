"""How the deployment stands, as figures for Prometheus: what lies in the database, not in a process.

Every process that is scraped gives the same figures, so alarms take their maximum. They are read at most every fifteen
seconds for all processes, in a fixed number of statements whatever the number of centres. A part that does not answer is
named as unreadable and leaves the others standing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core.cache import cache
from kombu.connection import Connection
from kombu.exceptions import ChannelError
from prometheus_client.core import GaugeMetricFamily, Metric

from zt_interop.certificates import certificate_health
from zt_interop.keys.queries import key_health
from zt_interop.parked import KIND as REPLAY_TIMER
from zt_interop.queue.models import Channel
from zt_interop.stream_pages import StreamWish, open_circuits, stream_totals
from zt_platform.notices.queries import text_message_totals
from zt_platform.operations.queries import connections
from zt_platform.supervision.queries import all_feeds
from zt_storage.objects import ready as storage_ready
from zt_tenants.clock import now
from zt_tenants.fleet import fleet_status
from zt_tenants.models import Timer
from zt_tenants.timers.queries import timers_status
from zt_tenants.wall.raising import wall_status

_log = logging.getLogger(__name__)
SECONDS_KEPT: Final = 15
_KEY: Final = "operations:measures"
_BROKER_SECONDS: Final = 1
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure at one moment."""

    name: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


_HELP: Final[dict[str, str]] = {
    "zhengtong_part_readable": "1 when the figures of a part could be read at the last look, else 0",
    "zhengtong_streams": "Streams of messages between centres",
    "zhengtong_streams_failing": "Streams whose last attempt failed",
    "zhengtong_messages_waiting": "Messages that have not arrived, by channel",
    "zhengtong_messages_oldest_seconds": "Age of the oldest message that has not arrived, by channel",
    "zhengtong_messages_refused": "Messages that were refused for good and wait for a person",
    "zhengtong_circuits": "Destinations elsewhere that do not answer, by state of their circuit",
    "zhengtong_cases_parked": "Cases with a parked message that is tried again by itself",
    "zhengtong_timers_due": "Timers that are due",
    "zhengtong_timers_lag_seconds": "How long the oldest due timer has been waiting",
    "zhengtong_timers_parked": "Timers that failed again and again and wait for a person",
    "zhengtong_keys_ending": "Centres' newest keys that end within so many days",
    "zhengtong_key_days_left": "Days until the first of the centres' newest keys ends",
    "zhengtong_root_key_days_left": "Days until the newest root key ends",
    "zhengtong_certificates_ending": "Centres elsewhere whose TLS certificate ends within 30 days",
    "zhengtong_certificate_days_left": "Days until the first certificate of a centre elsewhere ends",
    "zhengtong_centres_without_key": "Centres that cannot sign",
    "zhengtong_centres": "Centres of this deployment",
    "zhengtong_centres_behind": "Centres that are not at the newest schema revision",
    "zhengtong_centres_failed": "Centres whose last schema step failed",
    "zhengtong_wall_stands": "1 when every centre has its own database role and its rights, else 0",
    "zhengtong_database_connections": "Connections of the database server in use",
    "zhengtong_database_connections_most": "Connections that the database server allows",
    "zhengtong_storage_up": "1 when the object store answers, else 0",
    "zhengtong_feeds": "Centres that report to the supervision",
    "zhengtong_feeds_with_gap": "Feeds in which events are missing",
    "zhengtong_feed_events_missing": "Events that are missing in feeds",
    "zhengtong_feeds_late": "Feeds whose last event was under way for more than ten minutes",
    "zhengtong_feed_lag_seconds": "Longest time that a feed's last event was under way",
    "zhengtong_feed_silent_seconds": "Seconds since anything was reported at all",
    "zhengtong_text_messages_waiting": "Text messages that are due and not sent",
    "zhengtong_text_messages_oldest_seconds": "How long the oldest due text message has been waiting",
    "zhengtong_text_messages_undelivered": "Text messages of the last day that failed, or may have",
    "zhengtong_tasks_queued": "Celery tasks that no worker has taken yet",
}
NAMES: Final = frozenset(_HELP)


class DeploymentMeasures:
    """A collector for prometheus_client."""

    def collect(self) -> Iterator[Metric]:
        """Every figure as a gauge, in the order of this module."""
        found: dict[str, GaugeMetricFamily] = {}
        for figure in figures():
            family = found.get(figure.name)
            if family is None:
                labels = list(figure.labels)
                family = found[figure.name] = GaugeMetricFamily(figure.name, _HELP[figure.name], labels=labels)
            family.add_metric(list(figure.labels.values()), figure.value)
        yield from found.values()

    def describe(self) -> Iterable[Metric]:
        """The names, without reading anything: asked when the collector is registered."""
        return [GaugeMetricFamily(name, text) for name, text in _HELP.items()]


def figures() -> list[Figure]:
    """The figures, read at most every fifteen seconds for all processes; read now when the cache does not answer."""
    try:
        kept = cache.get(_KEY)
    except Exception:
        _log.warning("metrics: the cache does not answer")
        return _read()
    if kept is None:
        kept = [(one.name, one.value, dict(one.labels)) for one in _read()]
        cache.set(_KEY, kept, SECONDS_KEPT)
    return [Figure(*one) for one in kept]


def _read() -> list[Figure]:
    found: list[Figure] = []
    for part, read in _PARTS.items():
        try:
            figures_of_part = list(read())
        except Exception:  # whatever the driver raises: this part cannot be read, the others can
            _log.warning("metrics: %s cannot be read", part, exc_info=True)
            figures_of_part = []
        found += figures_of_part
        found.append(Figure("zhengtong_part_readable", float(bool(figures_of_part)), {"part": part}))
    return found


def _streams() -> Iterator[Figure]:
    totals = {channel: stream_totals(StreamWish(channel=channel)) for channel in Channel.values}
    yield Figure("zhengtong_streams", sum(one.streams for one in totals.values()))
    yield Figure("zhengtong_streams_failing", sum(one.failing for one in totals.values()))
    yield Figure("zhengtong_messages_refused", sum(one.refused for one in totals.values()))
    for channel, one in totals.items():
        yield Figure("zhengtong_messages_waiting", one.backlog, {"channel": channel})
        yield Figure("zhengtong_messages_oldest_seconds", one.lag.total_seconds(), {"channel": channel})


def _circuits() -> Iterator[Figure]:
    found = [status.state.value for status in open_circuits()]
    for state in ("OPEN", "HALF_OPEN", "CLOSED"):
        yield Figure("zhengtong_circuits", found.count(state), {"state": state})


def _timers() -> Iterator[Figure]:
    timers = timers_status()
    yield Figure("zhengtong_timers_due", timers.due)
    yield Figure("zhengtong_timers_lag_seconds", timers.lag.total_seconds())
    yield Figure("zhengtong_timers_parked", timers.parked)
    yield Figure("zhengtong_cases_parked", Timer.objects.filter(kind=REPLAY_TIMER).count())


def _keys() -> Iterator[Figure]:
    moment = now()
    keys = key_health(at=moment)
    yield Figure("zhengtong_centres_without_key", keys.without)
    for days, number in keys.ending.items():
        yield Figure("zhengtong_keys_ending", number, {"within_days": str(days)})
    if keys.first_end is not None:
        yield Figure("zhengtong_key_days_left", _days(keys.first_end, moment))
    if keys.root_until is not None:
        yield Figure("zhengtong_root_key_days_left", _days(keys.root_until, moment))


def _days(until: datetime, moment: datetime) -> float:
    return round((until - moment) / _DAY, 3)


def _certificates() -> Iterator[Figure]:
    found = certificate_health()
    yield Figure("zhengtong_certificates_ending", found.ending)
    if found.first_end is not None:
        yield Figure("zhengtong_certificate_days_left", _days(found.first_end, now()))


def _schema() -> Iterator[Figure]:
    fleet = fleet_status()
    yield Figure("zhengtong_centres", fleet.centres)
    yield Figure("zhengtong_centres_behind", fleet.behind)
    yield Figure("zhengtong_centres_failed", len(fleet.failed))


def _wall() -> Iterator[Figure]:
    yield Figure("zhengtong_wall_stands", float(wall_status().stands))


def _database() -> Iterator[Figure]:
    found = connections()
    yield Figure("zhengtong_database_connections", found.used)
    yield Figure("zhengtong_database_connections_most", found.most)


def _storage() -> Iterator[Figure]:
    yield Figure("zhengtong_storage_up", float(storage_ready()))


def _feeds() -> Iterator[Figure]:
    found = all_feeds()
    yield Figure("zhengtong_feeds", found.feeds)
    yield Figure("zhengtong_feeds_with_gap", found.with_gap)
    yield Figure("zhengtong_feed_events_missing", found.missing)
    yield Figure("zhengtong_feeds_late", found.late)
    yield Figure("zhengtong_feed_lag_seconds", found.worst_lag.total_seconds())
    yield Figure("zhengtong_feed_silent_seconds", found.silent.total_seconds())


def _text_messages() -> Iterator[Figure]:
    found = text_message_totals(since=now() - _DAY)
    yield Figure("zhengtong_text_messages_waiting", found.due)
    yield Figure("zhengtong_text_messages_oldest_seconds", found.oldest.total_seconds())
    yield Figure("zhengtong_text_messages_undelivered", found.undelivered)


def _queue() -> Iterator[Figure]:
    url, name = settings.CELERY_BROKER_URL, "zhengtong"
    with Connection(url, connect_timeout=_BROKER_SECONDS) as broker:  # type: ignore[no-untyped-call]
        broker.ensure_connection(max_retries=0, timeout=_BROKER_SECONDS)
        try:
            number = broker.default_channel.queue_declare(queue=name, passive=True).message_count
        except ChannelError:  # nothing was ever put into it
            number = 0
    yield Figure("zhengtong_tasks_queued", number)


_PARTS: Final[dict[str, Callable[[], Iterable[Figure]]]] = {
    "streams": _streams,
    "circuits": _circuits,
    "timers": _timers,
    "keys": _keys,
    "certificates": _certificates,
    "schema": _schema,
    "wall": _wall,
    "database": _database,
    "storage": _storage,
    "feeds": _feeds,
    "text messages": _text_messages,
    "queue": _queue,
}
