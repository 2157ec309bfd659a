"""Batches: idempotent, in any order, each case counted once."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from zt_platform.supervision.errors import StepOfAnotherCentre
from zt_platform.supervision.ingest import ingest, note_head
from zt_platform.supervision.models import CaseRecord, CaseStep, CentreDay, Feed
from zt_tenants import clock

NOON = clock.datetime.fromisoformat("2026-11-18T04:00:00+00:00")
TODAY = date(2026, 11, 18)
pytestmark = pytest.mark.req("R-01", "R-03")


def _store():
    """Everything that must not depend on the order of arrival."""
    return (
        sorted(CaseStep.objects.values_list("centre_code", "sequence", "tracking_number", "step")),
        sorted(CaseRecord.objects.values_list("centre_code", "tracking_number", "status", "last_sequence")),
        sorted(
            row
            for row in CentreDay.objects.values_list(
                "centre_code", "day", "submitted", "accepted", "completed", "on_time", "late", "decided", "instant"
            )
            if any(row[2:])
        ),
        sorted(Feed.objects.values_list("source_code", "last_sequence", "missing")),
    )


def _life(feeds, centre, number, **more):
    """Five steps of one case over two days."""
    start = NOON - timedelta(days=1)
    accepted = {"submitted_at": start, "accepted_at": start + timedelta(hours=1), "due_at": NOON + timedelta(days=3)}
    done = {**accepted, "decided_at": NOON, "completed_at": NOON}
    return [
        feeds.step(centre, number, "SUBMITTED", occurred_at=start, submitted_at=start, **more),
        feeds.step(centre, number, "ACCEPTED", occurred_at=start + timedelta(hours=1), **accepted, **more),
        feeds.step(centre, number, "REVIEWED", occurred_at=start + timedelta(hours=2), **accepted, **more),
        feeds.step(centre, number, "COMPLETED", occurred_at=NOON, on_time=True, result="GRANTED", **done, **more),
        feeds.step(centre, number, "DELIVERED", occurred_at=NOON, on_time=True, result="GRANTED", **done, **more),
    ]


def test_a_life_is_recorded_and_each_milestone_counted_once(feeds, world):
    ingest(_life(feeds, world.county, "A1"))
    record = CaseRecord.objects.get()
    assert (record.status, record.last_sequence, record.stopped_at) == ("DELIVERED", 5, NOON)
    assert CaseStep.objects.count() == 5
    yesterday, today = CentreDay.objects.order_by("day")
    assert (yesterday.day, yesterday.submitted, yesterday.accepted) == (date(2026, 11, 17), 1, 1)
    assert (today.completed, today.on_time, today.late, today.granted, today.decided) == (1, 1, 0, 1, 1)


def test_the_same_batch_again_changes_nothing(feeds, world):
    steps = _life(feeds, world.county, "A1")
    ingest(steps)
    before = _store()
    ingest(steps)
    ingest(steps[1:3])
    assert _store() == before


def test_any_order_and_any_cut_ends_in_the_same_store(feeds, world):
    steps = [step for centre in (world.city, world.county) for n in range(3) for step in _life(feeds, centre, f"C{n}")]
    ingest(steps)
    expected = _store()
    for model in (CaseStep, CaseRecord, CentreDay, Feed):
        model.objects.all().delete()
    rng = random.Random(7)
    rng.shuffle(steps)
    while steps:
        size = rng.randint(1, 4)
        ingest(steps[:size] + rng.sample(steps, min(2, len(steps))))
        del steps[:size]
    assert _store() == expected


def test_an_older_event_never_overwrites_a_newer_state(feeds, world):
    steps = _life(feeds, world.county, "A1")
    ingest(steps[3:])
    before = CaseRecord.objects.values().get()
    ingest(steps[:3])
    assert CaseRecord.objects.values().get() == before
    assert CaseStep.objects.count() == 5


def test_a_lost_step_is_counted_when_a_later_one_carries_its_clock(feeds, world):
    steps = _life(feeds, world.county, "A1")
    ingest([steps[0], steps[3]])
    assert CentreDay.objects.get(day=date(2026, 11, 17)).accepted == 1
    ingest([steps[1], steps[2]])
    assert CentreDay.objects.get(day=date(2026, 11, 17)).accepted == 1


def test_a_corrected_state_moves_the_count(feeds, world):
    ingest([feeds.completed(world.county, "A1", on_time=False)])
    assert CentreDay.objects.values_list("late", "on_time").get() == (1, 0)
    ingest([feeds.completed(world.county, "A1", on_time=True)])
    assert CentreDay.objects.values_list("late", "on_time", "completed").get() == (0, 1, 1)


def test_both_ledgers_of_one_case_make_one_case_of_the_totals(feeds, world):
    ingest(
        [
            feeds.completed(world.city, "A1", role="ACCEPTING"),
            feeds.completed(world.county, "A1", role="DECIDING"),
            feeds.step(world.province, "A1", "HANDED_DOWN", role="PORTAL"),
        ]
    )
    totals = {
        name: sum(CentreDay.objects.values_list(name, flat=True)) for name in ("accepted", "completed", "decided")
    }
    assert totals == {"accepted": 1, "completed": 1, "decided": 1}
    assert CentreDay.objects.get(centre_code=world.province.code).handed_down == 1


def test_a_refusal_stops_the_clock_once(feeds, world):
    ingest([feeds.step(world.city, "A1", "REFUSED", occurred_at=NOON, submitted_at=NOON)])
    ingest([feeds.step(world.city, "A1", "REFUSED", occurred_at=NOON + timedelta(days=2), submitted_at=NOON)])
    assert CaseRecord.objects.get().stopped_at == NOON
    assert CentreDay.objects.get().refused == 1


def test_a_gap_is_visible_until_it_is_filled(feeds, world):
    steps = _life(feeds, world.county, "A1")
    ingest([steps[0], steps[3]])
    feed = Feed.objects.get()
    assert (feed.last_sequence, feed.gaps, feed.missing, feed.gap_since) == (4, [[2, 3]], 2, NOON)
    with clock.at(NOON + timedelta(hours=1)):
        ingest([steps[1]])
    feed.refresh_from_db()
    assert (feed.gaps, feed.missing, feed.gap_since) == ([[3, 3]], 1, NOON)
    ingest([steps[2]])
    feed.refresh_from_db()
    assert (feed.gaps, feed.missing, feed.gap_since) == ([], 0, None)


def test_a_refused_event_shows_as_a_lost_tail(feeds, world):
    steps = _life(feeds, world.county, "A1")
    ingest(steps[:2])
    note_head(source=world.county.code, destination=world.province.code, sequence=5)
    assert Feed.objects.values_list("missing", "head_sequence").get() == (3, 5)
    ingest(steps[2:])
    assert Feed.objects.values_list("missing", "gap_since").get() == (0, None)


def test_a_centre_cannot_report_for_another(feeds, world):
    good = feeds.completed(world.county, "A1")
    forged = feeds.completed(world.county, "A2")
    forged.data["centre_code"] = world.other_county.code
    with pytest.raises(StepOfAnotherCentre):
        ingest([good, forged])
    assert not CaseRecord.objects.exists()
    assert not CaseStep.objects.exists()
    assert not Feed.objects.exists()


def test_the_same_tracking_number_of_two_centres_is_two_ledgers(feeds, world):
    ingest([feeds.accepted(world.county, "A1"), feeds.completed(world.other_county, "A1")])
    assert CaseRecord.objects.get(centre_code=world.county.code).status == "ACCEPTED"
    assert CaseRecord.objects.get(centre_code=world.other_county.code).status == "COMPLETED"


def test_a_batch_costs_the_same_statements_whatever_its_size(feeds, world):
    def cost(steps):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            ingest(steps)
        return len([query for query in queries if "SAVEPOINT" not in query["sql"]])

    sizes = {}
    for first, size in ((0, 1), (1, 50), (51, 500)):
        days = [feeds.completed(world.county, f"A{first + n}", at=NOON - timedelta(days=n)) for n in range(size)]
        sizes[size] = cost(days)
    again = cost([feeds.completed(world.county, f"A{n}", on_time=False) for n in range(500)])
    assert sizes == {1: 6, 50: 6, 500: 6}
    assert again == 6
    assert CaseRecord.objects.count() == 551


def test_what_a_centre_writes_is_stored_letter_by_letter(feeds, world):
    odd = '\'; DROP "x" {NULL,\\} 合肥\t\U0001f600'
    step = feeds.accepted(world.county, "A1", item_name=odd)
    step.data["department"] = step.data["actor_role"] = odd
    ingest([step, feeds.accepted(world.county, "A2", item_name="NULL")])
    record = CaseRecord.objects.get(tracking_number="A1")
    assert (record.item_name, record.department) == (odd, odd)
    assert CaseRecord.objects.get(tracking_number="A2").item_name == "NULL"
    assert CaseStep.objects.get(tracking_number="A1").actor_role == odd


@pytest.mark.parametrize("where", ["occurred_at", "due_at", "red_at"])
def test_an_instant_that_is_none_is_refused_and_nothing_stored(feeds, world, where):
    step = feeds.accepted(world.county, "A1")
    (step.data if where == "occurred_at" else step.data["clock"])[where] = "2026-02-30T09:30:00+08:00"
    with pytest.raises(ValueError, match="day"), transaction.atomic():
        ingest([step])
    assert not CaseStep.objects.exists()
    assert not CaseRecord.objects.exists()
