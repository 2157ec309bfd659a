"""The whole check of the ledgers: each centre against itself, against the other centre of its cases, and the supervision.

An operator's work (``zhengtong ledger check``), which is why it may enter one centre after the other; nothing that a
request runs does. Cases of which a message is still on its way are left out of the comparisons between two places.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

from zt_platform.balance import Balance, Difference, DifferenceKind, mirrored_status
from zt_platform.cases.queries.balance import ledger_balance
from zt_platform.cases.queries.ledger_checks import OwnLedger, Side, own_ledger
from zt_platform.cases.vocabulary import CaseRole
from zt_platform.catalogue.kinds import DelegationKind
from zt_platform.supervision.models import CaseRecord, CaseStep
from zt_platform.supervision.queries.balance import day_differences, feed_differences
from zt_tenants.centres import centre_by_code
from zt_tenants.context import beside, enter, outside_centres
from zt_tenants.errors import UnknownCentre
from zt_tenants.models import Centre
from zt_tenants.wall.access import DatabaseRole


@dataclass(slots=True)
class LedgerCheck:
    """What was found: the balances by centre and role, and every difference."""

    balances: dict[str, dict[CaseRole, Balance]] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    cases: int = 0
    under_way: int = 0

    @property
    def total(self) -> Balance:
        """Every application once: at the centre that is answerable to its applicant for it, or decides it alone."""
        counted = (CaseRole.SOLE, CaseRole.ACCEPTING)
        rows = [found for by_role in self.balances.values() for role, found in by_role.items() if role in counted]
        return sum(rows, Balance())

    @property
    def holds(self) -> bool:
        """Whether every equation holds and nothing disagrees."""
        equations = (found.holds for by_role in self.balances.values() for found in by_role.values())
        return not self.differences and all(equations)


def check_ledgers(
    codes: Collection[str] = (), *, progress: Callable[[str, int], None] = lambda now, total: None
) -> LedgerCheck:
    """Check the ledgers of these centres (all that are open and run here, by default).

    The other centre of a case is read too, for the case's sake. Raises UnknownCentre.
    """
    wanted = [centre_by_code(code) for code in codes] or list(Centre.objects.open().here().order_by("code"))
    check, read = LedgerCheck(), dict[str, OwnLedger]()
    for centre in wanted:
        read[centre.code] = _read(centre)
        with enter(centre):
            check.balances[centre.code] = ledger_balance()
        progress(centre.name, len(wanted))
    named = frozenset(read)
    for other in sorted({side.counterpart_code for own in read.values() for side in own.sides.values()} - named - {""}):
        found = Centre.objects.open().here().filter(code=other).first()
        if found is not None:
            read[other] = _read(found)
    for code in sorted(named):
        own = read[code]
        check.cases += len(own.sides)
        check.under_way += len(own.under_way)
        check.differences += own.differences
        check.differences += _counterparts(code, read, named)
        check.differences += _papers_of_both(code, read)
        check.differences += _store(code, own, _on_the_way(read))
    with outside_centres(), beside(DatabaseRole.SUPERVISION):
        check.differences += [*day_differences(named), *feed_differences(named)]
    return check


def _read(centre: Centre) -> OwnLedger:
    with enter(centre):
        return own_ledger()


def _on_the_way(read: Mapping[str, OwnLedger]) -> frozenset[str]:
    return frozenset(number for own in read.values() for number in own.under_way)


def _counterparts(code: str, read: Mapping[str, OwnLedger], named: Collection[str]) -> Iterator[Difference]:
    """Each case of which another centre has a row too; told once, by the side that does not decide where both are asked."""
    waiting = _on_the_way(read)
    for side in read[code].sides.values():
        other = read.get(side.counterpart_code)
        if other is None or side.number in waiting or not _is_the_upper_side(side):
            continue
        deciding = other.sides.get(side.number)
        if deciding is None:
            yield _differs(code, side.number, f"{side.counterpart_code}没有本件", f"{side.counterpart_code} has no row")
            continue
        expected = mirrored_status(deciding.status, devolved=side.role == CaseRole.PORTAL)
        if side.status != expected:
            yield _differs(
                code,
                side.number,
                f"本中心为{side.status}，{side.counterpart_code}为{deciding.status}",
                f"{side.status} here, {deciding.status} at {side.counterpart_code}",
            )
        elif _limits(side) != _limits(deciding) and side.status != "WITHDRAWN":
            yield _differs(
                code, side.number, "两中心的时限、决定时间或结果不同", "limits, decision or result are not the same"
            )
    for side in read[code].sides.values():
        upper = read.get(side.counterpart_code)
        if upper is None or side.number in waiting or side.role != CaseRole.DECIDING or side.status == "DECLINED":
            continue
        if side.number not in upper.sides:
            yield _differs(code, side.number, f"{side.counterpart_code}没有本件", f"{side.counterpart_code} has no row")


def _papers_of_both(code: str, read: Mapping[str, OwnLedger]) -> Iterator[Difference]:
    """What this centre holds the other one has issued to it, byte for byte; what this centre told of the other one holds."""
    waiting = _on_the_way(read)
    for side in read[code].sides.values():
        for paper in side.foreign_papers:
            issuer = read.get(_code_now(paper.centre_code))
            if issuer is None or side.number in waiting:
                continue
            told = issuer.told.get(paper.code)
            there = told and (told.case_number, told.number, told.sha256, _code_now(told.told_to))
            if there != (side.number, paper.number, paper.sha256, code):
                yield _paper_differs(
                    code,
                    side.number,
                    f"{paper.centre_code}没有向本中心签发过这样的{paper.number}",
                    f"{paper.centre_code} has issued no such {paper.number} to this centre",
                )
    for paper_code, told in read[code].told.items():
        receiver = read.get(_code_now(told.told_to))
        held = receiver.sides.get(told.case_number) if receiver is not None else None
        if held is None or told.case_number in waiting:
            continue
        if paper_code not in {paper.code for paper in held.foreign_papers}:
            yield _paper_differs(
                code,
                told.case_number,
                f"{told.told_to}没有收到{told.number}",
                f"{told.told_to} does not hold {told.number}",
            )


def _code_now(code: str) -> str:
    """The code today of a centre that had this one; its own when it was closed since."""
    try:
        return centre_by_code(code).code
    except UnknownCentre:
        return code


def _paper_differs(code: str, number: str, zh: str, en: str) -> Difference:
    return Difference(DifferenceKind.FOREIGN_PAPER, code, number, zh, en)


def _is_the_upper_side(side: Side) -> bool:
    return side.role in (CaseRole.ACCEPTING, CaseRole.PORTAL) and _has_left(side)


def _has_left(side: Side) -> bool:
    """Whether the other centre has been told of the case; a forwarded one is reviewed here first (art. 43)."""
    sent = side.reading.messages
    return bool(sent["application.handed_down.v1"] or sent["case.transferred.v1"])


def _limits(side: Side) -> tuple[object, ...]:
    forwarded = side.delegation_kind == DelegationKind.FORWARDED
    return (side.due_at, None if forwarded else side.statutory_due_at, side.decided_at, side.result, side.accepted)


def _differs(code: str, number: str, zh: str, en: str) -> Difference:
    return Difference(DifferenceKind.COUNTERPART, code, number, zh, en)


def _store(code: str, own: OwnLedger, waiting: Collection[str]) -> Iterator[Difference]:
    """Every reported step is in the store once, and the store's record stands where the last of them left the case."""
    with outside_centres(), beside(DatabaseRole.SUPERVISION):
        records = dict(CaseRecord.objects.filter(centre_code=code).order_by().values_list("tracking_number", "status"))
        steps = Counter(
            CaseStep.objects.filter(centre_code=code)
            .order_by()
            .values_list("tracking_number", flat=True)
            .iterator(chunk_size=5000)
        )
    for number in sorted({*own.sides, *records} - set(waiting)):
        side, there = own.sides.get(number), records.get(number, "–")
        here = side.reading.reported_status if side is not None else "–"
        if here != there:
            yield Difference(
                DifferenceKind.STORE, code, number, f"台账为{here}，监察库为{there}", f"ledger {here}, store {there}"
            )
        elif side is not None and side.reading.supervised != steps[number]:
            due = side.reading.supervised
            yield Difference(
                DifferenceKind.STORE,
                code,
                number,
                f"应报{due}个环节，监察库有{steps[number]}个",
                f"{due} steps reported, {steps[number]} in the store",
            )
