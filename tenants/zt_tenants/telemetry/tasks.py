"""Celery's tasks, counted and timed; and the worker's own small server for the figures."""

from __future__ import annotations

from contextvars import ContextVar
from time import perf_counter
from typing import Any, Final

from celery import signals
from django.conf import settings

from zt_tenants.telemetry.exposition import serve_metrics
from zt_tenants.telemetry.instruments import TASK_SECONDS, TASKS

_began: Final[ContextVar[float]] = ContextVar("zt_task_began")


def connect() -> None:
    """Listen to Celery's signals; called once, when the application is made."""
    signals.task_prerun.connect(_begin, weak=False, dispatch_uid="zt_telemetry")
    signals.task_postrun.connect(_end, weak=False, dispatch_uid="zt_telemetry")
    signals.worker_ready.connect(_serve, weak=False, dispatch_uid="zt_telemetry")


def _begin(**_: Any) -> None:
    _began.set(perf_counter())


def _end(task: Any = None, state: str | None = None, **_: Any) -> None:
    TASKS.labels(task.name, state or "UNKNOWN").inc()
    began = _began.get(None)
    if began is not None:
        TASK_SECONDS.labels(task.name).observe(perf_counter() - began)


def _serve(**_: Any) -> None:
    """A worker serves no pages, so it listens for the scrape at an address of its own (``ZT_METRICS_ADDRESS``)."""
    serve_metrics(settings.ZT_METRICS_ADDRESS)
