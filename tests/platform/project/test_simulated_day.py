"""A played day: every kind of crossing goes its whole road by real signed messages, and the books balance."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from django.db import connection

from zt_interop.keys.commands import ensure_keys
from zt_interop.log.models import InboxMessage, InboxState
from zt_interop.queue.models import MessageState, OutboxMessage
from zt_interop.relay import relay_due
from zt_platform.cases.models import Case
from zt_platform.cases.vocabulary import CaseRole, Status
from zt_platform.catalogue.loader import load_catalogue
from zt_platform.organisation.loader import load_staff
from zt_platform.project.simulation.cast import people
from zt_platform.project.simulation.day import Day
from zt_platform.project.simulation.summary import summary
from zt_platform.supervision.models import CaseRecord, CaseStep, Feed
from zt_storage.objects import ensure_bucket
from zt_tenants.context import enter

PASSWORD = "a-long-password-of-the-tests"


@pytest.fixture
def relay_thread():
    """The worker's part, in a thread of its own: relays whatever is due until the test ends."""
    stop = threading.Event()

    def work() -> None:
        try:
            while not stop.wait(0.02):
                relay_due()
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    stop.set()
    thread.join()


@pytest.mark.req("C-01", "C-11", "E-05", "R-03", "L-06")
def test_a_day_is_played_and_the_books_balance(committed_world, relay_thread) -> None:
    ensure_bucket()
    ensure_keys(committed_world.all)
    for centre in committed_world.all:
        with enter(centre):
            load_catalogue(centre)
            load_staff(centre, password=PASSWORD)
    heard: list[str] = []
    Day(cases=24, seed=7, password=PASSWORD).play(progress=heard.append)
    assert len(heard) == 24

    ledgers: dict[str, Counter[str]] = {}
    crossed: set[str] = set()
    for centre in committed_world.all:
        with enter(centre):
            unapplied = InboxMessage.objects.exclude(state=InboxState.APPLIED)
            assert [(row.type, row.subject, row.state, row.reason_en) for row in unapplied] == []
            for case in Case.objects.all():
                ledgers.setdefault(str(case.tracking_number), Counter())[case.status] += 1
                if case.role != CaseRole.SOLE:
                    crossed.add(str(case.tracking_number))
    assert len(crossed) == 6
    assert {number: ledgers[number] for number in crossed} == {key: Counter({Status.DELIVERED: 2}) for key in crossed}

    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {MessageState.DELIVERED}
    to_province = OutboxMessage.objects.filter(
        stream__channel="supervision", stream__destination_code=committed_world.province.code
    )
    assert CaseStep.objects.count() == to_province.count()
    assert all(not feed.gaps for feed in Feed.objects.all())
    found = summary()
    assert sum(sum(counts) for counts in found.by_status.values()) == CaseRecord.objects.count()
    assert found.refused == 0


def test_the_cast_is_valid_and_always_the_same() -> None:
    assert people() == people()
    assert len({person.resident_id for person in people()}) == 24
