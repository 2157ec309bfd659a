"""Limits and levels of supervision orders. Pure: calendar, hours and moments are passed in (R-12, G-04)."""

from __future__ import annotations

import re
from datetime import datetime

from zt_platform.workcalendar.rules import OfficeHours, WorkCalendar
from zt_tenants.clock import CHINA
from zt_tenants.errors import InvalidInput

REPLY_DAYS = 3
"""Working days within which a unit explains itself unless the order says otherwise."""
MOST_REPLY_DAYS = 60
RED_DAYS = 3
"""Working days over the date of the answer after which the order turns red."""
_CASE_NUMBER = re.compile(r"[0-9A-Z-]{10,40}")
_PAPER_NUMBER = re.compile(r"〔(\d{4})〕(\d+)号")


def answer_due_at(given_at: datetime, days: int, calendar: WorkCalendar, hours: OfficeHours) -> datetime:
    """The close of the last working day for the answer; the day of the order is not counted (like art. 82).

    Raises InvalidInput for less than one or more than :data:`MOST_REPLY_DAYS` working days.
    """
    if not 1 <= days <= MOST_REPLY_DAYS:
        raise InvalidInput(
            field="answer_days",
            zh="回复期限应为1至{most}个工作日。",
            en="The answer is due in 1 to {most} working days.",
            most=MOST_REPLY_DAYS,
        )
    return calendar.deadline(given_at, days, hours)


def red_at(due_at: datetime, calendar: WorkCalendar, hours: OfficeHours) -> datetime:
    """When an unanswered order turns red."""
    return calendar.close_after(due_at.astimezone(CHINA).date(), RED_DAYS, hours)


def case_number(typed: str) -> str:
    """A tracking number as typed or copied; '' for an order about no case. Raises InvalidInput."""
    plain = re.sub(r"\s", "", typed).upper()
    if plain.replace("-", "").isdecimal():
        plain = plain.replace("-", "")  # grouped, as it is printed
    if plain and not _CASE_NUMBER.fullmatch(plain):
        raise InvalidInput(
            field="tracking_number",
            zh="办件编号有误，请核对；不针对具体办件的，请留空。",
            en="This is no tracking number; leave it empty for an order about no case.",
        )
    return plain


def own_number(centre_code: str, paper_number: str) -> str:
    """The number under which an order about no case travels: 皖政督〔2026〕00017号 of 340000 → DB-340000-2026-00017."""
    found = _PAPER_NUMBER.search(paper_number)
    if found is None:
        raise ValueError(f"no number of a paper: {paper_number}")
    return f"DB-{centre_code}-{found[1]}-{found[2]}"
