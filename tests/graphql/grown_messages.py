"""More streams, messages and refusals."""

from __future__ import annotations

from grown_offices import NOON, far_centres

from zt_interop.log.models import InboundStream, InboxMessage, MessageLogEntry, Refusal
from zt_interop.queue.models import OutboundStream, OutboxMessage
from zt_platform.notices.models import Notice
from zt_tenants.uuid7 import uuid7


def grow_outbound(scene, numbers) -> None:
    for number, centre in zip(numbers, far_centres(scene, numbers), strict=True):
        stream = OutboundStream.objects.create(
            source_code=scene.city.code, destination_code=centre.code, channel="case"
        )
        OutboxMessage.objects.create(
            stream=stream, type="x", subject=f"s{number}", time=NOON, data={}, state="REFUSED", queued_at=NOON
        )


def grow_inbound(scene, numbers) -> None:
    for centre in far_centres(scene, numbers):
        InboundStream.objects.create(source_code=centre.code, channel="case")


def grow_inbox(scene, numbers) -> None:
    for number, centre in zip(numbers, far_centres(scene, numbers), strict=True):
        entry = MessageLogEntry.objects.create(
            direction="IN",
            event_id=uuid7(),
            type="x",
            channel="case",
            counterpart_code=centre.code,
            first_sequence=number,
            last_sequence=number,
            transport="local",
            outcome="parked",
            wire="x",
            wire_sha256="x",
            receipt="x",
            logged_at=NOON,
        )
        InboxMessage.objects.create(
            event_id=uuid7(),
            source_code=centre.code,
            channel="case",
            type="x",
            subject=scene.ids["number"],
            sequence=number,
            time=NOON,
            digest="x",
            state="PARKED",
            received_at=NOON,
            log_entry=entry,
        )


def grow_refusals(scene, numbers) -> None:
    for number in numbers:
        Refusal.objects.create(
            code="X",
            reason_zh="x",
            reason_en="x",
            transport="local",
            size=1,
            wire_sha256=f"{number}",
            excerpt="x",
            refused_at=NOON,
        )


def grow_notices(scene, numbers) -> None:
    """Site messages to the applicant from the city and from centres elsewhere."""
    facts = {"item": "x", "number": "x"}
    for number, centre in zip(numbers, far_centres(scene, numbers), strict=True):
        for code in (centre.code, scene.city.code):
            Notice.objects.create(
                centre_code=code,
                centre_name="x",
                key=f"grown{number}",
                account_id=scene.zhang.id,
                subject="x",
                event="WITHDRAWN",
                facts=facts,
            )
