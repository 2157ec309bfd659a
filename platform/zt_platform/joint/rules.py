"""Limits and levels of joint tasks, and what counts when messages cross. Pure: calendar, hours and moments are passed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from zt_platform.catalogue.kinds import DefaultKind
from zt_platform.joint.vocabulary import Neglect
from zt_platform.workcalendar.rules import OfficeHours, WorkCalendar
from zt_tenants.clock import CHINA
from zt_tenants.errors import InvalidInput

ANSWER_DAYS = 1
"""Handled on the day, answered on the next (当日办理，次日回复, H-08): working days from the next one on."""
MOST_ANSWER_DAYS = 45
"""No joint decision has longer (行政许可法 art. 42(2))."""
RED_DAYS = 1
"""Working days over the limit of a task after which it turns red."""
LONGEST_PART = 200
MOST_PARTICIPANTS = 60


def task_due_at(
    asked_at: datetime, days: int, case_due_at: datetime | None, calendar: WorkCalendar, hours: OfficeHours
) -> datetime:
    """Until when a participant answers: the close of the last of so many working days, the day of asking not counted.

    Never past the case's own limit, which goes on while others are asked: the usual limit is cut to it, more days are
    refused. A case that is over its limit already leaves the usual day. Raises InvalidInput(field="days").
    """
    if not 1 <= days <= MOST_ANSWER_DAYS:
        raise InvalidInput(
            field="days",
            zh="答复期限应为1至{most}个工作日。",
            en="The opinion is due in 1 to {most} working days.",
            most=MOST_ANSWER_DAYS,
        )
    due_at = calendar.deadline(asked_at, days, hours)
    if case_due_at is None or due_at <= case_due_at:
        return due_at
    if days > ANSWER_DAYS:
        raise InvalidInput(
            field="days",
            zh="答复期限不能晚于办件本身的时限{limit}，请减少天数。",
            en="The opinion cannot be due after the case's own limit {limit}; give fewer days.",
            limit=f"{case_due_at.astimezone(CHINA):%Y-%m-%d %H:%M}",
        )
    return case_due_at if case_due_at > asked_at else due_at


def warning_at(asked_at: datetime, due_at: datetime, hours: OfficeHours) -> datetime:
    """When a task is near its limit: from the opening of its last day on."""
    return max(asked_at, datetime.combine(due_at.astimezone(CHINA).date(), hours.opens, tzinfo=CHINA))


def red_at(due_at: datetime, calendar: WorkCalendar, hours: OfficeHours) -> datetime:
    """When a task that nobody has answered turns red."""
    return calendar.close_after(due_at.astimezone(CHINA).date(), RED_DAYS, hours)


def neglect_at_limit(signed_at: datetime | None, due_at: datetime) -> Neglect:
    """What was left undone when the limit passed without an opinion (H-06)."""
    return Neglect.UNANSWERED if signed_at is not None and signed_at <= due_at else Neglect.UNSIGNED


def ground_at_limit(neglect: Neglect) -> DefaultKind:
    """Which default rule a neglect falls under: signed for and silent, or not even signed for (G-06)."""
    return DefaultKind.OVERTIME if neglect is Neglect.UNANSWERED else DefaultKind.INACTION


@dataclass(frozen=True, slots=True)
class Deemed:
    """Consent that was deemed: by which default rule, on what legal basis, since when, on which paper.

    ``overtime_basis``: the basis of the overtime rule where that was on too ('' where not); it takes the place of INACTION
    when it turns out that the task had been signed for in time.
    """

    ground: DefaultKind
    basis: str
    at: datetime
    paper: str = ""
    overtime_basis: str = ""

    def to_stored(self) -> dict[str, Any]:
        """As the row holds it and the message carries it."""
        return {**asdict(self), "ground": self.ground.value, "at": self.at.isoformat()}

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> Self:
        """From the row or the message."""
        return cls(
            ground=DefaultKind(stored["ground"]),
            basis=stored["basis"],
            at=datetime.fromisoformat(stored["at"]),
            paper=stored.get("paper", ""),
            overtime_basis=stored.get("overtime_basis", ""),
        )

    def by_overtime(self) -> Self:
        """The same consent on the ground of the overtime rule."""
        return replace(self, ground=DefaultKind.OVERTIME, basis=self.overtime_basis)


class Standing(StrEnum):
    """What counts at last of a deemed consent and what crossed it."""

    OPINION = "OPINION"
    DEEMED = "DEEMED"
    OVERTIME = "OVERTIME"
    REOPENED = "REOPENED"


def standing(deemed: Deemed, *, signed_at: datetime | None, opinion_at: datetime | None) -> Standing:
    """The earlier act counts, whatever the order of arrival; both ends compute the same (docs/decisions/0011, 0034).

    An opinion given up to the deemed moment replaces the consent. A signature up to then takes the ground from the
    inaction rule: the overtime rule takes its place where it is on, else the task is owed again.
    """
    if opinion_at is not None and opinion_at <= deemed.at:
        return Standing.OPINION
    signed = signed_at is not None and signed_at <= deemed.at
    if deemed.ground is not DefaultKind.INACTION or not signed:
        return Standing.DEEMED
    return Standing.OVERTIME if deemed.overtime_basis else Standing.REOPENED
