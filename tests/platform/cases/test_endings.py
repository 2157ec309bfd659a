"""Ends without a decision, a supervisor's second correction notice, and materials after acceptance."""

from __future__ import annotations

import pytest

from zt_platform.cases import commands
from zt_platform.cases.errors import (
    CaseNotFound,
    CorrectionNotYetAsked,
    DeemedAccepted,
    MaterialsComeByCorrection,
    SecondCorrection,
    TransitionNotAllowed,
)
from zt_platform.cases.models import Case, CaseEvent, CaseMaterial
from zt_platform.cases.testing import DEVOLVED, ENTRUSTED, PDF, at, relay_all
from zt_platform.cases.vocabulary import Status, Step
from zt_platform.supervision.models import CaseRecord, CaseStep
from zt_storage.uploads import put_bytes
from zt_tenants.context import enter, outside_centres
from zt_tenants.errors import InvalidInput, NotFound, NotPermitted


def terminate(desk, case, actor=None) -> Case:
    with enter(desk.centre):
        return commands.terminate_case(actor=actor or desk.approver, case_id=case.pk, reason="申请人已经注销登记")


@pytest.mark.req("E-05")
def test_a_case_without_an_object_is_terminated(town) -> None:
    submitted = town.city.submitted(town.zhang)
    assert terminate(town.city, submitted, town.city.clerk).status == Status.TERMINATED
    accepted = town.city.accept(town.city.submitted(town.zhang))
    before = town.city.snapshot()
    with pytest.raises(NotPermitted):
        terminate(town.city, accepted, town.city.clerk)  # after acceptance it is the approver's
    with enter(town.city.centre), pytest.raises(InvalidInput):
        commands.terminate_case(actor=town.city.approver, case_id=accepted.pk, reason=" ")
    assert town.city.snapshot() == before
    ended = terminate(town.city, accepted)
    assert (ended.status, ended.running_due_at, ended.is_closed) == (Status.TERMINATED, None, True)
    assert ended.ended_at is not None
    relay_all()
    with outside_centres():
        record = CaseRecord.objects.get(tracking_number=ended.tracking_number)
    assert (record.status, record.stopped_at) == ("TERMINATED", ended.ended_at)


def test_a_suspended_case_is_terminated(town) -> None:
    case = town.city.accept(town.city.submitted(town.zhang))
    town.city.pause(case)
    assert terminate(town.city, case).status == Status.TERMINATED
    before = town.city.snapshot()
    with pytest.raises(TransitionNotAllowed):
        town.city.resume(case)
    assert town.city.snapshot() == before


@pytest.mark.req("C-01")
def test_while_the_other_centre_has_the_case_it_is_the_others_to_terminate(town) -> None:
    number = town.city.accept(town.city.submitted(town.zhang, ENTRUSTED)).tracking_number
    relay_all()
    before = town.city.snapshot()
    with pytest.raises(TransitionNotAllowed):
        terminate(town.city, town.city.case(number))
    assert town.city.snapshot() == before
    ended = terminate(town.county, town.county.case(number))
    relay_all()
    above = town.city.case(number)
    assert (above.status, above.ended_at) == (Status.TERMINATED, ended.ended_at)
    assert town.city.steps(above)[-1] == Step.TERMINATED


@pytest.mark.parametrize("withdrawn_first", [True, False])
def test_termination_and_withdrawal_that_cross_end_alike_at_both_centres(town, withdrawn_first: bool) -> None:
    number = town.city.accept(town.city.submitted(town.zhang, ENTRUSTED)).tracking_number
    relay_all()

    def withdraw() -> None:
        with enter(town.city.centre):
            commands.withdraw_case(actor=town.zhang, case_id=town.city.case(number).pk)

    def end() -> None:
        terminate(town.county, town.county.case(number))

    first, second = (withdraw, end) if withdrawn_first else (end, withdraw)
    with at("2026-03-03 10:00"):
        first()
    with at("2026-03-03 10:01"):
        second()
        relay_all()
    wanted = Status.WITHDRAWN if withdrawn_first else Status.TERMINATED
    for desk in (town.city, town.county):
        case = desk.case(number)
        assert case.status == wanted
        assert (case.ended_at is None) == (wanted == Status.WITHDRAWN)


@pytest.mark.req("E-12")
def test_article_32_what_is_not_this_organs_is_told_where_to_apply(town) -> None:
    case = town.city.submitted(town.zhang)
    before = town.city.snapshot()
    with enter(town.city.centre):
        with pytest.raises(InvalidInput) as refused:
            commands.transfer_by_competence(actor=town.city.clerk, case_id=case.pk, competent_organ=" ")
        assert refused.value.field == "competent_organ"
        with pytest.raises(NotPermitted):
            commands.transfer_by_competence(actor=town.city.reviewer, case_id=case.pk, competent_organ="合肥海关")
        assert town.city.snapshot() == before
        told = commands.transfer_by_competence(actor=town.city.clerk, case_id=case.pk, competent_organ="合肥海关")
        line = CaseEvent.objects.get(case=case, step=Step.TRANSFERRED_BY_COMPETENCE)
    assert (told.status, told.is_closed) == (Status.TRANSFERRED_BY_COMPETENCE, True)
    assert "请向合肥海关申请" in line.note


def test_article_32_after_five_days_of_silence_nothing_is_refused_any_more(town) -> None:
    case = town.city.submitted(town.zhang)
    before = town.city.snapshot()
    with at("2026-03-09 17:01"), enter(town.city.centre), pytest.raises(DeemedAccepted):
        commands.transfer_by_competence(actor=town.city.clerk, case_id=case.pk, competent_organ="合肥海关")
    assert town.city.snapshot() == before


def test_the_portal_learns_that_the_centre_below_is_not_competent(town) -> None:
    portal = town.city.submitted(town.zhang, DEVOLVED)
    with enter(town.city.centre):
        commands.hand_down_application(actor=town.city.clerk, case_id=portal.pk)
    relay_all()
    with enter(town.county.centre):
        below = town.county.case(portal.tracking_number)
        commands.transfer_by_competence(actor=town.county.clerk, case_id=below.pk, competent_organ="水利厅")
    relay_all()
    assert town.city.fresh(portal).status == Status.TRANSFERRED_BY_COMPETENCE
    assert "请向水利厅申请" in "".join(notes(town.city, portal))


def notes(desk, case) -> list[str]:
    with enter(desk.centre):
        return list(CaseEvent.objects.filter(case=case).values_list("note", flat=True))


def corrected_once(town) -> Case:
    case = town.city.submitted(town.zhang)
    with enter(town.city.centre):
        commands.return_for_correction(actor=town.city.clerk, case_id=case.pk, defects=["场地证明看不清"])
        return commands.resubmit_application(actor=town.zhang, case_id=case.pk)


@pytest.mark.req("G-07", "E-12")
@pytest.mark.parametrize(
    ("end", "status"), [("accept_application", Status.ACCEPTED), ("refuse_application", Status.REFUSED)]
)
def test_two_contacts_are_the_most_the_second_hand_in_is_accepted_or_refused(town, end, status) -> None:
    """两次终结: what is handed in, and what is handed in after the one notice; a window has no third round to ask for."""
    case = corrected_once(town)
    before = town.city.snapshot()
    with enter(town.city.centre):
        with pytest.raises(SecondCorrection):
            commands.return_for_correction(actor=town.city.clerk, case_id=case.pk, defects=["还缺一页"])
        assert town.city.snapshot() == before
        more = {"reason": "补正后仍不符合法定形式"} if end == "refuse_application" else {}
        ended = getattr(commands, end)(actor=town.city.clerk, case_id=case.pk, **more)
    assert (ended.status, ended.correction_count) == (status, 1)


@pytest.mark.req("E-12", "E-13", "R-02")
def test_article_32_a_second_notice_needs_a_supervisor_and_raises_a_flag(town) -> None:
    case = corrected_once(town)
    given = {"case_id": case.pk, "defects": ["缺少盖章"], "reason": "首次漏看"}
    before = town.city.snapshot()
    with enter(town.city.centre):
        for actor in (town.city.clerk, town.city.reviewer, town.city.approver, town.city.head, town.zhang):
            with pytest.raises(NotPermitted):
                commands.second_correction_notice(actor=actor, **given)
        for field in ("defects", "reason"):
            with pytest.raises(InvalidInput) as refused:
                commands.second_correction_notice(
                    actor=town.city.supervisor, **{**given, field: [] if field == "defects" else ""}
                )
            assert refused.value.field == field
        assert town.city.snapshot() == before
        sent = commands.second_correction_notice(actor=town.city.supervisor, **given)
        line = CaseEvent.objects.get(case=case, step=Step.SECOND_CORRECTION_REQUESTED)
    assert (sent.status, sent.correction_count) == (Status.CORRECTING, 2)
    assert line.data["violation"] == "SECOND_CORRECTION"
    assert "首次漏看" not in line.note  # the applicant reads what to correct
    relay_all()
    with outside_centres():
        told = CaseStep.objects.filter(tracking_number=case.tracking_number, step="SECOND_CORRECTION_REQUESTED")
        assert told.exists()


def test_article_32_there_is_no_second_notice_without_a_first_or_after_five_days(town) -> None:
    fresh, asked = town.city.submitted(town.zhang), corrected_once(town)
    before = town.city.snapshot()
    with enter(town.city.centre):
        with pytest.raises(CorrectionNotYetAsked):
            commands.second_correction_notice(
                actor=town.city.supervisor, case_id=fresh.pk, defects=["缺"], reason="漏看"
            )
        with at("2026-03-10 09:00"), pytest.raises(DeemedAccepted):
            commands.second_correction_notice(
                actor=town.city.supervisor, case_id=asked.pk, defects=["缺"], reason="漏看"
            )
    assert town.city.snapshot() == before


def upload(desk, actor, data: bytes = PDF) -> int:
    with enter(desk.centre):
        return put_bytes(
            data=data, file_name="more.pdf", content_type="application/pdf", owner_account_id=actor.account_id
        ).pk


def add(desk, case, actor, *files: int, **more: str) -> Case:
    with enter(desk.centre):
        return commands.add_materials(
            actor=actor, case_id=case.pk, material_code="extra", attachment_ids=list(files), **more
        )


@pytest.mark.req("L-01")
def test_materials_come_after_acceptance_and_stop_no_clock(town) -> None:
    case = town.city.accept(town.city.submitted(town.zhang))
    added = add(town.city, case, town.zhang, upload(town.city, town.zhang, PDF + b"more"))
    assert (added.status, added.due_at) == (Status.ACCEPTED, case.due_at)
    with enter(town.city.centre):
        assert CaseMaterial.objects.filter(case=case, material_code="extra").count() == 1
    assert town.city.steps(case)[-1] == Step.MATERIALS_ADDED


def test_before_acceptance_materials_come_with_the_correction(town) -> None:
    case = town.city.submitted(town.zhang)
    file = upload(town.city, town.zhang, PDF + b"x")
    before = town.city.snapshot()
    with pytest.raises(TransitionNotAllowed):
        add(town.city, case, town.zhang, file)
    portal = town.city.submitted(town.zhang, DEVOLVED)
    with enter(town.city.centre):
        commands.hand_down_application(actor=town.city.clerk, case_id=portal.pk)
    before = town.city.snapshot()
    with pytest.raises(MaterialsComeByCorrection):
        add(town.city, portal, town.zhang, file)
    with pytest.raises(InvalidInput):
        add(town.city, portal, town.zhang)
    assert town.city.snapshot() == before


@pytest.mark.req("C-01", "C-06")
@pytest.mark.parametrize("from_above", [True, False])
def test_added_materials_travel_to_the_other_side(town, from_above: bool) -> None:
    number = town.city.accept(town.city.submitted(town.zhang, ENTRUSTED)).tracking_number
    relay_all()
    desk, other = (town.city, town.county) if from_above else (town.county, town.city)
    actor = town.zhang if from_above else town.county.clerk
    add(desk, desk.case(number), actor, upload(desk, actor, PDF + b"more"))
    relay_all()
    mirrored = other.case(number)
    with enter(other.centre):
        files = CaseMaterial.objects.filter(case=mirrored, superseded_at__isnull=True)
        assert sorted(files.values_list("material_code", flat=True)) == ["extra", "id", "site"]
    assert other.steps(mirrored)[-1] == Step.MATERIALS_ADDED


def test_materials_told_after_the_end_are_a_line_only(town) -> None:
    number = town.city.accept(town.city.submitted(town.zhang, ENTRUSTED)).tracking_number
    relay_all()
    terminate(town.county, town.county.case(number))  # on the way …
    above = town.city.case(number)
    add(town.city, above, town.zhang, upload(town.city, town.zhang, PDF + b"late"))
    relay_all()
    below = town.county.case(number)
    assert below.status == Status.TERMINATED
    assert Step.MATERIALS_ADDED in town.county.steps(below)
    with enter(town.county.centre):
        assert not CaseMaterial.objects.filter(case=below, material_code="extra").exists()


def test_another_persons_files_are_not_added(town) -> None:
    case = town.city.accept(town.city.submitted(town.zhang))
    file = upload(town.city, town.li, PDF + b"li")
    before = town.city.snapshot()
    with pytest.raises(NotFound):
        add(town.city, case, town.zhang, file)
    with pytest.raises(CaseNotFound):
        add(town.city, case, town.li, file)  # it is his file, but not his case
    assert town.city.snapshot() == before
