"""Text in two languages, written as a pair where it is used: Chinese first, English second.

Decision record 0003 says why there are no message catalogues. The active language is Django's: ``zh-hans``
unless the person chose ``en``.
"""

from __future__ import annotations

from typing import Any

from django.utils.functional import lazy
from django.utils.translation import get_language


def in_chinese() -> bool:
    """True unless English is the active language."""
    return not (get_language() or "zh").startswith("en")


def bi(zh: str, en: str, /, **data: Any) -> str:
    """The sentence of the active language; keywords fill its ``{placeholders}``."""
    text = zh if in_chinese() else en
    return text.format(**data) if data else text


bilingual = lazy(bi, str)
"""Like :func:`bi`, decided when it is shown: for labels, choices and other values made at import time."""


__all__ = ["bi", "bilingual", "in_chinese"]
