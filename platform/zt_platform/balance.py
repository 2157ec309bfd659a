"""The equation of a ledger of cases (办件台账平衡): whatever came in stands somewhere. Pure.

``came in = waiting + … + accepted`` and ``accepted = running + … + delivered + …``: every status has one place on the
right. The left sides come from other records than the right ones (the append-only log, the day counters), so that the
equation can fail. Shared by the centres' own ledgers (cases) and by the supervision store, which knows the wire's codes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import models

from zt_platform.case_vocabulary import Status
from zt_tenants.language import bilingual


class Position(models.TextChoices):
    """Where a case stands in the balance; those up to DECLINED_BEFORE were never accepted."""

    WAITING = "WAITING", bilingual("待受理", "Awaiting acceptance")
    CORRECTING = "CORRECTING", bilingual("待补正", "Awaiting correction")
    HANDED_DOWN = "HANDED_DOWN", bilingual("已转下级，待受理", "Handed down, not accepted yet")
    REFUSED = "REFUSED", bilingual("不予受理", "Not accepted")
    TOLD_ELSEWHERE = "TOLD_ELSEWHERE", bilingual("告知向有关机关申请", "Told where to apply")
    WITHDRAWN_BEFORE = "WITHDRAWN_BEFORE", bilingual("受理前撤回", "Withdrawn before acceptance")
    TERMINATED_BEFORE = "TERMINATED_BEFORE", bilingual("受理前终止", "Terminated before acceptance")
    DECLINED_BEFORE = "DECLINED_BEFORE", bilingual("受理前退回", "Declined before acceptance")
    RUNNING = "RUNNING", bilingual("在办", "Running")
    SUSPENDED = "SUSPENDED", bilingual("特别程序中", "In a special procedure")
    ELSEWHERE = "ELSEWHERE", bilingual("在审批中心办理", "At the deciding centre")
    DECIDED = "DECIDED", bilingual("已决定，待办结", "Decided, to be completed")
    COMPLETED = "COMPLETED", bilingual("已办结，待送达", "Completed, to be delivered")
    DELIVERED = "DELIVERED", bilingual("已送达", "Delivered")
    WITHDRAWN = "WITHDRAWN", bilingual("受理后撤回", "Withdrawn after acceptance")
    TERMINATED = "TERMINATED", bilingual("受理后终止", "Terminated after acceptance")
    DECLINED = "DECLINED", bilingual("受理后退回", "Declined after acceptance")


_BEFORE: Mapping[str, Position] = {
    Status.SUBMITTED: Position.WAITING,
    Status.PRE_REVIEWED: Position.WAITING,
    Status.CORRECTING: Position.CORRECTING,
    Status.HANDED_DOWN: Position.HANDED_DOWN,
    Status.REFUSED: Position.REFUSED,
    Status.TRANSFERRED_BY_COMPETENCE: Position.TOLD_ELSEWHERE,
    Status.WITHDRAWN: Position.WITHDRAWN_BEFORE,
    Status.TERMINATED: Position.TERMINATED_BEFORE,
    Status.DECLINED: Position.DECLINED_BEFORE,
}
_AFTER: Mapping[str, Position] = {
    Status.ACCEPTED: Position.RUNNING,
    Status.REVIEWED: Position.RUNNING,
    Status.SUSPENDED: Position.SUSPENDED,
    Status.TRANSFERRED: Position.ELSEWHERE,
    Status.HANDED_DOWN: Position.ELSEWHERE,
    Status.APPROVED: Position.DECIDED,
    Status.REJECTED: Position.DECIDED,
    Status.COMPLETED: Position.COMPLETED,
    Status.POSTED: Position.COMPLETED,
    Status.DELIVERED: Position.DELIVERED,
    Status.WITHDRAWN: Position.WITHDRAWN,
    Status.TERMINATED: Position.TERMINATED,
    Status.DECLINED: Position.DECLINED,
}
BEFORE_ACCEPTANCE = tuple(dict.fromkeys(_BEFORE.values()))
AFTER_ACCEPTANCE = tuple(dict.fromkeys(_AFTER.values()))


def position_of(status: str, *, accepted: bool) -> Position | None:
    """Where a case with this status stands; None when the two contradict each other, so that it stands nowhere."""
    return (_AFTER if accepted else _BEFORE).get(status)


@dataclass(frozen=True, slots=True)
class Balance:
    """Both equations of one ledger. ``came_in`` and ``accepted`` were counted apart from the ``positions``."""

    came_in: int = 0
    accepted: int = 0
    positions: Mapping[Position, int] = field(default_factory=dict)
    contradictory: int = 0
    """Cases whose status contradicts their acceptance: they stand nowhere."""

    @classmethod
    def of(cls, rows: Iterable[tuple[str, bool, int]], *, came_in: int, accepted: int) -> Balance:
        """From counts by status and whether accepted, and the two left sides."""
        positions: Counter[Position] = Counter()
        contradictory = 0
        for status, was_accepted, count in rows:
            place = position_of(status, accepted=was_accepted)
            if place is None:
                contradictory += count
            else:
                positions[place] += count
        return cls(came_in, accepted, positions, contradictory)

    def __add__(self, other: Balance) -> Balance:
        return Balance(
            self.came_in + other.came_in,
            self.accepted + other.accepted,
            Counter(self.positions) + Counter(other.positions),
            self.contradictory + other.contradictory,
        )

    def at(self, place: Position) -> int:
        """How many stand at a place."""
        return self.positions.get(place, 0)

    @property
    def before(self) -> list[tuple[Position, int]]:
        """The right side of the first equation, without the accepted ones."""
        return [(place, self.at(place)) for place in BEFORE_ACCEPTANCE]

    @property
    def after(self) -> list[tuple[Position, int]]:
        """The right side of the second equation."""
        return [(place, self.at(place)) for place in AFTER_ACCEPTANCE]

    @property
    def came_in_unaccounted(self) -> int:
        """What came in and stands nowhere (negative: what stands there and never came in)."""
        return self.came_in - self.accepted - sum(count for _, count in self.before)

    @property
    def accepted_unaccounted(self) -> int:
        """What was accepted and stands nowhere (negative: what stands there and was never accepted)."""
        return self.accepted - sum(count for _, count in self.after)

    @property
    def holds(self) -> bool:
        """Whether both equations hold."""
        return not (self.came_in_unaccounted or self.accepted_unaccounted or self.contradictory)


_LOWER_TO_UPPER: Mapping[str, str] = {
    "SUBMITTED": "HANDED_DOWN",
    "PRE_REVIEWED": "HANDED_DOWN",
    "ACCEPTED": "HANDED_DOWN",
    "REVIEWED": "HANDED_DOWN",
}
_DECIDING_TO_ACCEPTING: Mapping[str, str] = {"ACCEPTED": "TRANSFERRED", "REVIEWED": "TRANSFERRED"}


def mirrored_status(status: str, *, devolved: bool) -> str:
    """How a case stands in the other ledger (the portal's or the accepting centre's) once every message has arrived.

    ``devolved``: it was handed down before acceptance, so that the other ledger is the portal's.
    """
    return (_LOWER_TO_UPPER if devolved else _DECIDING_TO_ACCEPTING).get(status, status)


class DifferenceKind(models.TextChoices):
    """Which two records disagree."""

    CONTRADICTION = "CONTRADICTION", bilingual("状态与受理记录矛盾", "Status contradicts acceptance")
    LOG_STATUS = "LOG_STATUS", bilingual("状态与办件日志不符", "Status is not the log's")
    LOG_ACCEPTANCE = "LOG_ACCEPTANCE", bilingual("受理记录与办件日志不符", "Acceptance is not the log's")
    LOG_BROKEN = "LOG_BROKEN", bilingual("办件日志不连续", "The log does not join up")
    NOT_IN_THE_TABLE = "NOT_IN_THE_TABLE", bilingual("状态表中没有的环节", "A step the table does not have")
    NUMBER = "NUMBER", bilingual("办件编号缺号", "A tracking number is missing")
    PAPER = "PAPER", bilingual("文书与环节不符", "Papers do not match the steps")
    FOREIGN_PAPER = "FOREIGN_PAPER", bilingual("另一中心签发的文书不符", "Papers of the other centre differ")
    PAPER_NUMBER = "PAPER_NUMBER", bilingual("文书编号缺号", "A paper's number is missing")
    INDEX = "INDEX", bilingual("与申请人索引不符", "Not as in the applicants' index")
    MESSAGE = "MESSAGE", bilingual("报文与环节不符", "Messages do not match the steps")
    UNAPPLIED = "UNAPPLIED", bilingual("报文暂存未处理", "A message was not applied")
    REFUSED = "REFUSED", bilingual("报文被拒收", "A message was refused")
    COUNTERPART = "COUNTERPART", bilingual("两个中心的台账不符", "The two centres' ledgers differ")
    STORE = "STORE", bilingual("与监察库不符", "Not as in the supervision store")
    DAYS = "DAYS", bilingual("每日计数与办件不符", "Day counters are not the cases")
    FEED = "FEED", bilingual("上报数据缺号", "Events are missing from the feed")


@dataclass(frozen=True, slots=True)
class Difference:
    """Two records that disagree, at which centre, about which case; ``tracking_number`` is empty where none can be named."""

    kind: DifferenceKind
    centre_code: str
    tracking_number: str
    zh: str
    en: str
