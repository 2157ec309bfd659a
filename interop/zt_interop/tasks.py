"""Celery entry points. All are right when run twice, late or never at the same time on several workers."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from zt_interop import relay
from zt_interop.departments import calls
from zt_interop.departments.file_drop.picking import pick_up_all
from zt_interop.send import ring


@shared_task(name="zt_interop.tasks.relay_stream", ignore_result=True)  # type: ignore[untyped-decorator]
def relay_stream(stream_id: str) -> None:
    """The doorbell: relay one stream; ring again when a turn was not enough, so that other streams get theirs."""
    if relay.relay_stream(UUID(stream_id)).more:
        ring(UUID(stream_id))


@shared_task(name="zt_interop.tasks.sweep", ignore_result=True)  # type: ignore[untyped-decorator]
def sweep() -> int:
    """The beat's tick: ring for every stream whose bell was lost, whose wait is over or whose relay died."""
    return relay.sweep()


@shared_task(name="zt_interop.tasks.drain_data_calls", ignore_result=True)  # type: ignore[untyped-decorator]
def drain_data_calls() -> int:
    """The beat's tick: ask departments again for what waits, purge answers whose time is over."""
    return calls.drain()


@shared_task(name="zt_interop.tasks.pick_up_deliveries", ignore_result=True)  # type: ignore[untyped-decorator]
def pick_up_deliveries() -> int:
    """The beat's tick: pick up what departments left in their folders."""
    return sum(pick_up_all().values())
