"""The ledger balances: whatever came in stands somewhere, and a planted inconsistency is found and named (E-20, E-21)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zt_interop.queue.models import OutboxMessage
from zt_platform.balance import DifferenceKind, Position
from zt_platform.cases import commands
from zt_platform.cases.models import Case, CaseNumberCounter
from zt_platform.cases.queries.balance import ledger_balance
from zt_platform.cases.queries.ledger_checks import own_ledger
from zt_platform.cases.testing import DEVOLVED, ENTRUSTED, FORWARDED, OWN, ZHANG, Town, relay_all
from zt_platform.cases.vocabulary import CaseRole, Result
from zt_platform.index.models import ApplicantCaseEntry
from zt_platform.papers.kinds import PaperKind
from zt_platform.papers.models import Paper, PaperCounter
from zt_platform.project.ledger_check import LedgerCheck, check_ledgers
from zt_platform.supervision.models import CaseRecord, CaseStep, CentreDay
from zt_storage.models import Attachment
from zt_tenants import clock
from zt_tenants.context import enter, operating


def played(town: Town) -> dict[str, Case]:
    """One case on each road, and some of the centre's own in different places."""
    city, county = town.city, town.county
    cases = {road: city.submitted(town.zhang, road) for road in (OWN, ENTRUSTED, DEVOLVED)}
    cases[FORWARDED] = county.submitted(town.zhang, FORWARDED)
    cases["denied"], cases["waiting"], cases["withdrawn"] = (city.submitted(town.zhang) for _ in range(3))
    city.accept(cases[ENTRUSTED])
    with enter(city.centre):
        commands.hand_down_application(actor=city.clerk, case_id=cases[DEVOLVED].pk)
        commands.withdraw_case(actor=town.zhang, case_id=cases["withdrawn"].pk)
    county.accept(cases[FORWARDED])
    county.review(cases[FORWARDED])
    relay_all()
    below = {road: county.case(str(cases[road].tracking_number)) for road in (ENTRUSTED, DEVOLVED)}
    county.accept(below[DEVOLVED])
    for road in (ENTRUSTED, DEVOLVED):
        county.review(below[road])
        county.decide(below[road])
    for name, result in ((OWN, Result.GRANTED), ("denied", Result.DENIED)):
        city.accept(cases[name])
        city.review(cases[name])
        city.decide(cases[name], result, "不符合条件")
        city.seal(cases[name])
    city.deliver(cases[OWN])
    relay_all()
    return cases


def named(check: LedgerCheck) -> set[tuple[DifferenceKind, str]]:
    return {(difference.kind, difference.tracking_number) for difference in check.differences}


@pytest.mark.req("E-20", "E-21", "R-03")
def test_every_case_stands_somewhere_and_both_centres_agree(town: Town) -> None:
    played(town)
    check = check_ledgers()
    assert check.differences == []
    assert check.holds
    assert check.under_way == 0
    city = check.balances[town.city.centre.code]
    assert (city[CaseRole.SOLE].came_in, city[CaseRole.SOLE].accepted) == (4, 2)
    assert city[CaseRole.SOLE].at(Position.WAITING) == 1
    assert city[CaseRole.SOLE].at(Position.WITHDRAWN_BEFORE) == 1
    assert city[CaseRole.SOLE].at(Position.COMPLETED) == 1
    assert city[CaseRole.SOLE].at(Position.DELIVERED) == 1
    assert city[CaseRole.ACCEPTING].at(Position.DECIDED) == 1
    assert city[CaseRole.PORTAL].at(Position.DECIDED) == 1
    county = check.balances[town.county.centre.code]
    assert county[CaseRole.DECIDING].at(Position.DECIDED) == 1
    assert county[CaseRole.ACCEPTING].at(Position.ELSEWHERE) == 1
    assert check.total.came_in == 7
    assert check.total.came_in == check.total.accepted + sum(count for _, count in check.total.before)


@pytest.mark.req("E-20", "A-07")
def test_what_goes_by_post_balances_at_both_centres_and_a_draft_is_in_no_ledger(town: Town) -> None:
    city, county = town.city, town.county
    address = {"recipient": "张三丰", "phone": "13855512345", "address": "安徽省合肥市肥西县桃花镇1号"}
    town.city.draft(town.zhang)
    for road in (DEVOLVED, ENTRUSTED):
        draft = city.draft(town.zhang, road)
        with enter(city.centre):
            commands.choose_delivery(actor=town.zhang, case_id=draft.pk, method="POST", **address)
            case = commands.submit_application(actor=town.zhang, case_id=draft.pk)
            if road == DEVOLVED:
                commands.hand_down_application(actor=city.clerk, case_id=case.pk)
            else:
                commands.accept_application(actor=city.clerk, case_id=case.pk)
        relay_all()
        below = county.case(str(case.tracking_number))
        for act in (*((county.accept,) if road == DEVOLVED else ()), county.review, county.decide):
            act(below)
        relay_all()
        desk, poster = (county, below) if road == DEVOLVED else (city, case)
        desk.seal(poster)
        with enter(desk.centre):
            commands.post_result(actor=desk.clerk, case_id=poster.pk, carrier="EMS", post_number="EZ123456789CN")
        relay_all()
        posted = check_ledgers()
        assert posted.differences == []
        assert posted.holds
        with enter(city.centre):
            commands.confirm_receipt(actor=town.zhang, case_id=case.pk)
        relay_all()
    check = check_ledgers()
    assert check.differences == []
    assert check.holds
    assert check.balances[city.centre.code][CaseRole.PORTAL].at(Position.DELIVERED) == 1
    assert check.balances[city.centre.code][CaseRole.ACCEPTING].at(Position.DELIVERED) == 1


@pytest.mark.req("E-20")
def test_what_is_on_its_way_is_no_difference(town: Town) -> None:
    case = town.city.submitted(town.zhang, ENTRUSTED)
    town.city.accept(case)
    check = check_ledgers()
    assert check.differences == []
    assert check.under_way == 1


def _plant_in_city(town: Town, change: Callable[[], object]) -> None:
    with operating(), enter(town.city.centre):
        change()


@pytest.mark.req("E-20")
@pytest.mark.parametrize(
    ("column", "value", "kinds"),
    [
        ("status", "DELIVERED", {DifferenceKind.LOG_STATUS, DifferenceKind.INDEX}),
        ("status", "REFUSED", {DifferenceKind.LOG_STATUS, DifferenceKind.INDEX, DifferenceKind.CONTRADICTION}),
        ("accepted_at", None, {DifferenceKind.LOG_ACCEPTANCE, DifferenceKind.CONTRADICTION}),
    ],
)
def test_a_row_that_was_changed_beside_its_log_is_named(town: Town, column: str, value: object, kinds: set) -> None:
    case = played(town)["denied"]
    more = {"due_at": None} if column == "accepted_at" else {}
    _plant_in_city(town, lambda: Case.objects.filter(pk=case.pk).update(**{column: value}, **more))
    check = check_ledgers()
    assert named(check) == {(kind, case.tracking_number) for kind in kinds}
    assert not check.holds


@pytest.mark.req("E-20", "R-02")
def test_a_forged_line_is_named_by_the_table_and_by_the_break_it_leaves(town: Town) -> None:
    case = played(town)["waiting"]
    forged = (
        "INSERT INTO cases_caseevent (case_id, step, action, from_status, to_status, centre_code, centre_name, occurred_at,"
        " recorded_at, actor_kind, actor_role, actor_name, department_name, note, data, public)"
        " VALUES (%s, 'DELIVERED', 'DELIVER', 'ACCEPTED', 'SUBMITTED', '340100', 'x', now(), now(), 'STAFF', '', '', '',"
        " '', '{}', true)"
    )
    with operating(), enter(town.city.centre), connection.cursor() as cursor:
        cursor.execute(forged, [case.pk])
    found = named(check_ledgers())
    assert {
        (DifferenceKind.NOT_IN_THE_TABLE, case.tracking_number),
        (DifferenceKind.LOG_BROKEN, case.tracking_number),
    } <= found


@pytest.mark.req("E-10", "E-26")
def test_a_paper_or_a_number_that_is_gone_is_named(town: Town) -> None:
    case = played(town)[OWN]
    with enter(town.city.centre):
        receipt = Paper.objects.get(subject=case.tracking_number, kind=PaperKind.DELIVERY_RECEIPT)
    _plant_in_city(town, lambda: Paper.objects.filter(pk=receipt.pk).delete())
    _plant_in_city(town, lambda: CaseNumberCounter.objects.filter(series="case").update(last=9))
    differences = check_ledgers().differences
    assert (DifferenceKind.PAPER, case.tracking_number) in {(each.kind, each.tracking_number) for each in differences}
    lost = next(each for each in differences if each.kind is DifferenceKind.PAPER_NUMBER)
    assert receipt.number in lost.zh
    numbers = [each.tracking_number for each in differences if each.kind is DifferenceKind.NUMBER]
    assert [number[-6:-1] for number in numbers] == ["00007", "00008", "00009"]
    with enter(town.city.centre):
        assert PaperCounter.objects.filter(last__gt=0).exists()


@pytest.mark.req("E-20", "C-01")
def test_a_paper_that_only_one_of_the_two_centres_knows_is_named(town: Town) -> None:
    number = str(played(town)[ENTRUSTED].tracking_number)
    above = town.city.case(number)
    grant = next(stored for stored in above.foreign_papers if stored["kind"] == PaperKind.GRANT)
    rest = [stored for stored in above.foreign_papers if stored != grant]
    _plant_in_city(town, lambda: Case.objects.filter(pk=above.pk).update(foreign_papers=rest))
    (lost,) = check_ledgers().differences
    assert (lost.kind, lost.centre_code, lost.tracking_number) == (DifferenceKind.FOREIGN_PAPER, "340123", number)
    assert grant["number"] in lost.zh

    forged = {**grant, "number": "合市监许〔2026〕99999号"}
    _plant_in_city(town, lambda: Case.objects.filter(pk=above.pk).update(foreign_papers=[*rest, forged]))
    (strange,) = check_ledgers().differences
    assert (strange.kind, strange.centre_code, strange.tracking_number) == (
        DifferenceKind.FOREIGN_PAPER,
        "340100",
        number,
    )
    assert forged["number"] in strange.zh


@pytest.mark.req("E-20", "Y-11")
def test_a_copy_that_is_not_what_was_told_is_named(town: Town) -> None:
    number = str(played(town)[ENTRUSTED].tracking_number)
    above = town.city.case(number)
    grant = next(stored for stored in above.foreign_papers if stored["kind"] == PaperKind.GRANT)
    _plant_in_city(town, lambda: Attachment.objects.filter(pk=grant["file"]).update(sha256="0" * 64))
    assert named(check_ledgers()) == {(DifferenceKind.FOREIGN_PAPER, number)}


@pytest.mark.req("R-03", "C-01")
def test_a_message_that_was_never_sent_and_one_that_nobody_owed_are_named(town: Town) -> None:
    case = town.city.submitted(town.zhang, ENTRUSTED)
    town.city.accept(case)
    sent = OutboxMessage.objects.get(subject=case.tracking_number, type="case.transferred.v1")
    with operating():
        OutboxMessage.objects.filter(pk=sent.pk).update(type="case.declined.v1")
    with enter(town.city.centre):
        found = own_ledger().differences
    assert {(each.kind, each.tracking_number) for each in found} == {(DifferenceKind.MESSAGE, case.tracking_number)}
    assert sorted(each.en for each in found) == [
        "case.declined.v1: 0 owed, 1 sent",
        "case.transferred.v1: 1 owed, 0 sent",
    ]


@pytest.mark.req("E-21", "R-01")
def test_what_only_the_other_places_have_wrong_is_named(town: Town) -> None:
    cases = played(town)
    entrusted, own, waiting = (str(cases[name].tracking_number) for name in (ENTRUSTED, OWN, "waiting"))
    with operating():
        ApplicantCaseEntry.objects.filter(tracking_number=own).update(status="ACCEPTED")
        CaseRecord.objects.filter(tracking_number=waiting).update(status="ACCEPTED")
        CentreDay.objects.filter(centre_code="340100").update(completed=7)
        with enter(town.county.centre):
            Case.objects.filter(tracking_number=entrusted).update(decided_at=None)
    found = named(check_ledgers())
    assert found == {
        (DifferenceKind.INDEX, own),
        (DifferenceKind.STORE, waiting),
        (DifferenceKind.DAYS, ""),
        (DifferenceKind.COUNTERPART, entrusted),
    }


@pytest.mark.req("R-03")
def test_a_step_the_store_never_got_is_named(town: Town) -> None:
    number = str(played(town)[OWN].tracking_number)
    with operating():
        CaseStep.objects.filter(tracking_number=number, step="REVIEWED").delete()
    difference = check_ledgers([town.city.centre.code]).differences
    assert [(each.kind, each.centre_code, each.tracking_number) for each in difference] == [
        (DifferenceKind.STORE, town.city.centre.code, number)
    ]
    assert check_ledgers([town.neighbour.centre.code]).differences == []


@pytest.mark.req("A-30")
def test_the_neighbours_ledger_is_its_own(town: Town) -> None:
    played(town)
    with enter(town.neighbour.centre):
        assert ledger_balance() == {}
        own = own_ledger()
    assert (dict(own.sides), own.differences) == ({}, [])


def test_reading_costs_the_same_statements_for_one_case_and_for_many(town: Town) -> None:
    town.city.submitted(town.zhang)
    counts = []
    for _ in range(2):
        with enter(town.city.centre), CaptureQueriesContext(connection) as statements:
            own_ledger()
            ledger_balance()
        counts.append(len(statements))
        played(town)
    assert counts[0] == counts[1]


@pytest.mark.req("E-20", "L-08")
def test_a_draft_is_no_difference_and_its_entry_must_be_there(town: Town) -> None:
    with enter(town.city.centre):
        drafts = [
            commands.start_application(
                actor=town.zhang, item_code=OWN, applicant=ZHANG, form={"place": "桃花镇"}, client_key=key
            )
            for key in ("one", "two")
        ]
    assert check_ledgers().differences == []

    gone, kept = drafts
    with enter(town.city.centre), operating():
        ApplicantCaseEntry.objects.filter(draft_id=gone.pk).delete()
        ApplicantCaseEntry.objects.filter(draft_id=kept.pk).update(draft_id=kept.pk + 1000)

    strange = {f"draft-{key}" for key in (gone.pk, kept.pk, kept.pk + 1000)}
    assert named(check_ledgers()) == {(DifferenceKind.INDEX, number) for number in strange}


class Ticking:
    """A clock of which no two looks show the same: each is a third of a second after the one before."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def get(self) -> datetime:
        self._moment += timedelta(seconds=0.33)
        return self._moment


@pytest.mark.req("E-20", "C-11")
@pytest.mark.parametrize("road", [ENTRUSTED, FORWARDED])
def test_both_centres_date_a_decision_alike_however_long_its_papers_take(town: Town, monkeypatch, road: str) -> None:
    first, other = (town.city, town.county) if road == ENTRUSTED else (town.county, town.city)
    ticking = Ticking(clock.now())
    with monkeypatch.context() as patch:
        patch.setattr(clock, "_set_moment", ticking)
        case = first.submitted(town.zhang, road)
        first.accept(case)
        if road == FORWARDED:
            first.review(case)
        relay_all()
        deciding = other.case(str(case.tracking_number))
        other.review(deciding)
        other.decide(deciding)
        relay_all()

        decided_at = [desk.case(str(case.tracking_number)).decided_at for desk in (first, other)]
        assert decided_at[0] == decided_at[1] is not None
        assert check_ledgers().differences == []
