"""The traffic light of one case: 预警 / 黄牌 / 红牌 (R-02, F-05). Pure; the time of reading is passed in.

Lights are computed from stored instants when they are read, so that they are never stale.
"""

from __future__ import annotations

from datetime import datetime

from django.db import models

from zt_tenants.language import bilingual


class Light(models.TextChoices):
    """In time, near the limit, over it, long over it."""

    GREEN = "GREEN", bilingual("正常", "On time")
    WARNING = "WARNING", bilingual("预警", "Near the limit")
    YELLOW = "YELLOW", bilingual("黄牌", "Overdue")
    RED = "RED", bilingual("红牌", "Long overdue")


def light(
    moment: datetime,
    *,
    warning_at: datetime | None,
    due_at: datetime | None,
    red_at: datetime | None,
    stopped_at: datetime | None,
) -> Light:
    """The light when read at a moment; once the clock has stopped (the decision), the light of that moment.

    A warning stands when less than the threshold remains. The limit includes its last instant (行政许可法 art. 82: the
    close of the last working day): exactly ``due_at`` is in time. Without a limit the light is green.
    """
    seen = min(moment, stopped_at) if stopped_at else moment
    if red_at is not None and seen > red_at:
        return Light.RED
    if due_at is not None and seen > due_at:
        return Light.YELLOW
    if warning_at is not None and seen > warning_at:
        return Light.WARNING
    return Light.GREEN
