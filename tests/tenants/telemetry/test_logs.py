"""Logs: one JSON object a line with centre and trace, and no number that identifies a person in any format."""

from __future__ import annotations

import json
import logging
import sys

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from zt_tenants.context import enter
from zt_tenants.logs import CentreFilter, JsonLines, MaskedLines, masked
from zt_tenants.telemetry import tracing

pytestmark = pytest.mark.req("Y-09")


def _record(message: str, *args: object, failed: bool = False) -> logging.LogRecord:
    about = sys.exc_info() if failed else None
    record = logging.LogRecord("zt_interop.relay", logging.WARNING, "relay.py", 1, message, args, about)
    CentreFilter().filter(record)
    return record


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Key (id)=(340123199001011234) exists", "Key (id)=(340123****1234) exists"),
        ("34012319900101123X", "340123****123X"),
        ("phone 13812345678,", "phone 138****5678,"),
        ("91340100MA2N1K2X3Y", "91340100****"),
        ("张三丰 13812345678 19912345678", "张三丰 138****5678 199****5678"),
    ],
)
def test_numbers_of_persons_are_masked(said, kept) -> None:
    assert masked(said) == kept
    assert kept in MaskedLines("%(message)s").format(_record("%s", said))
    assert kept in json.loads(JsonLines().format(_record("%s", said)))["message"]


@pytest.mark.parametrize(
    "harmless",
    [
        "stream 01a2031e-e717-72e2-96fa-cb14961ad4c1 stands",
        "340100-20260302-000002-7",
        "2026-11-22 12:00:00,123 took 1763812345678 ns",
        "centre 340123101",
        "sha256 " + "13812345678" + "a" * 53,
    ],
)
def test_other_numbers_stay_whole(harmless) -> None:
    assert masked(harmless) == harmless


def test_a_line_of_json_names_centre_trace_and_error(world) -> None:
    exporter = InMemorySpanExporter()
    tracing.trace_with(SimpleSpanProcessor(exporter))
    try:
        with enter(world.county), tracing.span("act"):
            try:
                raise ValueError("Key (phone)=(13812345678)\nsecond line")
            except ValueError:
                line = JsonLines().format(_record("delivery to %s failed", "340100", failed=True))
    finally:
        tracing.stop()
    (span,) = exporter.get_finished_spans()
    said = json.loads(line)
    assert "\n" not in line
    assert (said["level"], said["logger"], said["centre"]) == ("WARNING", "zt_interop.relay", "340123")
    assert (said["trace_id"], said["span_id"]) == (f"{span.context.trace_id:032x}", f"{span.context.span_id:016x}")
    assert said["message"] == "delivery to 340100 failed"
    assert said["error"] == "ValueError"
    assert "second line" in said["stack"]
    assert "13812345678" not in line


def test_a_plain_line_of_json_holds_nothing_more() -> None:
    said = json.loads(JsonLines().format(_record("up")))
    assert said.keys() == {"time", "level", "logger", "message", "process"}
    assert said["time"].endswith("+00:00")
