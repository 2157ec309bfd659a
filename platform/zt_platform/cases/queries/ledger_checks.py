"""Every difference inside one centre: rows and log, numbers, papers, the applicants' index, messages (E-20, E-26, R-03).

The log is read once, from the first line to the last; what it implies is compared with everything that was written beside
it. Nothing of another centre is read here; :mod:`zt_platform.project.ledger_check` puts the two sides of a case together.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from zt_interop.envelope import CASE_CHANNEL
from zt_interop.log.models import Direction, InboxMessage, InboxState, MessageLogEntry
from zt_interop.queue.models import PENDING, MessageState, OutboxMessage
from zt_platform.balance import Difference, DifferenceKind, position_of
from zt_platform.cases.events.outgoing import MESSAGE_OF
from zt_platform.cases.foreign_papers import ForeignPaper
from zt_platform.cases.log_reading import Line, Reading, read_log
from zt_platform.cases.models import Case, CaseEvent, CaseNumberCounter
from zt_platform.cases.numbers import TrackingNumber, parse
from zt_platform.cases.vocabulary import Action, Channel, Status
from zt_platform.index.models import ApplicantCaseEntry
from zt_platform.papers.kinds import INTERNAL, PaperKind
from zt_platform.papers.models import Paper, PaperCounter
from zt_storage.models import Attachment
from zt_tenants.context import current_centre

_PAPER_NUMBER = re.compile(r"(?P<series>.+)〔(?P<year>\d{4})〕(?P<number>\d+)号")
_OF_STEPS = frozenset(MESSAGE_OF.values())
"""Messages that steps of a case send to its other centre; orders and what they answer have a record of their own."""
_ANSWER = MESSAGE_OF[Action.RECORD_DELIVERY]
_NAMED = 5
"""How many missing numbers of one series are named."""


@dataclass(frozen=True, slots=True)
class Side:
    """How one case stands in one centre's ledger, for the comparison with the other centre and with the store."""

    number: str
    role: str
    status: str
    accepted: bool
    result: str
    delegation_kind: str
    counterpart_code: str
    due_at: datetime | None
    statutory_due_at: datetime | None
    decided_at: datetime | None
    reading: Reading
    account: bool
    foreign_papers: tuple[ForeignPaper, ...]


@dataclass(frozen=True, slots=True)
class ToldPaper:
    """A paper that this centre issued and a message told another centre of."""

    case_number: str
    kind: str
    number: str
    told_to: str
    sha256: str


@dataclass(frozen=True, slots=True)
class OwnLedger:
    """What one centre's own records say: its cases, what disagrees, and whose messages are still on their way.

    ``told`` are the papers that went to another centre, by their verification code.
    """

    sides: Mapping[str, Side]
    differences: list[Difference]
    under_way: frozenset[str]
    told: Mapping[str, ToldPaper]


def own_ledger() -> OwnLedger:
    """Read the current centre's whole ledger. About twelve statements, whatever its size; memory grows with its cases."""
    sides, told = {side.number: side for side in _sides()}, _told()
    checks = (_rows, _papers, _copies, _index)
    found = [difference for check in checks for difference in check(sides)]
    found += [*_owed(sides, told.values()), *_numbers(sides), *_paper_numbers(), *_stuck()]
    return OwnLedger(sides, found, _under_way(), told)


def _tell(kind: DifferenceKind, number: str, zh: str, en: str) -> Difference:
    return Difference(kind, current_centre().code, number, zh, en)


def _sides() -> Iterator[Side]:
    readings = _readings()
    columns = (
        "tracking_number",
        "role",
        "status",
        "accepted_at",
        "result",
        "delegation_kind",
        "counterpart_code",
        "due_at",
        "statutory_due_at",
        "decided_at",
        "pk",
        "applicant_account_id",
        "foreign_papers",
    )
    for number, role, status, accepted_at, result, kind, other, due, statutory, decided, pk, account, told in (
        Case.objects.submitted().order_by("pk").values_list(*columns)
    ):
        yield Side(
            number=number,
            role=role,
            status=status,
            accepted=accepted_at is not None,
            result=result,
            delegation_kind=kind,
            counterpart_code=other,
            due_at=due,
            statutory_due_at=statutory,
            decided_at=decided,
            reading=readings.get(pk, Reading()),
            account=account is not None,
            foreign_papers=tuple(ForeignPaper.from_stored(paper) for paper in told),
        )


def _readings() -> dict[int, Reading]:
    columns = ("case_id", "step", "action", "from_status", "to_status", "actor_kind")
    lines = CaseEvent.objects.order_by("case_id", "id").values_list(*columns)
    return {
        case_id: read_log(Line(*line[1:]) for line in group)
        for case_id, group in groupby(lines.iterator(chunk_size=5000), key=lambda line: line[0])
    }


def _rows(sides: Mapping[str, Side]) -> Iterator[Difference]:
    """The row against its own log."""
    for side in sides.values():
        reading = side.reading
        if position_of(side.status, accepted=side.accepted) is None:
            text = "已受理" if side.accepted else "未受理"
            yield _tell(
                DifferenceKind.CONTRADICTION,
                side.number,
                f"状态为{side.status}，却{text}",
                f"status {side.status}, but {'' if side.accepted else 'not '}accepted",
            )
        if reading.status != side.status:
            yield _tell(
                DifferenceKind.LOG_STATUS,
                side.number,
                f"台账为{side.status}，日志为{reading.status or '无'}",
                f"row {side.status}, log {reading.status or 'nothing'}",
            )
        if reading.accepted != side.accepted or not reading.came_in:
            yield _tell(
                DifferenceKind.LOG_ACCEPTANCE,
                side.number,
                "受理时间与日志中的收件、受理环节不符",
                "coming in or acceptance is not as the log has it",
            )
        for broken in reading.broken:
            yield _tell(DifferenceKind.LOG_BROKEN, side.number, f"断点：{broken}", f"broken at {broken}")
        for foreign in reading.foreign:
            yield _tell(DifferenceKind.NOT_IN_THE_TABLE, side.number, foreign, foreign)


def _papers(sides: Mapping[str, Side]) -> Iterator[Difference]:
    """A paper for each step that calls for one, and none besides; those between offices may be more."""
    held: defaultdict[str, Counter[PaperKind]] = defaultdict(Counter)
    for subject, kind in Paper.objects.order_by().values_list("subject", "kind").iterator(chunk_size=5000):
        held[subject][PaperKind(kind)] += 1
    for number, side in sides.items():
        wanted = side.reading.papers
        for kind in sorted({*wanted, *held[number]}):
            there, due = held[number][kind], wanted[kind]
            if there < due or (there > due and kind not in INTERNAL):
                yield _tell(
                    DifferenceKind.PAPER,
                    number,
                    f"{kind.label}：应有{due}份，实有{there}份",
                    f"{kind.value}: {due} called for, {there} issued",
                )


def _copies(sides: Mapping[str, Side]) -> Iterator[Difference]:
    """Of each paper of another centre there is a copy here with the digest that its message named."""
    copies = Attachment.objects.exclude(source_centre_code="").order_by().values_list("pk", "sha256")
    held = dict(copies.iterator(chunk_size=5000))
    for number, side in sides.items():
        for paper in side.foreign_papers:
            if held.get(paper.file) != paper.sha256:
                yield _tell(
                    DifferenceKind.FOREIGN_PAPER,
                    number,
                    f"{paper.number}在本中心没有相符的副本",
                    f"no copy here with the digest of {paper.number}",
                )


def _told() -> dict[str, ToldPaper]:
    sent = Paper.objects.exclude(told_to="").exclude(kind__in=INTERNAL).order_by()
    columns = ("code", "subject", "kind", "number", "told_to", "sha256")
    return {code: ToldPaper(*row) for code, *row in sent.values_list(*columns).iterator(chunk_size=5000)}


def _index(sides: Mapping[str, Side]) -> Iterator[Difference]:
    """The applicants' index of this centre against its cases, and against the drafts, which are in no ledger yet."""
    rows = ApplicantCaseEntry.objects.filter(centre_code=current_centre().code).order_by()
    listed = dict(rows.filter(draft_id__isnull=True).values_list("tracking_number", "status"))
    for number in sorted({*listed, *(side.number for side in sides.values() if side.account)}):
        side = sides.get(number)
        here, there = side.status if side is not None and side.account else "–", listed.get(number, "–")
        if here != there:
            yield _tell(DifferenceKind.INDEX, number, f"台账为{here}，索引为{there}", f"ledger {here}, index {there}")
    drafts = Case.objects.filter(status=Status.DRAFT, channel=Channel.ONLINE, applicant_account_id__isnull=False)
    begun = set(drafts.order_by().values_list("pk", flat=True))
    entered = {draft for draft in rows.values_list("draft_id", flat=True) if draft is not None}
    for draft in sorted(begun ^ entered):
        here, there = ("草稿", "–") if draft in begun else ("–", "草稿")
        en = "no entry for the draft" if draft in begun else "an entry for a draft that is no more"
        yield _tell(DifferenceKind.INDEX, f"draft-{draft}", f"台账为{here}，索引为{there}", en)


def _owed(sides: Mapping[str, Side], told: Iterable[ToldPaper]) -> Iterator[Difference]:
    """Each step that the other centre must know has been sent once, and nothing else has.

    A delivery that was confirmed at the other centre is answered where its receipt was told of.
    """
    receipts = {paper.case_number for paper in told if paper.kind == PaperKind.DELIVERY_RECEIPT}
    sent: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    logged = MessageLogEntry.objects.filter(direction=Direction.OUT, channel=CASE_CHANNEL).order_by()
    queued = OutboxMessage.objects.filter(
        stream__channel=CASE_CHANNEL, stream__source_code=current_centre().code
    ).order_by()
    for found in (logged, queued):
        for subject, type_, event_id in found.values_list("subject", "type", "event_id").iterator(chunk_size=5000):
            sent[subject].add((type_, str(event_id)))
    for number, side in sides.items():
        went = Counter(type_ for type_, _ in sent[number])
        for type_ in sorted({*went, *side.reading.messages, _ANSWER} & _OF_STEPS):
            answered = type_ == _ANSWER and side.reading.confirmed_elsewhere and number in receipts
            due, there = side.reading.messages[type_] + answered, went[type_]
            if due != there:
                yield _tell(
                    DifferenceKind.MESSAGE,
                    number,
                    f"{type_}：应发{due}条，实发{there}条",
                    f"{type_}: {due} owed, {there} sent",
                )


def _numbers(sides: Iterable[str]) -> Iterator[Difference]:
    """Numbers that were given out without a case behind them (gapless by day, E-10)."""
    here = current_centre().code
    used: defaultdict[str, set[int]] = defaultdict(set)
    for number in sides:
        parsed = parse(number)
        if parsed.origin_code == here:
            used[f"{parsed.day:%Y%m%d}"].add(parsed.sequence)
    given = dict(CaseNumberCounter.objects.filter(series="case").values_list("period", "last"))
    for period in sorted({*given, *used}):
        missing = sorted(set(range(1, given.get(period, 0) + 1)) ^ used[period])
        for sequence in missing[:_NAMED]:
            day = date(int(period[:4]), int(period[4:6]), int(period[6:]))
            number = str(TrackingNumber(here, day, sequence))
            yield _tell(
                DifferenceKind.NUMBER,
                number,
                f"{period}共{len(missing)}个编号与计数不符",
                f"{len(missing)} numbers of {period} are not as counted",
            )


def _paper_numbers() -> Iterator[Difference]:
    """Numbers of papers that were given out without a paper, series by series and year by year."""
    used: defaultdict[tuple[str, int], set[int]] = defaultdict(set)
    for number in Paper.objects.order_by().values_list("number", flat=True).iterator(chunk_size=5000):
        parts = _PAPER_NUMBER.fullmatch(number)
        if parts:
            used[parts["series"], int(parts["year"])].add(int(parts["number"]))
    given = {(series, year): last for series, year, last in PaperCounter.objects.values_list("series", "year", "last")}
    for series, year in sorted({*given, *used}):
        missing = sorted(set(range(1, given.get((series, year), 0) + 1)) ^ used[series, year])
        if missing:
            named = "、".join(f"{series}〔{year}〕{number:05d}号" for number in missing[:_NAMED])
            yield _tell(
                DifferenceKind.PAPER_NUMBER,
                "",
                f"共{len(missing)}个：{named}",
                f"{len(missing)} in all: {named}",
            )


def _stuck() -> Iterator[Difference]:
    """Received and not carried out, or sent and refused: both wait for a person."""
    waiting = InboxMessage.objects.exclude(state=InboxState.APPLIED).order_by("id")
    for type_, subject, zh, en in waiting.values_list("type", "subject", "reason_zh", "reason_en"):
        yield _tell(DifferenceKind.UNAPPLIED, subject, f"{type_}：{zh}", f"{type_}: {en}")
    refused = OutboxMessage.objects.filter(
        stream__source_code=current_centre().code, state=MessageState.REFUSED
    ).order_by("position")
    for type_, subject, zh, en in refused.values_list("type", "subject", "refusal_zh", "refusal_en"):
        yield _tell(DifferenceKind.REFUSED, subject, f"{type_}：{zh}", f"{type_}: {en}")


def _under_way() -> frozenset[str]:
    """Cases of which a message has not arrived yet: what others know of them is rightly older."""
    queued = OutboxMessage.objects.filter(stream__source_code=current_centre().code, state__in=PENDING)
    waiting = InboxMessage.objects.exclude(state=InboxState.APPLIED)
    return frozenset({*queued.values_list("subject", flat=True), *waiting.values_list("subject", flat=True)})
