"""What people say in an order, an answer, an opinion: checked the same everywhere."""

from __future__ import annotations

from typing import Final

from zt_tenants.errors import InvalidInput

LONGEST_TEXT: Final = 4000


def checked_text(text: str, field: str, *, longest: int = LONGEST_TEXT) -> str:
    """What is said, without blanks around it. Raises InvalidInput when nothing is said, or too much."""
    plain = text.strip()
    if not plain or len(plain) > longest:
        raise InvalidInput(
            field=field,
            zh="请填写内容（不超过{most}字）。",
            en="Say something, in at most {most} characters.",
            most=longest,
        )
    return plain
