"""A played day: every kind of crossing goes its whole road by real signed messages, and the books balance."""

from __future__ import annotations

import random
import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection

from zt_interop.keys.commands import ensure_keys
from zt_interop.log.models import InboxMessage, InboxState
from zt_interop.queue.models import MessageState, OutboxMessage
from zt_interop.relay import relay_due
from zt_platform.cases.models import Case, CaseEvent
from zt_platform.cases.vocabulary import CaseRole, Status
from zt_platform.catalogue.loader import load_catalogue
from zt_platform.catalogue.queries import item_version
from zt_platform.joint.models import JointTask
from zt_platform.organisation.loader import load_staff
from zt_platform.project.simulation.cast import people
from zt_platform.project.simulation.day import Day
from zt_platform.project.simulation.plans import ALL, Planner
from zt_platform.project.simulation.players import Players
from zt_platform.project.simulation.summary import summary
from zt_platform.supervision.models import CaseRecord, CaseStep, Feed
from zt_platform.workcalendar.queries import calendar
from zt_storage.objects import ensure_bucket
from zt_tenants import clock
from zt_tenants.context import enter, outside_centres
from zt_tenants.timers import run_due

PASSWORD = "a-long-password-of-the-tests"


def load_offices(world) -> None:
    """Catalogue and staff of every centre."""
    for centre in world.all:
        with enter(centre):
            load_catalogue(centre)
            load_staff(centre, password=PASSWORD)


@pytest.fixture
def staffed(committed_world) -> None:
    """Every centre with its keys, its catalogue and its staff."""
    ensure_bucket()
    ensure_keys(committed_world.all)
    load_offices(committed_world)


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
def test_a_day_is_played_and_the_books_balance(committed_world, staffed, relay_thread) -> None:
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

    with outside_centres():
        run_due()
    acted: Counter[str] = Counter()
    for centre in committed_world.all:
        with enter(centre):
            lines = CaseEvent.objects.filter(
                actor_kind="SYSTEM", step__in=["ACCEPTED", "SUPERVISION_ORDERED", "RED_CARDED"]
            )
            acted.update(lines.values_list("step", flat=True))
    assert acted == {"ACCEPTED": 1, "SUPERVISION_ORDERED": 1}, "the unanswered one, and the one that is over its limit"


@pytest.mark.req("H-01", "H-08")
def test_joint_cases_lie_at_the_desks_of_a_fresh_demo(committed_world, staffed, relay_thread) -> None:
    """One that nobody has signed for, one that the county has signed for, one that it has answered with conditions."""
    day = Day(cases=90, seed=7, password=PASSWORD)
    day._plans = [plan for plan in day._plans if plan.road == "JOINT"]  # the others have tests of their own
    day.play()

    with enter(committed_world.county):
        there = list(JointTask.objects.order_by("pk").values_list("side", "status", "opinion"))
    with enter(committed_world.city):
        here = Counter(JointTask.objects.values_list("side", "status"))
        assert Case.objects.filter(joint_opened_at__isnull=False, status=Status.ACCEPTED).count() == 3
    assert there == [("PARTICIPANT", status, opinion) for status, opinion in _COUNTY]
    assert here == {("LOCAL", "ASKED"): 3, **{("LEAD", status): 1 for status, _ in _COUNTY}}


_COUNTY = [("ASKED", ""), ("SIGNED", ""), ("ANSWERED", "CONDITIONS")]


@pytest.mark.req("R-03")
def test_the_days_before_are_told_when_they_happened(committed_world, staffed) -> None:
    day, heard = Day(cases=12, seed=7, password=PASSWORD), list[str]()
    planned, before = day.steps, day.before_today
    day.play_before_today(progress=heard.append)

    assert 0 < before == len(heard) == planned - day.steps
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {MessageState.DELIVERED}
    feeds = list(Feed.objects.all())
    assert feeds
    for feed in feeds:
        assert feed.last_received_at == feed.last_event_at < clock.now() - timedelta(hours=1)
    assert Day(cases=12, seed=7, password=PASSWORD, only_today=True).before_today == 0


@pytest.mark.req("F-03", "F-04", "R-02")
@pytest.mark.parametrize("seed", [7, 20261122])
def test_what_is_open_runs_within_its_limits_but_for_what_is_meant_to_be_late(world, seed) -> None:
    load_offices(world)
    planner = Planner(chance=random.Random(seed), applicants=Players(PASSWORD).applicants)
    plans = planner.plans(300)
    days = calendar()
    today = days.subtract_working_days(clock.today(), 0)
    silent = late = ordinary = 0
    for plan in plans:
        if plan.road != "OWN" or plan.day is None or plan.steps == ALL:
            continue
        with enter(plan.centre):
            promised = item_version(plan.item_code).promised_days
        age = days.working_days_between(plan.day, today)
        accepted_after = {"granted": 2, "denied": 2, "corrected": 4}.get(plan.outcome, ALL)
        limit = promised if plan.steps >= accepted_after else 5
        silent += plan.steps == 0 and age > 5
        late += plan.steps >= accepted_after and age > promised
        ordinary += age <= limit - 2
    assert silent == 6
    assert 15 <= late <= 20
    assert ordinary >= 10
    open_cases = [p for p in plans if p.road == "OWN" and p.day is not None and p.steps != ALL]
    assert len(open_cases) == ordinary + 30 + 6, "every open case is well within its limit or meant to be pressing"


def test_the_cast_is_valid_and_always_the_same() -> None:
    assert people() == people()
    assert len({person.resident_id for person in people()}) == 24
