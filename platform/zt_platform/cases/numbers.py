"""Numbers of cases (those of papers: :mod:`zt_platform.papers`).

A tracking number (E-10) is all digits, so that it can be typed on a touch screen: code of the centre where it was
submitted (6 or 9), date (8), sequence of that day (5), check digit by ISO 7064 MOD 11,10, which finds every single wrong
digit and nearly every swap of neighbours. It is shown in groups: ``340100-20260302-00017-4``.

Sequences come from counter rows that are raised in the transaction that uses the number: unique and ordered however many
submit at once, and gapless, because a rolled-back transaction gives its number back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from zt_platform.cases.errors import InvalidTrackingNumber, NumbersExhausted

_SEQUENCE_DIGITS = 5
_LAST_SEQUENCE = 10**_SEQUENCE_DIGITS - 1
_NUMBER = re.compile(r"(?P<origin>\d{6}(?:\d{3})?)(?P<day>20\d{6})(?P<sequence>\d{5})(?P<check>\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class TrackingNumber:
    """The parts of a valid tracking number."""

    origin_code: str
    day: date
    sequence: int

    def __str__(self) -> str:
        body = f"{self.origin_code}{self.day:%Y%m%d}{self.sequence:0{_SEQUENCE_DIGITS}d}"
        return body + check_digit(body)


def check_digit(digits: str) -> str:
    """The check digit of ISO 7064 MOD 11,10 for a string of decimal digits."""
    product = 10
    for digit in digits:
        total = (product + int(digit)) % 10
        product = ((total or 10) * 2) % 11
    return str((11 - product) % 10)


def parse(text: str) -> TrackingNumber:
    """Read a number as a person types it: with spaces, hyphens or full-width digits.

    Raises InvalidTrackingNumber (field ``tracking_number``): not a number, an impossible date, a wrong check digit.
    """
    plain = re.sub(r"[\s\-‐-―_.]", "", unicodedata.normalize("NFKC", text))
    found = _NUMBER.fullmatch(plain)
    if found is None or check_digit(plain[:-1]) != found["check"]:
        raise InvalidTrackingNumber(field="tracking_number")
    try:
        day = date.fromisoformat(found["day"])
    except ValueError as impossible:
        raise InvalidTrackingNumber(field="tracking_number") from impossible
    return TrackingNumber(found["origin"], day, int(found["sequence"]))


def grouped(number: str) -> str:
    """The number as it is printed and read aloud; text that is no tracking number comes back unchanged."""
    found = _NUMBER.fullmatch(number)
    return "-".join(found.groups()) if found else number


def new_tracking_number(origin_code: str, day: date) -> str:
    """The next number of the current centre for a day; call it inside the submitting transaction.

    Raises NumbersExhausted after 99,999 in one day.
    """
    sequence = _raise_counters(["case"], f"{day:%Y%m%d}")["case"]
    return str(TrackingNumber(origin_code, day, sequence))


def new_register_number(centre_code: str, year: int) -> str:
    """The next number in the current centre's register of joint cases (H-06): BL-340100-2026-00001; in a transaction.

    Raises NumbersExhausted after 99,999 in one year.
    """
    sequence = _raise_counters(["joint"], str(year))["joint"]
    return f"BL-{centre_code}-{year}-{sequence:05d}"


def _raise_counters(series: Sequence[str], period: str) -> dict[str, int]:
    """Raise counters of the current centre by one, in one statement; concurrent callers queue at the rows until the
    commit, always in the same order.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_casenumbercounter (series, period, last) SELECT name, %s, 1 FROM unnest(%s::text[]) name"
            " ON CONFLICT (series, period) DO UPDATE SET last = cases_casenumbercounter.last + 1"
            " RETURNING series, last",
            [period, sorted(series)],
        )
        raised = {name: int(last) for name, last in cursor.fetchall()}
    if any(last > _LAST_SEQUENCE for last in raised.values()):
        raise NumbersExhausted
    return raised
