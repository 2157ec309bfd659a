"""What happened, in figures: from the province's own store and the message queue."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from zt_interop.queue.models import MessageState, OutboxMessage
from zt_platform.cases.vocabulary import Status
from zt_platform.lights import Light, light
from zt_platform.supervision.models import CaseRecord, CaseStep, Feed
from zt_tenants import clock
from zt_tenants.models import Level


@dataclass(frozen=True, slots=True)
class Summary:
    """Cases by level and status, messages, supervision events, lights."""

    levels: list[str]
    by_status: dict[str, list[int]]
    messages: dict[str, int]
    delivered: int
    refused: int
    events: int
    feeds: int
    lights: Counter[str]

    def lines(self) -> list[tuple[str, str]]:
        """The figures besides the table, as pairs of sentences."""
        kinds = "、".join(f"{name.removesuffix('.v1')} {count}" for name, count in sorted(self.messages.items()))
        lights = " · ".join(f"{Light(value).label} {self.lights[value]}" for value in Light.values)
        return [
            (
                f"已签名并送达消息 {self.delivered} 条，被拒 {self.refused} 条：{kinds}",
                "Messages signed and delivered.",
            ),
            (
                f"省监察库收到 {self.events} 步，来自 {self.feeds} 个中心。",
                "Supervision events received, centres reporting.",
            ),
            (f"在办件灯色：{lights}", "Lights of running cases."),
        ]


def summary() -> Summary:
    """Read it now."""
    records = list(CaseRecord.objects.all())
    moment = clock.now()
    statuses = [status for status in Status.values if any(record.status == status for record in records)]
    counted = Counter((record.level, record.status) for record in records)
    outbox = OutboxMessage.objects.all()
    delivered = outbox.filter(state=MessageState.DELIVERED)
    return Summary(
        levels=[str(Level(level).label) for level in Level.values],
        by_status={
            str(Status(status).label): [counted[level, status] for level in Level.values] for status in statuses
        },
        messages=Counter(delivered.values_list("type", flat=True)),
        delivered=delivered.count(),
        refused=outbox.filter(state=MessageState.REFUSED).count(),
        events=CaseStep.objects.count(),
        feeds=Feed.objects.count(),
        lights=Counter(
            light(moment, warning_at=record.warning_at, due_at=record.due_at, red_at=record.red_at, stopped_at=None)
            for record in CaseRecord.objects.running_at(moment)
        ),
    )
