"""Traces: what one request set going, step by step, also at other centres (OpenTelemetry, W3C Trace Context).

Off unless ``OTEL_EXPORTER_OTLP_ENDPOINT`` names a collector; then nothing of OpenTelemetry is even imported, and a span
costs a comparison. A message carries its trace in the signed event (``traceparent``), so that the other centre goes on
with it whatever the way. A batch holds messages of many traces: its spans *link* to them.

Attributes are codes of centres, types, actions, routes and numbers. Names, texts, numbers of cases and the words of errors
(which may quote a row) never become attributes; what failed is told by its class or code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

from zt_tenants.errors import DomainError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
    from opentelemetry.trace import Link, Span, SpanContext, Tracer

MOST_LINKS: Final = 128
"""A span names no more others than this, which is OpenTelemetry's own limit."""
INTERNAL, SERVER, PRODUCER, CONSUMER = "INTERNAL", "SERVER", "PRODUCER", "CONSUMER"
_TRACEPARENT: Final = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")
_SCOPE: Final = "zhengtong"

_tracer: Tracer | None = None


def configure(*, endpoint: str, share: float) -> None:
    """Send traces to the collector that the environment names, ``share`` (0 to 1) of those that begin here."""
    if not endpoint or _tracer is not None:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    trace_with(BatchSpanProcessor(OTLPSpanExporter()), share=share)


def trace_with(processor: SpanProcessor, *, share: float = 1.0) -> TracerProvider:
    """Hand finished spans to a processor from now on."""
    global _tracer
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

    provider = TracerProvider(
        sampler=ParentBased(TraceIdRatioBased(share)), resource=Resource.create({"service.name": _SCOPE})
    )
    provider.add_span_processor(processor)
    _tracer = provider.get_tracer(_SCOPE)
    return provider


def stop() -> None:
    """Make no more spans."""
    global _tracer
    _tracer = None


def is_on() -> bool:
    """Whether spans are made in this process."""
    return _tracer is not None


class Traced:
    """A span as the house sees it; this one is none: everything is taken and nothing kept."""

    def rename(self, name: str) -> None:
        """Give it the name that is known only now."""

    def tell(self, attributes: Mapping[str, Any]) -> None:
        """Add attributes: codes, types and numbers, never what a person said or is called."""

    def fail(self, code: str) -> None:
        """Mark it as failed, with a code or the class of an error."""


class _Off(AbstractContextManager[Traced]):
    """The span that is made when none is made; one for all."""

    def __init__(self) -> None:
        self._none = Traced()

    def __enter__(self) -> Traced:
        return self._none

    def __exit__(self, *_: object) -> None:
        return None


_OFF: Final = _Off()
_NOTHING: Final[Mapping[str, Any]] = {}


def span(
    name: str,
    attributes: Mapping[str, Any] = _NOTHING,
    *,
    kind: str = INTERNAL,
    of: str = "",
    links: Iterable[str] = (),
) -> AbstractContextManager[Traced]:
    """A span for a block.

    ``of`` is the ``traceparent`` of the message that it is about: where the block is in that trace already it goes on from
    the span around it; otherwise it continues the message's trace and links to the span around it. ``links`` are the
    ``traceparent`` of messages that a batch holds.
    """
    if _tracer is None:
        return _OFF
    return _Recorded(_tracer, name, attributes, kind, of, links)


class _Recorded(Traced, AbstractContextManager[Traced]):
    """A span of OpenTelemetry; ends with its block. An error passes on and is told by its code or class alone."""

    def __init__(
        self, tracer: Tracer, name: str, attributes: Mapping[str, Any], kind: str, of: str, links: Iterable[str]
    ) -> None:
        from opentelemetry import trace

        around = trace.get_current_span().get_span_context()
        message = _context_of(of)
        found = _links(links)
        context = None
        if message is not None and message.trace_id != around.trace_id:
            context = trace.set_span_in_context(trace.NonRecordingSpan(message))
            found += [trace.Link(around)] if around.is_valid else []
        self._span: Span = tracer.start_span(
            name, context=context, kind=trace.SpanKind[kind], attributes=dict(attributes), links=found
        )
        self._current = trace.use_span(self._span, record_exception=False, set_status_on_exception=False)

    def __enter__(self) -> Traced:
        self._current.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self.fail(error.code if isinstance(error, DomainError) else type(error).__name__)
        self._current.__exit__(None, None, None)
        self._span.end()

    def rename(self, name: str) -> None:
        """See :class:`Traced`."""
        self._span.update_name(name)

    def tell(self, attributes: Mapping[str, Any]) -> None:
        """See :class:`Traced`."""
        self._span.set_attributes(dict(attributes))

    def fail(self, code: str) -> None:
        """See :class:`Traced`."""
        from opentelemetry.trace import StatusCode

        self._span.set_status(StatusCode.ERROR, code)
        self._span.set_attribute("error.type", code)


def _context_of(traceparent: str) -> SpanContext | None:
    """The place in a trace that a message came with; None for none, and for what is none (W3C: it is ignored)."""
    found = _TRACEPARENT.fullmatch(traceparent)
    if found is None:
        return None
    from opentelemetry.trace import SpanContext, TraceFlags

    trace_id, span_id, flags = (int(part, 16) for part in found.groups())
    return SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags & TraceFlags.SAMPLED))


def _links(traceparents: Iterable[str]) -> list[Link]:
    from opentelemetry.trace import Link

    found = (_context_of(one) for one in dict.fromkeys(traceparents))
    return [Link(context) for context in found if context is not None][:MOST_LINKS]


def traceparent() -> str:
    """Where the code is in a trace, as a message carries it (W3C Trace Context); empty where there is none."""
    if _tracer is None:
        return ""
    from opentelemetry import trace

    here = trace.get_current_span().get_span_context()
    if not here.is_valid:
        return ""
    return f"00-{here.trace_id:032x}-{here.span_id:016x}-{here.trace_flags & 1:02x}"


def trace_id_of(traceparent: str) -> str:
    """The trace's id out of a ``traceparent``, by which a collector finds it; empty for what is none."""
    found = _TRACEPARENT.fullmatch(traceparent)
    return found[1] if found else ""
