"""Special procedures after acceptance (art. 45), at one centre and told to the other one."""

from __future__ import annotations

from datetime import datetime

import pytest

from zt_platform.cases import commands
from zt_platform.cases.errors import (
    NoSuchProcedure,
    ProcedureRunning,
    SiteSurveyCounts,
    TransitionNotAllowed,
)
from zt_platform.cases.models import Case, CaseEvent
from zt_platform.cases.testing import DEVOLVED, ENTRUSTED, FORWARDED, at, china, relay_all
from zt_platform.cases.vocabulary import Light, SpecialProcedure, Status, Step
from zt_platform.supervision.models import CaseRecord
from zt_tenants.clock import now
from zt_tenants.context import enter, outside_centres
from zt_tenants.errors import InvalidInput, NotPermitted


def limits_of(case: Case) -> tuple[datetime | None, ...]:
    return (case.due_at, case.warning_at, case.red_at, case.statutory_due_at)


@pytest.mark.req("E-02", "G-01")
def test_article_45_pause_and_resumption_move_both_limits(town, accepted) -> None:
    assert limits_of(accepted)[0] == china("2026-03-11T17:00")
    with at("2026-03-03 13:00"):
        paused = town.city.pause(accepted)
    assert (paused.status, paused.suspended_from, paused.running_due_at) == (Status.SUSPENDED, Status.ACCEPTED, None)
    assert paused.light_at(china("2026-05-01T10:00")) == Light.GREEN  # nothing runs, nothing runs over
    with at("2026-03-05 13:00"):
        resumed = town.city.resume(accepted)
    assert (resumed.status, resumed.suspended_from, resumed.paused_at) == (Status.ACCEPTED, "", None)
    assert resumed.due_at == resumed.running_due_at == china("2026-03-13T17:00")
    assert resumed.statutory_due_at == china("2026-04-01T17:00")
    assert town.city.steps(accepted)[-2:] == [Step.PAUSED, Step.RESUMED]
    with enter(town.city.centre):
        told = CaseEvent.objects.get(case=accepted, step=Step.PAUSED)
    assert told.public
    assert "专家评审，预计需要5个工作日" in told.note


@pytest.mark.req("E-02")
def test_article_45_overlapping_procedures_count_once(town, accepted) -> None:
    with at("2026-03-03 09:00"):
        town.city.pause(accepted, "HEARING")
    with at("2026-03-04 09:00"):
        town.city.pause(accepted, "TESTING")
    with at("2026-03-04 17:00"):
        still = town.city.resume(accepted, "HEARING")
    assert (still.status, still.paused_at) == (Status.SUSPENDED, china("2026-03-03T09:00"))
    with at("2026-03-05 17:00"):
        resumed = town.city.resume(accepted)
    assert (resumed.status, resumed.due_at) == (Status.ACCEPTED, china("2026-03-16T17:00"))
    assert town.city.steps(accepted)[-4:] == [Step.PAUSED, Step.PAUSED, Step.PROCEDURE_ENDED, Step.RESUMED]


def test_article_45_several_procedures_add_up_and_the_review_is_kept(town, accepted) -> None:
    town.city.review(accepted)
    for day in ("2026-03-03", "2026-03-05"):
        with at(f"{day} 09:00"):
            town.city.pause(accepted)
        with at(f"{day} 17:00"):
            resumed = town.city.resume(accepted)
        assert resumed.status == Status.REVIEWED
    assert resumed.due_at == china("2026-03-13T17:00")


def test_article_45_a_procedure_after_the_limit_does_not_heal_it(town, accepted) -> None:
    with at("2026-03-12 10:00"):
        paused = town.city.pause(accepted)
        assert paused.light_at(now()) == Light.YELLOW
    with at("2026-03-19 10:00"):
        assert town.city.fresh(accepted).light_at(now()) == Light.YELLOW  # stands still, like the clock
        resumed = town.city.resume(accepted)
    assert resumed.due_at == china("2026-03-11T17:00")
    assert resumed.red_at == china("2026-03-23T17:00")  # that one had not come: it rests for five days
    assert resumed.light_at(china("2026-03-20T10:00")) == Light.YELLOW


@pytest.mark.req("E-16")
def test_article_45_a_site_survey_is_refused_by_name(town, accepted) -> None:
    before = town.city.snapshot()
    with pytest.raises(SiteSurveyCounts, match="site survey") as refused:
        town.city.pause(accepted, "SITE_SURVEY")
    assert "现场踏勘" in refused.value.zh_text
    assert town.city.snapshot() == before


@pytest.mark.parametrize("procedure", SpecialProcedure.values)
def test_article_45_each_procedure_of_the_list_stops_the_clock(town, accepted, procedure: str) -> None:
    assert town.city.pause(accepted, procedure).status == Status.SUSPENDED


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("procedure", {"procedure": "HOLIDAY"}),
        ("expected_days", {"expected_days": 0}),
        ("expected_days", {"expected_days": 1001}),
        ("reason", {"reason": " "}),
    ],
)
def test_a_bad_pause_names_its_field_and_changes_nothing(town, accepted, field: str, change) -> None:
    before = town.city.snapshot()
    given = {"procedure": "HEARING", "expected_days": 3, "reason": "依据", **change}
    with enter(town.city.centre), pytest.raises(InvalidInput) as refused:
        commands.pause_case(actor=town.city.reviewer, case_id=accepted.pk, **given)
    assert refused.value.field == field
    assert town.city.snapshot() == before


def test_what_does_not_fit_is_refused_and_changes_nothing(town, accepted) -> None:
    town.city.pause(accepted, "HEARING")
    town.city.pause(accepted, "TESTING")
    before = town.city.snapshot()
    with pytest.raises(ProcedureRunning):
        town.city.pause(accepted, "HEARING")
    with pytest.raises(NoSuchProcedure):
        town.city.resume(accepted)  # two run: which?
    with pytest.raises(NoSuchProcedure):
        town.city.resume(accepted, "AUCTION")
    with pytest.raises(TransitionNotAllowed):
        town.city.decide(accepted)
    with enter(town.city.centre), pytest.raises(NotPermitted):
        commands.resume_case(actor=town.city.clerk, case_id=accepted.pk, procedure="HEARING")
    assert town.city.snapshot() == before


def test_article_45_before_acceptance_and_after_the_decision_nothing_is_stopped(town) -> None:
    submitted = town.city.submitted(town.zhang)
    decided = town.city.decide(town.city.review(town.city.accept(town.city.submitted(town.li))))
    before = town.city.snapshot()
    for case in (submitted, decided):
        with pytest.raises(TransitionNotAllowed):
            town.city.pause(case)
        with pytest.raises(TransitionNotAllowed):
            town.city.resume(case)
    assert town.city.snapshot() == before


@pytest.mark.req("C-01", "R-02")
def test_the_deciding_side_pauses_and_the_accepting_side_follows(town) -> None:
    number = town.city.accept(town.city.submitted(town.zhang, ENTRUSTED)).tracking_number
    relay_all()
    below = town.county.case(number)
    with at("2026-03-03 09:00"):
        town.county.pause(below, "INSPECTION")
        relay_all()
    above = town.city.case(number)
    assert (above.status, above.suspended_from) == (Status.SUSPENDED, Status.TRANSFERRED)
    assert above.paused_at == china("2026-03-03T09:00")
    with enter(town.city.centre), pytest.raises(TransitionNotAllowed):
        commands.resume_case(actor=town.city.reviewer, case_id=above.pk)  # it is the other side's to end
    with at("2026-03-04 17:00"):
        town.county.resume(below)
        relay_all()
    above, below = town.city.case(number), town.county.case(number)
    assert (above.status, above.paused_at, above.suspended_from) == (Status.TRANSFERRED, None, "")
    assert limits_of(above) == limits_of(below)
    assert above.due_at == china("2026-03-13T17:00")
    assert above.clock_basis == below.clock_basis
    assert above.pauses == below.pauses
    for desk in (town.city, town.county):
        assert [step for step in desk.steps(desk.case(number)) if step in (Step.PAUSED, Step.RESUMED)] == [
            Step.PAUSED,
            Step.RESUMED,
        ]
    with outside_centres():
        kept = {record.centre_code: record for record in CaseRecord.objects.filter(tracking_number=number)}
    assert {record.due_at for record in kept.values()} == {china("2026-03-13T17:00")}
    assert {record.stopped_at for record in kept.values()} == {None}


@pytest.mark.req("R-02")
def test_the_supervision_sees_the_clock_stand_still(town) -> None:
    case = town.city.accept(town.city.submitted(town.zhang))
    with at("2026-03-03 09:00"):
        town.city.pause(case)
        relay_all()
    with outside_centres():
        record = CaseRecord.objects.get(tracking_number=case.tracking_number)
    assert (record.status, record.stopped_at) == ("SUSPENDED", china("2026-03-03T09:00"))


def test_several_procedures_at_the_deciding_side_are_followed(town) -> None:
    number = town.city.accept(town.city.submitted(town.zhang, ENTRUSTED)).tracking_number
    relay_all()
    below = town.county.case(number)
    for procedure in ("HEARING", "TESTING"):
        town.county.pause(below, procedure)
    town.county.resume(below, "HEARING")
    relay_all()
    above = town.city.case(number)
    assert above.status == Status.SUSPENDED
    assert above.pauses == town.county.case(number).pauses
    town.county.resume(below)
    relay_all()
    assert town.city.case(number).status == Status.TRANSFERRED


def test_the_portal_follows_what_was_handed_down(town) -> None:
    portal = town.city.submitted(town.zhang, DEVOLVED)
    with enter(town.city.centre):
        commands.hand_down_application(actor=town.city.clerk, case_id=portal.pk)
    relay_all()
    below = town.county.accept(town.county.case(portal.tracking_number))
    town.county.pause(below)
    relay_all()
    assert town.city.fresh(portal).status == Status.SUSPENDED
    with at("2026-03-03 17:00"):
        town.county.resume(below)
        relay_all()
    above = town.city.fresh(portal)
    assert (above.status, above.due_at) == (Status.HANDED_DOWN, town.county.fresh(below).due_at)


@pytest.mark.req("C-11")
def test_article_43_the_reviewing_side_pauses_its_own_review_and_the_facts_go_up(town) -> None:
    case = town.county.accept(town.county.submitted(town.zhang, FORWARDED))
    before = case.review_due_at
    with at("2026-03-03 09:00"):
        assert town.county.pause(case, "INSPECTION").status == Status.SUSPENDED
    with at("2026-03-03 17:00"):
        resumed = town.county.resume(case)
    assert before == china("2026-03-30T17:00")
    assert resumed.review_due_at == china("2026-03-31T17:00")
    assert resumed.due_at == china("2026-03-12T17:00")
    with at("2026-03-04 10:00"):
        town.county.review(case)
        relay_all()
    up = town.city.case(case.tracking_number)
    assert up.pauses == town.county.fresh(case).pauses
    assert limits_of(up) == limits_of(town.county.fresh(case))
    assert up.statutory_due_at == china("2026-04-01T17:00")  # twenty days from the hand-up on 4 March
    with at("2026-03-05 09:00"):
        town.city.pause(up)
    with at("2026-03-05 17:00"):
        assert town.city.resume(up).due_at == china("2026-03-13T17:00")  # both pauses, at either centre, add up


def test_a_pause_told_after_the_withdrawal_is_a_line_and_moves_nothing(town) -> None:
    number = town.city.accept(town.city.submitted(town.zhang, ENTRUSTED)).tracking_number
    relay_all()
    below = town.county.case(number)
    with at("2026-03-03 09:00"):
        town.county.pause(below)  # on the way …
    with at("2026-03-03 09:01"), enter(town.city.centre):
        commands.withdraw_case(actor=town.zhang, case_id=town.city.case(number).pk)  # … when it is withdrawn above
    with at("2026-03-03 09:02"):
        relay_all()
    above, below = town.city.case(number), town.county.case(number)
    assert (above.status, below.status) == (Status.WITHDRAWN, Status.WITHDRAWN)
    assert (above.pauses, above.paused_at) == ([], None)
    assert Step.PAUSED in town.city.steps(above)


def test_a_suspended_case_can_be_withdrawn_and_its_light_stays(town, accepted) -> None:
    with at("2026-03-03 09:00"):
        town.city.pause(accepted)
    with at("2026-06-03 09:00"), enter(town.city.centre):
        gone = commands.withdraw_case(actor=town.zhang, case_id=accepted.pk)
        assert gone.status == Status.WITHDRAWN
        assert gone.light_at(now()) == Light.GREEN


def test_a_case_of_the_older_release_is_paused_too(town, accepted) -> None:
    """It was accepted before the basis was kept: the centre's hours and thresholds of today count."""
    with enter(town.city.centre):
        Case.objects.filter(pk=accepted.pk).update(clock_basis={}, step_times=[])
    with at("2026-03-03 09:00"):
        town.city.pause(accepted)
    with at("2026-03-03 17:00"):
        resumed = town.city.resume(accepted)
    assert (resumed.due_at, resumed.statutory_due_at) == (china("2026-03-12T17:00"), china("2026-03-31T17:00"))
    assert resumed.clock_basis["closes"] == "17:00:00"
