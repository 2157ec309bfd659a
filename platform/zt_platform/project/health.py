"""``/health/``: whether this deployment works, for load balancers and for whoever looks after it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from zt_interop.keys.queries import key_health
from zt_interop.signed import CLOCK_TOLERANCE
from zt_platform.project.probes import database
from zt_platform.workcalendar.queries import missing_year
from zt_storage.objects import ready
from zt_tenants import server_clock
from zt_tenants.clock import now
from zt_tenants.fleet import fleet_status
from zt_tenants.timers.queries import timers_status
from zt_tenants.wall.raising import wall_status

_log = logging.getLogger(__name__)


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 when database, cache and storage answer, every centre has the tables that this code expects and a key to sign
    with, no due timer waits longer than ten minutes and this host's clock is right, else 503.

    Counts only: what the database said about a failed centre is for ``zhengtong migrate --status`` and the supervisors.
    """
    del request
    parts: dict[str, dict[str, Any]] = {
        "database": _answers(database),
        "cache": _answers(_cache),
        "storage": _answers(ready),
    }
    parts["schema"] = _schema() if parts["database"]["ok"] else {"ok": False}
    parts["wall"] = _wall() if parts["database"]["ok"] else {"ok": False}
    parts["keys"] = _keys() if parts["database"]["ok"] else {"ok": False}
    parts["timers"] = _timers() if parts["database"]["ok"] else {"ok": False}
    parts["clock"] = _clock() if parts["database"]["ok"] else {"ok": False}
    parts["calendar"] = _calendar() if parts["database"]["ok"] else {"ok": False}
    ok = all(part["ok"] for part in parts.values())
    return JsonResponse({"ok": ok, **parts}, status=200 if ok else 503)


def _answers(ask: Callable[[], bool]) -> dict[str, Any]:
    try:
        return {"ok": ask()}
    except Exception:  # whatever the driver raises: the answer is that it does not work
        _log.warning("health: %s does not answer", ask.__name__.strip("_"), exc_info=True)
        return {"ok": False}


def _cache() -> bool:
    cache.set("health", 1, 10)
    return bool(cache.get("health") == 1)


def _wall() -> dict[str, Any]:
    wall = wall_status()
    return {"ok": wall.stands, "shared": wall.shared, "centres_without": wall.centres_without}


def _schema() -> dict[str, Any]:
    fleet = fleet_status()
    return {
        "ok": not fleet.mixed,
        "newest": fleet.latest,
        "centres": fleet.centres,
        "behind": fleet.behind,
        "failed": len(fleet.failed),
        "not_rolled_out": fleet.unrecorded,
    }


def _keys() -> dict[str, Any]:
    """Not well when a centre cannot sign or the root has ended; what ends soon is counted, for alarms."""
    keys = key_health(at=now())
    return {
        "ok": not keys.without and (keys.root_until is not None or keys.first_end is None),
        "without": keys.without,
        **{f"ending_within_{days}_days": count for days, count in keys.ending.items()},
        "first_end": keys.first_end.isoformat() if keys.first_end else None,
        "root_until": keys.root_until.isoformat() if keys.root_until else None,
    }


def _timers() -> dict[str, Any]:
    timers = timers_status()
    return {
        "ok": not timers.late,
        "due": timers.due,
        "lag_seconds": int(timers.lag.total_seconds()),
        "unhandled": timers.unhandled,
        "parked": timers.parked,
    }


def _clock() -> dict[str, Any]:
    """By how much this process's clock is ahead of the database's: beyond the tolerance other sites refuse its signatures,
    and what it writes about cases bears a wrong time."""
    ahead = server_clock.lead()
    return {"ok": abs(ahead) <= CLOCK_TOLERANCE, "ahead_seconds": round(ahead.total_seconds(), 1)}


def _calendar() -> dict[str, Any]:
    """A year without a notice makes limits provisional, not the platform unwell: it is named, and the answer stays 200."""
    try:
        missing = missing_year()
    except DatabaseError:  # before the tables are there
        return {"ok": False}
    return {"ok": True, "missing_year": missing}
