"""From a step in a centre over the signed road into the province's store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from zt_interop import batch
from zt_interop.handlers import batch_handler_for
from zt_interop.relay import relay_due
from zt_interop.send import send_message
from zt_interop.testing import Sender
from zt_platform.supervision import queries
from zt_platform.supervision.events import CHANNEL, EVENT_TYPE, register_handlers
from zt_platform.supervision.models import CaseRecord, CaseStep, Feed
from zt_tenants import clock
from zt_tenants.context import enter
from zt_tenants.uuid7 import uuid7

NOON = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
NUMBER = "340123-20261118-000001-X"
pytestmark = pytest.mark.req("R-03", "R-11")


def _report(step, destination) -> None:
    send_message(
        destination=destination.code,
        type=EVENT_TYPE,
        subject=step.data["tracking_number"],
        data=step.data,
        channel=CHANNEL,
    )


def test_registering_again_is_harmless():
    before = batch_handler_for(EVENT_TYPE)
    register_handlers()
    assert before is not None
    assert batch_handler_for(EVENT_TYPE) == before


@pytest.mark.req("D-07")
def test_steps_reach_the_store_in_order(world, feeds, province_scope):
    with enter(world.county):
        for step in (feeds.accepted(world.county, NUMBER), feeds.completed(world.county, NUMBER)):
            _report(step, world.province)
    relay_due()
    record = CaseRecord.objects.get()
    assert (record.centre_code, record.status, record.last_sequence) == (world.county.code, "COMPLETED", 2)
    assert queries.feeds(province_scope).complete
    assert queries.overview(province_scope, on=clock.today()).today.completed == 1


def test_the_citys_copy_is_received_but_not_counted_again(world, feeds):
    with enter(world.county):
        step = feeds.completed(world.county, NUMBER)
        _report(step, world.city)
        _report(step, world.province)
    relay_due()
    assert CaseStep.objects.count() == 1
    assert Feed.objects.values_list("destination_code").get() == (world.province.code,)


def test_a_step_of_another_centre_is_parked_and_shows_as_a_gap(world, feeds, province_scope):
    forged = feeds.completed(world.county, "340123-20261118-000002-X")
    forged.data["centre_code"] = world.other_county.code
    with enter(world.county):
        _report(forged, world.province)
        _report(feeds.completed(world.county, NUMBER), world.province)
    relay_due()
    assert [record.tracking_number for record in CaseRecord.objects.all()] == [NUMBER]
    assert queries.feeds(province_scope).missing == 1


def test_a_delivery_that_comes_too_early_shows_what_is_missing_until_it_arrives(world, feeds, province_scope):
    sender = Sender(world.county, world.province)

    def event(step):
        subject = step.data["tracking_number"]
        return sender.keep(sender.event(step.data, type=EVENT_TYPE, channel=CHANNEL, subject=subject))

    def deliver(step_event):
        wire = batch.build(uuid7(), [step_event], signer=sender.signer, at=clock.now())
        return sender.deliver(wire)["outcome"]

    first, second = event(feeds.accepted(world.county, NUMBER)), event(feeds.completed(world.county, NUMBER))
    assert deliver(second) == "refused"
    row = next(row for row in queries.feeds(province_scope).rows if row.centre == world.county)
    assert (row.missing, row.gaps, row.gap_since) == (2, ((1, 2),), NOON)
    assert not CaseRecord.objects.exists()
    with clock.at(NOON + timedelta(minutes=1)):
        assert deliver(first) == "accepted"
        assert queries.feeds(province_scope).missing == 1
        assert deliver(second) == "accepted"
    assert queries.feeds(province_scope).complete
    assert CaseRecord.objects.get().status == "COMPLETED"
