"""One click at the city's window is one trace: request, step, message, delivery, and what the county makes of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from zt_interop.queue.models import OutboxMessage
from zt_interop.relay import relay_stream
from zt_platform.cases.testing import ENTRUSTED, relay_all
from zt_platform.cases.vocabulary import Status
from zt_tenants.context import outside_centres
from zt_tenants.telemetry import tracing

pytestmark = pytest.mark.req("Y-01", "C-06")


class Spans:
    """Finished spans, and the way up from one."""

    def __init__(self, finished: tuple[ReadableSpan, ...]) -> None:
        self.all = finished
        self._by_id = {one.context.span_id: one for one in finished}

    def one(self, name: str, **attributes: object) -> ReadableSpan:
        wanted = {f"zhengtong.{key}": value for key, value in attributes.items()}.items()
        (found,) = (one for one in self.all if one.name == name and wanted <= dict(one.attributes).items())
        return found

    def named(self, name: str) -> list[ReadableSpan]:
        return [one for one in self.all if one.name == name]

    def way_up(self, span: ReadableSpan) -> list[str]:
        names = []
        while span.parent is not None:
            span = self._by_id[span.parent.span_id]
            names.append(span.name)
        return names


@pytest.fixture
def traced() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    tracing.trace_with(SimpleSpanProcessor(exporter))
    yield exporter
    tracing.stop()


@pytest.fixture
def accepted(town, browsers, traced) -> Spans:
    """An entrusted case, accepted in the city by a click, on its way and taken in by the county and the province."""
    clerk = browsers.staff(town.city, "WINDOW_CLERK")
    case = town.city.submitted(town.zhang, ENTRUSTED)
    relay_all()
    traced.clear()
    address = f"/c/340100/workbench/{case.pk}/accept/"
    answer = clerk.post(address, {"confirmed": "yes", "lock_version": case.lock_version})
    assert answer.status_code == 302, answer.content.decode()
    relay_all()
    assert town.county.case(case.tracking_number).status == Status.ACCEPTED
    return Spans(traced.get_finished_spans())


def test_the_trace_of_a_case_spans_both_centres_with_the_right_parents(accepted) -> None:
    request = accepted.one("POST c/<code>/workbench/<int:case_id>/<slug:slug>/", centre="340100")
    sent = accepted.one("send case.transferred.v1", source="340100", destination="340123")
    receive = accepted.one("receive", centre="340123", source="340100", channel="case")
    handled = accepted.one("handle case.transferred.v1")
    assert accepted.way_up(sent) == ["case ACCEPTED", request.name]
    assert accepted.way_up(handled) == ["receive", "ship", sent.name, "case ACCEPTED", request.name]
    assert handled.parent.span_id == receive.context.span_id
    assert receive.context.trace_id == handled.context.trace_id == request.context.trace_id


def test_what_the_other_centre_does_and_answers_is_in_the_same_trace(accepted) -> None:
    handled = accepted.one("handle case.transferred.v1")
    back = accepted.one("handle case.received.v1")
    assert back.context.trace_id == handled.context.trace_id
    there = ["case RECEIVED", "handle case.transferred.v1"]
    assert accepted.way_up(back)[:5] == ["receive", "ship", "send case.received.v1", *there]
    to_province = accepted.one("receive", centre="340000", source="340123", channel="supervision")
    assert accepted.way_up(to_province)[:4] == ["ship", "send supervision.event.v1", *there]


def test_a_batch_of_supervision_links_the_messages_it_holds(accepted) -> None:
    sent = [one for one in accepted.named("send supervision.event.v1") if accepted.way_up(one)[0] == "case ACCEPTED"]
    ship = accepted.one("ship", source="340100", destination="340000")
    receive = accepted.one("receive", centre="340000", source="340100")
    (handled,) = (
        one for one in accepted.named("handle supervision.event.v1") if one.parent.span_id == receive.context.span_id
    )
    assert len(sent) == 2
    for one in (ship, receive, handled):
        assert {link.context.span_id for link in one.links} == {each.context.span_id for each in sent}
    assert (ship.parent, receive.parent.span_id) == (None, ship.context.span_id)
    assert ship.context.trace_id not in {one.context.trace_id for one in sent}


def test_a_batch_of_several_messages_has_a_trace_of_its_own_and_names_theirs(town, traced) -> None:
    for _ in range(3):
        with tracing.span("request"):
            town.county.submitted(town.zhang)
    requests = {one.context.trace_id for one in traced.get_finished_spans() if one.name == "request"}
    relay_all()
    spans = Spans(traced.get_finished_spans())
    ships = [one for one in spans.named("ship") if dict(one.attributes)["messaging.batch.message_count"] == 3]
    assert len(requests) == 3
    assert ships
    for ship in ships:
        assert {link.context.trace_id for link in ship.links} == requests
        assert ship.parent is None
        handled = [
            one for one in spans.named("handle supervision.event.v1") if one.context.trace_id == ship.context.trace_id
        ]
        assert {link.context.trace_id for one in handled for link in one.links} == requests


def test_a_relay_that_finds_the_message_later_goes_on_with_its_trace_and_links_its_own(town, traced) -> None:
    with tracing.span("request"):
        town.county.submitted(town.zhang)
    with outside_centres():
        stream = OutboxMessage.objects.filter(stream__destination_code="340000").values_list("stream_id", flat=True)[0]
    with tracing.span("task zt_interop.tasks.relay_stream"):
        relay_stream(stream)
    spans = Spans(traced.get_finished_spans())
    (ship,) = spans.named("ship")
    assert spans.way_up(ship)[0] == "send supervision.event.v1"
    task = spans.one("task zt_interop.tasks.relay_stream")
    assert [link.context.span_id for link in ship.links] == [task.context.span_id]


def test_no_attribute_says_who_or_which_case(accepted, town) -> None:
    told = " ".join(f"{one.name} {dict(one.attributes)} {one.status.description}" for one in accepted.all)
    for secret in ("张三丰", "13855512345", "340123199003071237", "李敏", "桃花镇", "202603"):
        assert secret not in told


def test_without_tracing_messages_carry_no_trace(town) -> None:
    town.county.submitted(town.zhang)
    with outside_centres():
        assert set(OutboxMessage.objects.values_list("traceparent", flat=True)) == {""}
