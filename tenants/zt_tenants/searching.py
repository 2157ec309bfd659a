"""Text that a person typed into a search box."""

from __future__ import annotations

import unicodedata

LONGEST_SEARCH = 60


def searchable(text: str) -> str:
    """What a person typed as it is searched for: NFKC, printable, trimmed, of bounded length."""
    plain = "".join(character for character in unicodedata.normalize("NFKC", text) if character.isprintable())
    return plain.strip()[:LONGEST_SEARCH]
