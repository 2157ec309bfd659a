"""Celery entry points. All are right when run twice, late or never at the same time on several workers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from celery import shared_task

from zt_interop import head_exchange, parked, prune, relay
from zt_interop.departments import calls
from zt_interop.departments.file_drop.picking import pick_up_all
from zt_interop.keys.rotation import any_expiring, rotate_expiring
from zt_interop.proof import heads
from zt_interop.send import ring
from zt_tenants.clock import now
from zt_tenants.context import enter

_CHINA: Final = ZoneInfo("Asia/Shanghai")
_LOOK_BACK: Final = timedelta(days=8)
"""How far back a centre's traffic is looked for: nights on which nobody closed the logs are made up for."""


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


@shared_task(name="zt_interop.tasks.close_logs", ignore_result=True)  # type: ignore[untyped-decorator]
def close_logs() -> int:
    """The nightly tick: ask every centre that had traffic to close its log up to midnight; how many were asked."""
    midnight = now().astimezone(_CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    codes = heads.active_centres(since=midnight - _LOOK_BACK)
    for code in codes:
        close_log.apply_async(args=[code, midnight.isoformat()], retry=False, ignore_result=True)
    return len(codes)


@shared_task(name="zt_interop.tasks.close_log", ignore_result=True)  # type: ignore[untyped-decorator]
def close_log(code: str, until: str) -> None:
    """Close one centre's log; nothing happens when it was closed already or nothing new is in it."""
    with enter(code):
        heads.close_log(until=datetime.fromisoformat(until))


@shared_task(name="zt_interop.tasks.rotate_keys", ignore_result=True)  # type: ignore[untyped-decorator]
def rotate_keys() -> bool:
    """The nightly tick: ring for new keys when some centre's keys end soon; whether it rang."""
    rings = any_expiring()
    if rings:
        renew_keys.apply_async(retry=False, ignore_result=True)
    return rings


@shared_task(name="zt_interop.tasks.renew_keys", ignore_result=True)  # type: ignore[untyped-decorator]
def renew_keys() -> int:
    """New keys for the centres whose keys end soon, group by group; how many centres got them."""
    return rotate_expiring()


@shared_task(name="zt_interop.tasks.exchange_heads", ignore_result=True)  # type: ignore[untyped-decorator]
def exchange_heads() -> int:
    """The beat's tick: ask receivers how far they have come, so that no tail is lost."""
    return head_exchange.exchange_heads()


@shared_task(name="zt_interop.tasks.prune_outbox", ignore_result=True)  # type: ignore[untyped-decorator]
def prune_outbox() -> int:
    """The beat's tick: take delivered messages out of the queue once their time is over and the log has them."""
    return prune.prune_outbox().deleted


@shared_task(name="zt_interop.tasks.replay_parked", ignore_result=True)  # type: ignore[untyped-decorator]
def replay_parked(centre: str, source: str, channel: str, subject: str) -> int:
    """A timer's bell: try what is parked of a subject again."""
    return parked.replay_subject(centre, source, channel, subject)
