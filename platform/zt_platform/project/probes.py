"""``/live/`` and ``/ready/``: what a scheduler of processes asks for; ``/health/`` is for people and alarms.

A process that is *alive* must not be killed because something else is away: killing it makes nothing better. One that is
*ready* can serve pages: database and cache answer, and the tables are those that its code expects. A single centre that
was left behind, a late timer or an ended key makes no process unready; ``/health/`` and the alarms speak of them. Nor does
the broker: commands write their messages into the database, and the sweep rings for them later.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from kombu.connection import Connection

from zt_tenants.context import outside_centres
from zt_tenants.fleet import unrecorded_migrations
from zt_tenants.wall.access import DatabaseRole

_log = logging.getLogger(__name__)
_BROKER_SECONDS = 1


class Probes:
    """Middleware, before everything that looks at a session, a centre or a host name."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the two probes; pass on everything else."""
        if request.path_info == "/live/":
            return _never_stored(HttpResponse("ok\n", content_type="text/plain"))
        if request.path_info == "/ready/":
            with outside_centres(DatabaseRole.PORTAL):
                return _never_stored(ready())
        return self._get_response(request)


def ready() -> JsonResponse:
    """200 when this process can serve pages, else 503; ``broker`` is named and decides nothing."""
    needed = {"database": _answers(database), "cache": _answers(_cache)}
    needed["schema"] = needed["database"] and _answers(_schema)
    ok = all(needed.values())
    return JsonResponse({"ok": ok, **needed, "broker": _answers(_broker)}, status=200 if ok else 503)


def _answers(ask: Callable[[], bool]) -> bool:
    try:
        return ask()
    except Exception as error:  # whatever the driver raises: the answer is that it does not work
        _log.warning("ready: %s does not answer (%s)", ask.__name__.strip("_"), type(error).__name__)
        return False


def database() -> bool:
    """Whether the database answers a statement. Raises what the driver raises."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone())


def _cache() -> bool:
    cache.set("ready", 1, 10)
    return bool(cache.get("ready") == 1)


def _schema() -> bool:
    """Whether everything that this code needs was rolled out; a database that is further already is right too."""
    return unrecorded_migrations() <= 0


def _broker() -> bool:
    url = settings.CELERY_BROKER_URL
    with Connection(url, connect_timeout=_BROKER_SECONDS) as broker:  # type: ignore[no-untyped-call]
        broker.ensure_connection(max_retries=0, timeout=_BROKER_SECONDS)
    return True


def _never_stored(response: HttpResponseBase) -> HttpResponseBase:
    response["Cache-Control"] = "no-store"
    return response
