"""Keys and versions of rows as links and forms carry them back: whole numbers, or nothing that is worth looking up."""

from __future__ import annotations

from django.http import HttpRequest

MOST_DIGITS = 18
"""So many digits fit a key of the database, whatever they are."""


def row_number(text: str) -> int | None:
    """The number that a link or form names; None for anything else, and for more digits than a key has."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else None


def seen_version(request: HttpRequest) -> int | None:
    """The version of the row that the page was made from, as its form posts it (``lock_version``)."""
    return row_number(request.POST.get("lock_version", ""))
