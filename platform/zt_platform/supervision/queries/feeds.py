"""The feeds themselves: how late and how complete what the page shows is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Count, F, Max, Q, Sum, Value
from django.db.models.functions import Coalesce, Greatest

from zt_platform.supervision.models import Feed
from zt_platform.supervision.scope import Scope
from zt_tenants.clock import now
from zt_tenants.context import beside
from zt_tenants.language import bilingual
from zt_tenants.models import Centre
from zt_tenants.wall.access import DatabaseRole

LATE_AFTER = timedelta(minutes=10)
"""Batches leave every few seconds; one that needed longer was held up somewhere."""


class FeedState(models.TextChoices):
    """The state of a feed in one word, the worst first."""

    GAP = "GAP", bilingual("缺数", "Gap")
    LATE = "LATE", bilingual("迟到", "Late")
    NEVER = "NEVER", bilingual("未上报", "Nothing yet")
    OK = "OK", bilingual("正常", "In order")


@dataclass(frozen=True, slots=True)
class FeedRow:
    """One centre's feed. ``lag`` is how long its last event was under way, ``silent`` how long nothing came."""

    centre: Centre
    state: FeedState
    last_sequence: int = 0
    last_event_at: datetime | None = None
    last_received_at: datetime | None = None
    lag: timedelta | None = None
    silent: timedelta | None = None
    missing: int = 0
    gaps: tuple[tuple[int, int], ...] = ()
    gap_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class FeedSummary:
    """The feeds of a scope: the totals that stand on every page, and the rows behind them, the worst first."""

    rows: list[FeedRow]
    reporting: int
    never: int
    missing: int
    with_gap: int
    worst_lag: timedelta | None
    newest_event_at: datetime | None

    @property
    def by_state(self) -> dict[FeedState, int]:
        """How many of the rows are in each state, the worst first, without states that do not occur."""
        counted = Counter(row.state for row in self.rows)
        return {state: counted[state] for state in FeedState if counted[state]}

    @property
    def complete(self) -> bool:
        """Whether nothing that was sent is missing."""
        return self.missing == 0


@beside(DatabaseRole.SUPERVISION)
def feeds(scope: Scope, *, code: str = "", at: datetime | None = None) -> FeedSummary:
    """The feeds of a centre of the scope and of all below it, centres that never reported included.

    One SQL statement. Raises NotFound outside the scope.
    """
    moment = at or now()
    codes = scope.below(code or scope.root.code)
    known = {feed.source_code: feed for feed in Feed.objects.filter(source_code__one_of=codes)}
    rows = [_row(scope.centre(found), known.get(found), moment) for found in codes]
    order = [*FeedState.values]
    rows.sort(key=lambda row: (order.index(row.state), -(row.missing), row.centre.code))
    lags = [row.lag for row in rows if row.lag is not None]
    return FeedSummary(
        rows=rows,
        reporting=len(known),
        never=len(codes) - len(known),
        missing=sum(row.missing for row in rows),
        with_gap=sum(1 for row in rows if row.missing),
        worst_lag=max(lags, default=None),
        newest_event_at=max((row.last_event_at for row in rows if row.last_event_at), default=None),
    )


@beside(DatabaseRole.SUPERVISION)
def feed_totals(scope: Scope, *, code: str = "") -> FeedSummary:
    """What :func:`feeds` says in total, without its rows: one SQL statement that adds up in the database.

    Raises NotFound outside the scope.
    """
    codes = scope.below(code or scope.root.code)
    found = Feed.objects.filter(source_code__one_of=codes).aggregate(
        reporting=Count("source_code", distinct=True),
        with_gap=Count("id", filter=Q(missing__gt=0)),
        worst_lag=Max(
            Greatest(F("last_received_at") - F("last_event_at"), Value(timedelta(0))),
            filter=Q(last_received_at__isnull=False, last_event_at__isnull=False),
        ),
        newest_event_at=Max("last_event_at"),
        missing=Coalesce(Sum("missing"), 0),  # the last: the name hides the column from what follows
    )
    return FeedSummary(rows=[], never=len(codes) - found["reporting"], **found)


@dataclass(frozen=True, slots=True)
class AllFeeds:
    """Every feed of this deployment in numbers. ``silent`` is how long the newest report of all is ago."""

    feeds: int
    with_gap: int
    missing: int
    late: int
    worst_lag: timedelta
    silent: timedelta


@beside(DatabaseRole.SUPERVISION)
def all_feeds() -> AllFeeds:
    """How the feeds stand, for alarms; one SQL statement over all of them."""
    moment, arrived = now(), Q(last_received_at__isnull=False, last_event_at__isnull=False)
    under_way = Greatest(F("last_received_at") - F("last_event_at"), Value(timedelta(0)))
    found = Feed.objects.annotate(lag=under_way).aggregate(
        feeds=Count("id"),
        with_gap=Count("id", filter=Q(missing__gt=0)),
        late=Count("id", filter=arrived & Q(lag__gt=LATE_AFTER)),
        worst=Max("lag", filter=arrived),
        newest=Max("last_received_at"),
        missing=Coalesce(Sum("missing"), 0),  # the last: the name hides the column from what follows
    )
    silent = max(moment - found["newest"], timedelta(0)) if found["newest"] else timedelta(0)
    worst = found["worst"] or timedelta(0)
    return AllFeeds(found["feeds"], found["with_gap"], found["missing"], found["late"], worst, silent)


def _row(centre: Centre, feed: Feed | None, moment: datetime) -> FeedRow:
    if feed is None:
        return FeedRow(centre=centre, state=FeedState.NEVER)
    lag = silent = None
    if feed.last_received_at is not None:
        silent = max(moment - feed.last_received_at, timedelta(0))
        if feed.last_event_at is not None:
            lag = max(feed.last_received_at - feed.last_event_at, timedelta(0))
    late = lag is not None and lag > LATE_AFTER
    state = FeedState.GAP if feed.missing else FeedState.LATE if late else FeedState.OK
    return FeedRow(
        centre=centre,
        state=state,
        last_sequence=feed.last_sequence,
        last_event_at=feed.last_event_at,
        last_received_at=feed.last_received_at,
        lag=lag,
        silent=silent,
        missing=feed.missing,
        gaps=feed.coverage.open_gaps,
        gap_since=feed.gap_since,
    )
