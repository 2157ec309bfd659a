"""Celery tasks on a threaded worker and in eager mode: each is in its own centre and leaves its connection clean."""

from __future__ import annotations

import threading

import pytest
from celery import Celery
from celery.contrib.testing.worker import start_worker
from django.db import transaction
from schema_seen import schema_seen

from zt_tenants.context import current_centre_or_none, enter, on_commit

TASKS = 60


@pytest.fixture
def application(the_houses_bells_afterwards) -> Celery:
    """A celery application of its own over an in-memory broker; the code under test is the centre switch."""
    application = Celery("tests", broker="memory://", backend="cache+memory://")
    application.conf.update(task_store_eager_result=False, broker_connection_retry_on_startup=False)
    return application


def _register(application: Celery, found: list[tuple[str, str]], done: threading.Semaphore):
    @application.task(name="tests.visit")
    def visit(code: str) -> None:
        try:
            before = schema_seen()
            with enter(code), transaction.atomic():
                inside = schema_seen()
                on_commit(lambda: found.append(("on_commit", f"{code} {schema_seen()}")))
            found.append(("task", f"{code} {before} {inside} {schema_seen()} {current_centre_or_none()}"))
        finally:
            done.release()  # the connection stays with its thread, for the next task

    return visit


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_tasks_of_a_threaded_worker_are_each_in_their_own_centre(committed_world, application) -> None:
    found: list[tuple[str, str]] = []
    done = threading.Semaphore(0)
    visit = _register(application, found, done)
    centres = committed_world.all
    with start_worker(application, pool="threads", concurrency=4, perform_ping_check=False, shutdown_timeout=20):
        for number in range(TASKS):
            visit.delay(centres[number % len(centres)].code)
        assert all(done.acquire(timeout=30) for _ in range(TASKS))
    schemas = {centre.code: centre.schema_name for centre in centres}
    expected = {("task", f"{code} shared {schema} shared None") for code, schema in schemas.items()}
    expected |= {("on_commit", f"{code} {schema}") for code, schema in schemas.items()}
    assert set(found) == expected
    assert len(found) == 2 * TASKS


def test_eager_tasks_leave_the_callers_centre_as_it_was(committed_world, application) -> None:
    application.conf.task_always_eager = True
    seen: list[str] = []

    @application.task(name="tests.peek")
    def peek(code: str) -> None:
        with enter(code):
            seen.append(schema_seen())

    with enter(committed_world.city):
        peek.delay(committed_world.county.code)
        assert schema_seen() == committed_world.city.schema_name
    assert seen == [committed_world.county.schema_name]
    assert schema_seen() == "shared"
