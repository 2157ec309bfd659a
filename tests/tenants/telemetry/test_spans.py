"""A span: off it costs next to nothing; on it continues a message's trace, links batches, and keeps words of errors out."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from celery import signals
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from zt_tenants.errors import NotPermitted
from zt_tenants.telemetry import tracing

pytestmark = pytest.mark.req("Y-09")
TRACE, PLACE = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
CARRIED = f"00-{TRACE}-{PLACE}-01"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    tracing.trace_with(SimpleSpanProcessor(exporter))
    yield exporter
    tracing.stop()


def test_while_tracing_is_off_all_spans_are_one_and_nothing_is_imported() -> None:
    assert tracing.span("a") is tracing.span("b", {"x": 1}, of=CARRIED, links=[CARRIED])
    with tracing.span("a") as nothing:
        nothing.rename("b")
        nothing.tell({"x": 1})
        nothing.fail("X")
        assert (tracing.is_on(), tracing.traceparent()) == (False, "")
    code = """if True:
        import os, sys
        os.environ["DJANGO_SETTINGS_MODULE"] = "zt_platform.project.settings"
        import django
        django.setup()
        print(sorted(name for name in sys.modules if name.startswith("opentelemetry")))
    """
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines()[-1] == "[]"


def test_a_span_without_a_message_is_a_child_of_the_one_around_it(spans) -> None:
    with tracing.span("outer"), tracing.span("inner", {"zhengtong.channel": "case"}):
        here = tracing.traceparent()
    inner, outer = spans.get_finished_spans()
    assert inner.parent.span_id == outer.context.span_id
    assert here == f"00-{inner.context.trace_id:032x}-{inner.context.span_id:016x}-01"
    assert dict(inner.attributes) == {"zhengtong.channel": "case"}


def test_a_message_of_another_trace_is_continued_and_linked_to_the_span_around_it(spans) -> None:
    with tracing.span("relay"), tracing.span("ship", of=CARRIED):
        assert tracing.trace_id_of(tracing.traceparent()) == TRACE
    ship, relay = spans.get_finished_spans()
    assert (f"{ship.parent.trace_id:032x}", f"{ship.parent.span_id:016x}") == (TRACE, PLACE)
    assert [link.context.span_id for link in ship.links] == [relay.context.span_id]


def test_a_message_of_the_same_trace_goes_on_from_the_span_around_it(spans) -> None:
    with tracing.span("ship", of=CARRIED), tracing.span("receive", of=CARRIED):
        pass
    receive, ship = spans.get_finished_spans()
    assert receive.parent.span_id == ship.context.span_id
    assert not receive.links


def test_a_batch_links_each_trace_once_and_no_more_than_the_limit(spans) -> None:
    many = [f"00-{number + 1:032x}-{PLACE}-01" for number in range(300)]
    with tracing.span("ship", links=[CARRIED, CARRIED, "", "nonsense"]):
        pass
    with tracing.span("ship", links=many):
        pass
    few, most = spans.get_finished_spans()
    assert [f"{link.context.trace_id:032x}" for link in few.links] == [TRACE]
    assert len(most.links) == tracing.MOST_LINKS


@pytest.mark.parametrize(
    "wrong",
    ["", "x", f"01-{TRACE}-{PLACE}-01", f"00-{'0' * 32}-{PLACE}-01", f"00-{TRACE}-{'0' * 16}-01", CARRIED + "0"],
)
def test_what_is_no_traceparent_is_ignored(spans, wrong) -> None:
    with tracing.span("ship", of=wrong):
        pass
    (ship,) = spans.get_finished_spans()
    assert ship.parent is None
    assert tracing.trace_id_of(wrong) == ""


def test_a_message_whose_sender_did_not_sample_is_not_sampled_here(spans) -> None:
    with tracing.span("ship", of=f"00-{TRACE}-{PLACE}-00"):
        assert tracing.traceparent().endswith("-00")
    assert not spans.get_finished_spans()


def test_of_an_error_only_its_code_or_class_is_kept(spans) -> None:
    with pytest.raises(NotPermitted), tracing.span("act"):
        raise NotPermitted(zh="张三丰的身份证号340123199001011234无效。")
    with pytest.raises(ValueError, match="张三丰"), tracing.span("act"):
        raise ValueError("张三丰")
    told = spans.get_finished_spans()
    assert [dict(one.attributes) for one in told] == [{"error.type": "NOT_PERMITTED"}, {"error.type": "ValueError"}]
    assert [one.status.description for one in told] == ["NOT_PERMITTED", "ValueError"]
    assert not any(one.events for one in told)
    assert not [one for one in told if "张三丰" in one.to_json()]


def test_a_task_carries_the_trace_of_whoever_rings_for_it(spans) -> None:
    headers: dict[str, str] = {}
    signals.before_task_publish.send(sender="x", headers=headers)
    assert headers == {}
    with tracing.span("request"):
        signals.before_task_publish.send(sender="x", headers=headers)
        assert headers == {"traceparent": tracing.traceparent()}
