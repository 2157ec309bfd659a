"""A clerk with a stop-watch, who counts a case's limits from its log alone and knows nothing of the house's arithmetic."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar

CHINA = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Office:
    """When windows are open, and the days that the province has declared off."""

    opens: time
    closes: time
    off: frozenset[date] = frozenset()

    def works_on(self, day: date) -> bool:
        """By the published calendar and the days off."""
        return chinese_calendar.is_workday(day) and day not in self.off

    def next_day(self, day: date) -> date:
        """The next working day."""
        day += timedelta(days=1)
        while not self.works_on(day):
            day += timedelta(days=1)
        return day

    def received(self, moment: datetime) -> datetime:
        """When what arrives counts as received: at once, or when the windows open next."""
        local = moment.astimezone(CHINA)
        if self.works_on(local.date()) and local.time() <= self.closes:
            return max(local, datetime.combine(local.date(), self.opens, CHINA))
        return datetime.combine(self.next_day(local.date()), self.opens, CHINA)

    def close_after(self, day: date, days: int) -> datetime:
        """The close of the n-th working day after a day."""
        for _ in range(days):
            day = self.next_day(day)
        return datetime.combine(day, self.closes, CHINA)


Stop = tuple[datetime, datetime]


def limit(accepted: datetime, days: int, stops: Iterable[Stop], office: Office) -> datetime:
    """Walk minute by minute through the office hours after the day of acceptance; stopped minutes do not count.

    A special procedure that begins after the limit has passed is met by nobody who walks: he has arrived already.
    """
    day, left, stopped = accepted.astimezone(CHINA).date(), days, list(stops)
    hours = datetime.combine(day, office.closes) - datetime.combine(day, office.opens)
    needed = left * hours
    while True:
        day = office.next_day(day)
        moment, close = datetime.combine(day, office.opens, CHINA), datetime.combine(day, office.closes, CHINA)
        if needed >= close - moment and not any(since < close and until > moment for since, until in stopped):
            needed -= close - moment
            if not needed:
                return close
            continue
        while moment < close:
            if not any(since <= moment < until for since, until in stopped):
                needed -= MINUTE
            moment += MINUTE
            if not needed:
                return moment


def stops_of(lines: Collection[tuple[str, datetime]], until: datetime) -> list[Stop]:
    """From the log: begun with PAUSED where none ran, ended with RESUMED; one that still runs has no end yet."""
    found: list[Stop] = []
    since: datetime | None = None
    for step, at in lines:
        if step == "PAUSED" and since is None:
            since = at
        elif step == "RESUMED" and since is not None:
            found.append((since, min(at, until)))
            since = None
    return found
