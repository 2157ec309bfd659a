"""PostgreSQL arrays as text, for statements that carry a column of many rows in one parameter (``unnest(%s::text[])``).

The driver writes an array element by element through its type adapters; for the hundreds of rows of a batch that costs
more than the statement. Here the caller says what the column holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast


def plain_array(values: Iterable[object]) -> str:
    """An array of values whose text needs no quotes: integers, booleans, UUIDs, ISO instants and dates; None is NULL."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def text_array(values: Iterable[str | None]) -> str:
    """An array of any texts; None is NULL."""
    texts = list(values)
    if texts and None not in texts:
        joined = '","'.join(cast(list[str], texts))
        if "\\" not in joined and joined.count('"') == 2 * (len(texts) - 1):  # nothing to escape, as almost always
            return f'{{"{joined}"}}'
    return "{" + ",".join(["NULL" if value is None else _quoted(value) for value in texts]) + "}"


def bytes_array(values: Iterable[bytes | None]) -> str:
    """An array of ``bytea``; None is NULL."""
    return "{" + ",".join(["NULL" if value is None else f'"\\\\x{value.hex()}"' for value in values]) + "}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
