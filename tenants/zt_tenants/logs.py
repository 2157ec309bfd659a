"""Log records: they carry the code of the current centre and the trace, and no number that identifies a person.

Our own code logs codes and classes of errors. What a library or PostgreSQL says may quote a row, so whatever looks like a
resident identity number, a unified social credit code or a mobile telephone is masked in every format.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any, Final

from zt_tenants.telemetry import tracing

_PERSONAL: Final = re.compile(
    r"(?<![0-9A-Za-z-])"
    r"(?:([1-9]\d{5})\d{8}(\d{3}[0-9Xx])|([0-9A-HJ-NPQRTUWXY]{2}\d{6})[0-9A-HJ-NPQRTUWXY]{10}|(1[3-9]\d)\d{4}(\d{4}))"
    r"(?![0-9A-Za-z-])"
)
_MOST_CHARACTERS: Final = 20_000


def masked(text: str) -> str:
    """A text in which identity numbers, social credit codes and mobile telephones are no longer whole."""
    return _PERSONAL.sub(_shortened, text)


def _shortened(found: re.Match[str]) -> str:
    return "****".join([*[part for part in found.groups() if part], ""][:2])


class CentreFilter(logging.Filter):
    """Adds ``record.centre``: the current centre's code, or ``-``."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Never drops a record."""
        from zt_tenants.context import current_centre_or_none  # models are not ready when logging is configured

        centre = current_centre_or_none()
        record.centre = centre.code if centre else "-"
        return True


class MaskedLines(logging.Formatter):
    """Lines for people."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, masked; a stack trace is cut after many characters."""
        return masked(super().format(record)[:_MOST_CHARACTERS])


class JsonLines(logging.Formatter):
    """One JSON object a line, for machines that collect logs.

    ``time`` (UTC), ``level``, ``logger``, ``message``; ``centre`` and ``trace_id`` and ``span_id`` where there are some;
    ``error`` and ``stack`` of an exception. Nothing else of a record is passed on.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The object in one line."""
        said: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": masked(record.getMessage()[:_MOST_CHARACTERS]),
            "process": record.process,
        }
        centre = getattr(record, "centre", "-")
        if centre != "-":
            said["centre"] = centre
        _, trace_id, span_id, _ = (tracing.traceparent() or "---").split("-")
        if trace_id:
            said |= {"trace_id": trace_id, "span_id": span_id}
        if record.exc_info and record.exc_info[0] is not None:
            said["error"] = record.exc_info[0].__name__
            said["stack"] = masked(self.formatException(record.exc_info)[:_MOST_CHARACTERS])
        return json.dumps(said, ensure_ascii=False)
