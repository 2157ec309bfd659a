"""What links and forms carry back: keys and versions of rows, days. What cannot be read names nothing; no page breaks."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest

MOST_DIGITS = 18
"""So many digits fit a key of the database, whatever they are."""


def row_number(text: str) -> int | None:
    """The number that a link or form names; None for anything else, and for more digits than a key has."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else None


def seen_version(request: HttpRequest) -> int | None:
    """The version of the row that the page was made from, as its form posts it (``lock_version``)."""
    return row_number(request.POST.get("lock_version", ""))


def day_named(text: str) -> date | None:
    """The day that a link or form names (ISO 8601); None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
