"""Celery's tasks, counted, timed and traced; and the worker's own small server for the figures."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass
from logging.config import dictConfig
from time import perf_counter
from typing import Any, Final

from celery import signals
from django.conf import settings

from zt_tenants.telemetry import tracing
from zt_tenants.telemetry.exposition import serve_metrics
from zt_tenants.telemetry.instruments import TASK_SECONDS, TASKS
from zt_tenants.telemetry.tracing import Traced

_HEADER: Final = "traceparent"


@dataclass(frozen=True, slots=True)
class _Running:
    """A task at work in this thread."""

    began: float
    span: AbstractContextManager[Traced]
    traced: Traced


_running: Final[ContextVar[_Running | None]] = ContextVar("zt_task_running", default=None)


def connect() -> None:
    """Listen to Celery's signals; called once, when the application is made."""
    signals.before_task_publish.connect(_carry, weak=False, dispatch_uid="zt_telemetry")
    signals.setup_logging.connect(_log_as_django, weak=False, dispatch_uid="zt_telemetry")
    signals.task_prerun.connect(_begin, weak=False, dispatch_uid="zt_telemetry")
    signals.task_postrun.connect(_end, weak=False, dispatch_uid="zt_telemetry")
    signals.worker_ready.connect(_serve, weak=False, dispatch_uid="zt_telemetry")


def _log_as_django(loglevel: int | str | None = None, **_: Any) -> None:
    """Workers log like web servers (setting ``LOGGING``), at the level of their command line."""
    dictConfig(settings.LOGGING)
    if loglevel:
        logging.getLogger().setLevel(loglevel)


def _carry(headers: dict[str, Any] | None = None, **_: Any) -> None:
    """Give a task that is rung for the trace of whoever rings."""
    here = tracing.traceparent()
    if headers is not None and here:
        headers.setdefault(_HEADER, here)


def _begin(task: Any = None, **_: Any) -> None:
    carried = getattr(task.request, _HEADER, None)
    made = tracing.span(f"task {task.name}", kind=tracing.CONSUMER, of=carried if isinstance(carried, str) else "")
    _running.set(_Running(perf_counter(), made, made.__enter__()))


def _end(task: Any = None, state: str | None = None, **_: Any) -> None:
    TASKS.labels(task.name, state or "UNKNOWN").inc()
    running = _running.get()
    if running is None:
        return
    _running.set(None)
    TASK_SECONDS.labels(task.name).observe(perf_counter() - running.began)
    if state == "FAILURE":
        running.traced.fail(state)
    running.span.__exit__(None, None, None)


def _serve(**_: Any) -> None:
    """A worker serves no pages, so it listens for the scrape at an address of its own (``ZT_METRICS_ADDRESS``)."""
    serve_metrics(settings.ZT_METRICS_ADDRESS)
