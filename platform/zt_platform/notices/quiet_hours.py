"""Quiet hours: at night no text message is sent that can wait until the morning. Pure.

Counted in Asia/Shanghai, which has no summer time. The beginning is quiet, the end is not: from 21:00:00 to 7:59:59.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from zt_tenants.clock import CHINA


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From when until when; over midnight when ``begins`` is later than ``ends``, none when they are the same."""

    begins: time = time(21, 0)
    ends: time = time(8, 0)

    def include(self, moment: datetime) -> bool:
        """Whether an instant lies in them."""
        clock = moment.astimezone(CHINA).time()
        if self.begins <= self.ends:
            return self.begins <= clock < self.ends
        return clock >= self.begins or clock < self.ends

    def earliest(self, moment: datetime) -> datetime:
        """The instant itself, or the end of the quiet hours in which it lies."""
        if not self.include(moment):
            return moment
        local = moment.astimezone(CHINA)
        end = local.replace(hour=self.ends.hour, minute=self.ends.minute, second=self.ends.second, microsecond=0)
        return end if end > local else end + timedelta(days=1)
