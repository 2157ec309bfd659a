"""Papers that the other centre of a case issues reach the centre where the applicant is: each once, with its file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from zt_interop.inbox import replay
from zt_interop.log.models import InboxMessage, InboxState
from zt_interop.queue.models import OutboxMessage
from zt_interop.send import send_message
from zt_platform.cases import commands
from zt_platform.cases.foreign_papers import ForeignPaper, foreign_papers_of
from zt_platform.cases.models import Case, CaseEvent
from zt_platform.cases.testing import DEVOLVED, ENTRUSTED, FORWARDED, OWN, Desk, Town, at, relay_all
from zt_platform.cases.vocabulary import Result, Status, Step
from zt_platform.papers.kinds import PaperKind
from zt_platform.papers.models import Paper
from zt_storage import objects
from zt_storage.errors import StorageUnavailable
from zt_storage.models import Attachment
from zt_storage.uploads import read_bytes
from zt_tenants.context import enter, outside_centres
from zt_tenants.timers import run_due

pytestmark = pytest.mark.req("C-01", "E-20")
FORWARD = {"recipient": "张三丰", "phone": "13855512345", "address": "安徽省合肥市肥西县桃花镇1号"}


def crossed(town: Town, road: str) -> tuple[Desk, Case, Desk, Case]:
    """The applicant's desk with its case, and the desk that handles it with its own."""
    here, there = town.ends(road)
    case = here.submitted(town.zhang, road)
    return here, case, there, town.hand_on(case, road)


def kept(desk: Desk, case: Case) -> list[ForeignPaper]:
    return foreign_papers_of(desk.fresh(case))


def kinds(desk: Desk, case: Case) -> list[str]:
    return [paper.kind for paper in kept(desk, case)]


def issued(desk: Desk, case: Case, kind: PaperKind) -> Paper:
    with enter(desk.centre):
        return Paper.objects.select_related("attachment").get(subject=case.tracking_number, kind=kind)


@pytest.mark.req("F-01", "L-06")
@pytest.mark.parametrize("road", [DEVOLVED, ENTRUSTED, FORWARDED])
def test_every_paper_of_the_way_lies_where_the_applicant_is(committed_town: Town, road: str) -> None:
    here, case, there, other = crossed(committed_town, road)
    expected = []
    if road == DEVOLVED:
        there.accept(other)
        expected.append(PaperKind.ACCEPTANCE)
    there.pause(other)
    there.resume(other)
    there.extend(other)
    there.review(other)
    there.decide(other)
    relay_all()
    expected += [PaperKind.PAUSE, PaperKind.RESUMPTION, PaperKind.EXTENSION, PaperKind.CERTIFICATE, PaperKind.GRANT]
    assert kinds(here, case) == expected
    for paper in kept(here, case):
        original = issued(there, other, PaperKind(paper.kind))
        assert (paper.number, paper.code, paper.sha256) == (original.number, original.code, original.sha256)
        assert (paper.centre_code, paper.centre_name) == (there.centre.code, there.centre.name)
        assert original.told_to == here.centre.code
        with enter(there.centre):
            bytes_there = read_bytes(original.attachment)
        with enter(here.centre):
            assert read_bytes(Attachment.objects.get(pk=paper.file)) == bytes_there


def corrected(town: Town, desk: Desk, case: Case) -> None:
    commands.return_for_correction(actor=desk.clerk, case_id=case.pk, defects=["缺签字"])


def refused(town: Town, desk: Desk, case: Case) -> None:
    commands.refuse_application(actor=desk.clerk, case_id=case.pk, reason="不属于许可事项")


def told_elsewhere(town: Town, desk: Desk, case: Case) -> None:
    commands.transfer_by_competence(actor=desk.clerk, case_id=case.pk, competent_organ="肥西县水务局")


def denied(town: Town, desk: Desk, case: Case) -> None:
    desk.accept(case)
    desk.review(case)
    desk.decide(case, Result.DENIED, "不符合条件")


def terminated(town: Town, desk: Desk, case: Case) -> None:
    desk.accept(case)
    commands.terminate_case(actor=desk.approver, case_id=case.pk, reason="申请人死亡")


def delivered(town: Town, desk: Desk, case: Case) -> None:
    desk.accept(case)
    desk.review(case)
    desk.decide(case)
    desk.seal(case)
    desk.deliver(case)


@pytest.mark.req("E-11", "F-02")
@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (corrected, PaperKind.CORRECTION),
        (refused, PaperKind.REFUSAL),
        (told_elsewhere, PaperKind.REFUSAL),
        (denied, PaperKind.DENIAL),
        (terminated, PaperKind.TERMINATION),
        (delivered, PaperKind.DELIVERY_RECEIPT),
    ],
)
def test_the_other_ways_bring_their_paper_too(
    committed_town: Town, act: Callable[[Town, Desk, Case], None], kind: PaperKind
) -> None:
    here, case, there, other = crossed(committed_town, DEVOLVED)
    with enter(there.centre):
        act(committed_town, there, other)
    relay_all()
    assert kinds(here, case)[-1] == kind
    assert kept(here, case)[-1].number == issued(there, other, kind).number


@pytest.mark.req("E-11")
def test_article_32_an_acceptance_deemed_below_brings_its_notice(committed_town: Town) -> None:
    here, case, there, other = crossed(committed_town, DEVOLVED)
    with at("2026-03-10T09:00"), outside_centres():
        run_due()
    relay_all()
    assert there.fresh(other).status == Status.ACCEPTED
    assert kinds(here, case) == [PaperKind.ACCEPTANCE]


@pytest.mark.req("L-07")
def test_article_44_the_receipt_of_what_was_confirmed_at_the_portal_comes_back(committed_town: Town) -> None:
    town = committed_town
    draft = town.city.draft(town.zhang, DEVOLVED)
    with enter(town.city.centre):
        commands.choose_delivery(actor=town.zhang, case_id=draft.pk, method="POST", **FORWARD)
        case = commands.submit_application(actor=town.zhang, case_id=draft.pk)
        commands.hand_down_application(actor=town.city.clerk, case_id=case.pk)
    relay_all()
    below = town.county.case(str(case.tracking_number))
    for act in (town.county.accept, town.county.review, town.county.decide, town.county.seal):
        act(below)
    with enter(town.county.centre):
        commands.post_result(actor=town.county.clerk, case_id=below.pk, carrier="EMS", post_number="EZ123456789CN")
    relay_all()
    with enter(town.city.centre):
        commands.confirm_receipt(actor=town.zhang, case_id=case.pk)
    relay_all()
    assert kinds(town.city, case)[-1] == PaperKind.DELIVERY_RECEIPT
    with enter(town.city.centre):
        steps = list(CaseEvent.objects.filter(case=case).values_list("step", flat=True))
    assert steps.count(Step.DELIVERED) == 1


def test_what_passes_between_offices_and_what_is_the_centres_own_stays(committed_town: Town) -> None:
    here, case, there, other = crossed(committed_town, ENTRUSTED)
    own = there.submitted(committed_town.li, OWN)
    there.accept(own)
    with at("2026-03-12T17:00"), outside_centres():
        run_due()
    relay_all()
    with enter(there.centre):
        internal = Paper.objects.filter(subject=other.tracking_number)
        assert {paper.kind for paper in internal} & {PaperKind.REMINDER, PaperKind.SUPERVISION_ORDER}
        assert not Paper.objects.exclude(told_to="").exists()
    assert kept(here, case) == []


def retold(town: Town, other: Case, change: Callable[[dict[str, Any]], None] = lambda data: None) -> None:
    """Send the message of the county's pause once more, under a new event id, changed."""
    message = OutboxMessage.objects.get(type="case.paused.v1", subject=other.tracking_number)
    data = message.data
    change(data)
    with enter(town.county.centre):
        send_message(destination="340100", type=message.type, subject=message.subject, data=data)
    relay_all()


def test_told_of_twice_it_is_kept_once(town: Town) -> None:
    here, case, there, other = crossed(town, ENTRUSTED)
    there.pause(other)
    relay_all()
    before = kept(here, case)
    with enter(here.centre):
        files = Attachment.objects.count()
    retold(town, other)
    assert kept(here, case) == before
    assert [paper.kind for paper in before] == [PaperKind.PAUSE]
    with enter(here.centre):
        assert Attachment.objects.count() == files
        assert not InboxMessage.objects.exclude(state=InboxState.APPLIED).exists()


def parked(desk: Desk) -> list[str]:
    with enter(desk.centre):
        return list(InboxMessage.objects.filter(state=InboxState.PARKED).values_list("reason_code", flat=True))


@pytest.mark.req("Y-11")
def test_a_file_that_is_gone_parks_the_step_visibly_and_the_replay_takes_it_once(town: Town) -> None:
    here, case, there, other = crossed(town, ENTRUSTED)
    there.pause(other)
    original = issued(there, other, PaperKind.PAUSE).attachment
    with enter(there.centre):
        data = read_bytes(original)
    objects.remove(original.object_key)
    relay_all()
    assert parked(here) == ["OBJECT_MISSING"]
    assert (here.fresh(case).status, kept(here, case)) == (Status.TRANSFERRED, [])
    objects.put(original.object_key, data, "application/pdf")
    with enter(here.centre):
        waiting = InboxMessage.objects.get(state=InboxState.PARKED)
        assert replay(waiting.pk, by="王建国") == 1
    assert (here.fresh(case).status, kinds(here, case)) == (Status.SUSPENDED, [PaperKind.PAUSE])


@pytest.mark.req("Y-11")
def test_other_bytes_than_the_signed_ones_are_not_taken(town: Town) -> None:
    here, case, there, other = crossed(town, ENTRUSTED)
    there.pause(other)
    original = issued(there, other, PaperKind.PAUSE).attachment
    with enter(there.centre):
        data = bytearray(read_bytes(original))
    data[-10] ^= 1
    objects.put(original.object_key, bytes(data), "application/pdf")
    relay_all()
    assert parked(here) == ["DIGEST_MISMATCH"]
    assert kept(here, case) == []


@pytest.mark.req("Y-01")
def test_no_centre_tells_of_a_paper_in_the_name_of_another(town: Town) -> None:
    here, _, there, other = crossed(town, ENTRUSTED)
    there.pause(other)
    relay_all()
    with enter(town.neighbour.centre):
        strange = town.neighbour.submitted(town.li, OWN)
    foreign = issued(town.neighbour, strange, PaperKind.MATERIALS_RECEIPT)
    before = town.city.snapshot()
    retold(town, other, lambda data: data["papers"][0].update(code=foreign.code, number=foreign.number))
    assert parked(here) == ["PAPER_OF_ANOTHER_CENTRE"]
    assert town.city.snapshot() == before


def test_without_the_store_the_act_is_refused_whole_where_another_centre_would_fetch_it(town: Town, settings) -> None:
    _, _, there, other = crossed(town, ENTRUSTED)
    before = there.snapshot()
    settings.S3_ENDPOINT = "127.0.0.1:1"
    with pytest.raises(StorageUnavailable):
        there.pause(other)
    assert there.snapshot() == before


def test_a_decision_after_the_withdrawal_is_kept_as_void(committed_town: Town) -> None:
    here, case, there, other = crossed(committed_town, ENTRUSTED)
    there.review(other)
    with at("2026-03-03T10:00"), enter(here.centre):
        commands.withdraw_case(actor=committed_town.zhang, case_id=case.pk, reason="不办了")
    with at("2026-03-03T10:01"):
        there.decide(other)
        relay_all()
    assert here.fresh(case).status == Status.WITHDRAWN
    assert {paper.kind: paper.void for paper in kept(here, case)} == {"CERTIFICATE": True, "GRANT": True}


def test_the_neighbour_sees_nothing(committed_town: Town) -> None:
    town = committed_town
    before = town.neighbour.snapshot()
    here, case, there, other = crossed(town, ENTRUSTED)
    there.pause(other)
    relay_all()
    assert kinds(here, case) == [PaperKind.PAUSE]
    assert town.neighbour.snapshot() == before
