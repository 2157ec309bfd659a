"""Every figure that a process counts of itself. What lies in the database is read at the scrape (operations' measures).

Labels are few and bounded: a route, an action, a code, a type, a task. There is no label for a centre: 1,821 of them
times anything would drown the server that collects; the operations page names centres.

A web server has several processes. Where ``PROMETHEUS_MULTIPROC_DIR`` names a folder they count into files there, and
whichever answers a scrape adds them up.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Final

FOLDER: Final = os.environ.get("PROMETHEUS_MULTIPROC_DIR", "")
if FOLDER:  # before the client is imported: it decides once where it counts
    Path(FOLDER).mkdir(parents=True, exist_ok=True)

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram  # noqa: E402

REGISTRY: Final = CollectorRegistry()
_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

REQUEST_SECONDS: Final = Histogram(
    "zhengtong_request_seconds",
    "Seconds a request took, by the route it was for",
    ["route", "method", "status"],
    buckets=_SECONDS,
    registry=REGISTRY,
)
REQUEST_STATEMENTS: Final = Histogram(
    "zhengtong_request_statements",
    "SQL statements of a request",
    ["route"],
    buckets=(2, 5, 10, 20, 40, 80, 160),
    registry=REGISTRY,
)
CASE_ACTIONS: Final = Counter(
    "zhengtong_case_actions",
    "Steps of cases by action; the outcome is DONE (committed) or the code of the refusal",
    ["action", "outcome"],
    registry=REGISTRY,
)
REFUSED_ANSWERS: Final = Counter(
    "zhengtong_refused_answers",
    "Refusals that were told to somebody, by the edge (page, graphql) and code",
    ["edge", "code"],
    registry=REGISTRY,
)
GRAPHQL_OPERATIONS: Final = Counter(
    "zhengtong_graphql_operations", "GraphQL operations", ["kind", "outcome"], registry=REGISTRY
)
GRAPHQL_COST: Final = Histogram(
    "zhengtong_graphql_cost",
    "Declared cost of the GraphQL operations that were let through",
    buckets=(10, 50, 100, 300, 1000, 2000, 3000),
    registry=REGISTRY,
)
SHIPMENTS: Final = Counter(
    "zhengtong_shipments",
    "Deliveries to other centres by outcome: that of the receipt, or the code of the failure",
    ["channel", "transport", "outcome"],
    registry=REGISTRY,
)
SHIPMENT_SECONDS: Final = Histogram(
    "zhengtong_shipment_seconds",
    "Seconds from handing a delivery to its transport to the answer",
    ["transport"],
    buckets=_SECONDS,
    registry=REGISTRY,
)
SHIPPED_MESSAGES: Final = Counter(
    "zhengtong_shipped_messages", "Messages that were answered by their destination", ["channel"], registry=REGISTRY
)
DELIVERIES_REFUSED: Final = Counter(
    "zhengtong_deliveries_refused",
    "Deliveries that a centre here would not take, by reason",
    ["code"],
    registry=REGISTRY,
)
MESSAGES_HANDLED: Final = Counter(
    "zhengtong_messages_handled",
    "Messages taken in by centres here, and what became of them: APPLIED, PARKED, WAITING",
    ["type", "outcome"],
    registry=REGISTRY,
)
TASKS: Final = Counter(
    "zhengtong_tasks", "Celery tasks by outcome: SUCCESS, FAILURE, RETRY …", ["task", "outcome"], registry=REGISTRY
)
TASK_SECONDS: Final = Histogram(
    "zhengtong_task_seconds", "Seconds a Celery task took", ["task"], buckets=_SECONDS, registry=REGISTRY
)
TEXT_MESSAGES: Final = Counter(
    "zhengtong_text_messages", "Attempts to send a text message by outcome", ["outcome"], registry=REGISTRY
)
UPLOADS: Final = Counter(
    "zhengtong_uploads",
    "Uploads that were checked: VERIFIED, or the reason of the rejection",
    ["outcome"],
    registry=REGISTRY,
)
UPLOADED_BYTES: Final = Counter("zhengtong_uploaded_bytes", "Bytes of verified uploads", registry=REGISTRY)
POOL_IN_USE: Final = Gauge(
    "zhengtong_pool_connections_in_use",
    "Database connections that threads of this process hold",
    registry=REGISTRY,
    multiprocess_mode="livesum",
)
POOL_MOST: Final = Gauge(
    "zhengtong_pool_connections_most",
    "Database connections that may be open, of all processes of this pod together",
    registry=REGISTRY,
    multiprocess_mode="livesum",
)
POOL_WAIT: Final = Histogram(
    "zhengtong_pool_wait_seconds",
    "Seconds that a thread waited for a database connection, when none was free",
    buckets=(0.01, 0.05, 0.25, 1.0, 5.0),
    registry=REGISTRY,
)
POOL_EXHAUSTED: Final = Counter(
    "zhengtong_pool_exhausted", "Times that no database connection came free in time", registry=REGISTRY
)


@contextmanager
def timed(histogram: Histogram) -> Iterator[None]:
    """Observe how long the block took, also when it fails."""
    began = perf_counter()
    try:
        yield
    finally:
        histogram.observe(perf_counter() - began)
