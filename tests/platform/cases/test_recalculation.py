"""A change of the work calendar moves the running limits of every centre, through a timer each."""

from __future__ import annotations

from datetime import UTC, date, time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from test_tolerant_acceptance import BASIS, submit, without_site

from zt_platform.actors import Actor
from zt_platform.cases import commands
from zt_platform.cases.models import Case, CaseEvent
from zt_platform.cases.testing import DEVOLVED, ENTRUSTED, FORWARDED, allow, at, china, relay_all
from zt_platform.cases.tolerance import debts_of
from zt_platform.cases.vocabulary import Light, Status, Step
from zt_platform.index.models import ApplicantCaseEntry
from zt_platform.notices.kinds import Event, SmsState
from zt_platform.notices.models import Notice
from zt_platform.organisation.models import CentreProfile
from zt_platform.papers.kinds import PaperKind
from zt_platform.supervision.models import CaseRecord
from zt_platform.workcalendar.commands import RECOMPUTE, declare_year, override_day, recount, withdraw_override
from zt_platform.workcalendar.models import CalendarOverride
from zt_platform.workcalendar.recounting import count_anew
from zt_tenants import clock
from zt_tenants.context import enter, outside_centres
from zt_tenants.errors import NotPermitted
from zt_tenants.models import Centre, Timer
from zt_tenants.timers import cancel, run_due

pytestmark = pytest.mark.usefixtures("the_published_calendar_afterwards")
GAMES = date(2026, 3, 6)  # a Friday


def declare_holiday(world, day: date = GAMES) -> None:
    with enter(world.province):
        override_day(actor=Actor.system(), day=day, working=False, reason="省运动会开幕")


def serve() -> None:
    with outside_centres():
        while run_due():
            pass


def in_all_states(town) -> dict[str, Case]:
    """One case in each status whose limits run, and some whose limits do not."""
    city = town.city
    cases = {"submitted": city.submitted(town.zhang), "accepted": city.accept(city.submitted(town.zhang))}
    cases["reviewed"] = city.review(city.accept(city.submitted(town.zhang)))
    cases["decided"] = city.decide(city.review(city.accept(city.submitted(town.zhang))))
    cases["delivered"] = city.deliver(city.seal(city.decide(city.review(city.accept(city.submitted(town.zhang))))))
    cases["suspended"] = city.pause(city.accept(city.submitted(town.zhang)))
    withdrawn = city.submitted(town.zhang)
    with enter(city.centre):
        cases["withdrawn"] = commands.withdraw_case(actor=town.zhang, case_id=withdrawn.pk)
    return cases


@pytest.mark.req("E-02", "G-01")
def test_article_82_a_day_declared_off_moves_every_running_limit(world, town) -> None:
    cases = in_all_states(town)
    declare_holiday(world)
    serve()
    found = {name: town.city.fresh(case) for name, case in cases.items()}
    assert found["submitted"].acceptance_due_at == china("2026-03-10T17:00")
    for name in ("accepted", "reviewed", "suspended"):
        assert found[name].due_at == china("2026-03-12T17:00")
        assert found[name].statutory_due_at == china("2026-03-31T17:00")
    assert found["accepted"].running_due_at == found["accepted"].due_at
    assert found["suspended"].running_due_at is None
    assert found["decided"].delivery_due_at == found["decided"].running_due_at == china("2026-03-17T17:00")
    assert found["decided"].due_at == china("2026-03-11T17:00")  # what was decided in time stays in time
    for name in ("delivered", "withdrawn"):
        assert found[name].due_at == cases[name].due_at
        assert found[name].lock_version == cases[name].lock_version


def test_withdrawing_the_override_brings_the_old_limits_back(world, town) -> None:
    cases = in_all_states(town)
    before = {name: (case.due_at, case.statutory_due_at, case.acceptance_due_at) for name, case in cases.items()}
    declare_holiday(world)
    serve()
    with enter(world.province):
        assert withdraw_override(actor=Actor.system(), day=GAMES)
    serve()
    for name, case in cases.items():
        found = town.city.fresh(case)
        assert (found.due_at, found.statutory_due_at, found.acceptance_due_at) == before[name]


@pytest.mark.req("R-02")
def test_moved_limits_are_logged_once_and_told_to_the_supervision(world, town) -> None:
    case = town.city.accept(town.city.submitted(town.zhang))
    declare_holiday(world)
    serve()
    with enter(town.city.centre):
        count_anew([])  # again: nothing has changed since
        (line,) = CaseEvent.objects.filter(case=case, step=Step.LIMITS_RECOMPUTED)
    assert line.public
    assert line.data["due_at"] == china("2026-03-11T17:00").astimezone(UTC).isoformat()
    relay_all()
    with outside_centres():
        record = CaseRecord.objects.get(tracking_number=case.tracking_number)
    assert (record.due_at, record.last_step) == (china("2026-03-12T17:00"), "LIMITS_RECOMPUTED")


@pytest.mark.req("L-07")
def test_whose_promised_day_moved_is_told_once_on_the_site(world, town) -> None:
    """Both centres count it anew; the one where the application was made tells."""
    case = town.city.submitted(town.zhang, ENTRUSTED)
    town.city.accept(case)
    relay_all()
    declare_holiday(world)
    serve()
    serve()
    with outside_centres():
        (notice,) = Notice.objects.filter(event=Event.LIMIT_MOVED)
    assert (notice.centre_code, notice.subject, notice.sms_state) == ("340100", case.tracking_number, SmsState.NONE)
    assert "现为2026-03-12" in notice.text or "2026年3月12日" in notice.text


@pytest.mark.parametrize("item", [ENTRUSTED, FORWARDED, DEVOLVED])
def test_both_centres_of_a_case_find_the_same_limits(world, town, item: str) -> None:
    """Nothing is sent between them: they compute it from the same facts."""
    start, other = town.ends(item)
    case = start.submitted(town.zhang, item)
    there = town.hand_on(case, item)
    if item == DEVOLVED:
        other.accept(there)
    relay_all()
    with at("2026-03-03 09:00"):
        other.pause(other.case(case.tracking_number))
        relay_all()
    with at("2026-03-03 13:00"):
        other.resume(other.case(case.tracking_number))
        relay_all()
    declare_holiday(world)
    serve()
    here, there = start.fresh(case), other.case(case.tracking_number)
    assert here.due_at == there.due_at == china("2026-03-13T13:00")
    assert (here.statutory_due_at, here.warning_at, here.red_at) == (
        there.statutory_due_at,
        there.warning_at,
        there.red_at,
    )


@pytest.mark.req("A-27", "E-02")
def test_what_was_handed_down_keeps_the_close_of_the_centre_that_received_it(world, town) -> None:
    """滁州's windows close at 16:30; its county's at 17:00. The applicant was told by the city until when it lasts."""
    with enter(town.city.centre):
        CentreProfile.objects.create(opens_at=time(8, 30), closes_at=time(16, 30))
    with at("2026-03-03 16:45"):
        case = town.city.submitted(town.zhang, DEVOLVED)
        with enter(town.city.centre):
            commands.hand_down_application(actor=town.city.clerk, case_id=case.pk)
        relay_all()
    below = town.county.case(case.tracking_number)
    assert (below.received_on, below.acceptance_due_at) == (date(2026, 3, 4), china("2026-03-11T16:30"))
    declare_holiday(world)
    serve()
    below = town.county.case(case.tracking_number)
    assert (below.received_on, below.acceptance_due_at) == (date(2026, 3, 4), china("2026-03-12T16:30"))
    town.county.accept(below)
    declare_holiday(world, date(2026, 3, 9))
    serve()
    (accepting, *_) = town.county.case(case.tracking_number).step_times
    assert accepting["due"] == china("2026-03-13T16:30").isoformat()


@pytest.mark.req("E-02")
def test_a_provisional_year_is_counted_anew_when_its_notice_comes(world, town) -> None:
    with at("2026-12-21 10:00"):
        case = town.city.accept(town.city.submitted(town.zhang))
    assert case.statutory_due_at == china("2027-01-19T17:00")
    days = {date(2027, 1, 4): False, date(2027, 1, 5): False, date(2027, 1, 9): True}
    with enter(world.province):
        declare_year(actor=Actor.system(), year=2027, document_number="国办发明电〔2026〕9号", days=days)
    serve()
    assert town.city.fresh(case).statutory_due_at == china("2027-01-20T17:00")


def test_every_centre_gets_one_timer_and_a_second_change_does_not_double_it(world, town) -> None:
    declare_holiday(world)
    declare_holiday(world, date(2026, 3, 9))
    with outside_centres():
        assert Timer.objects.filter(kind=RECOMPUTE).count() == Centre.objects.count()
    serve()
    with outside_centres():
        assert not Timer.objects.filter(kind=RECOMPUTE).exists()


def test_recounting_is_the_provinces(world, town) -> None:
    with enter(world.city), pytest.raises(NotPermitted):
        recount(actor=town.city.supervisor)
    with outside_centres():
        assert not Timer.objects.filter(kind=RECOMPUTE).exists()
    with enter(world.province):
        assert recount(actor=Actor.system()) >= 4


@pytest.mark.req("Y-10")
def test_the_number_of_statements_does_not_grow_with_the_cases(world, town) -> None:
    counted = []
    for round_, day in enumerate((date(2026, 3, 5), GAMES)):
        for _ in range(1 + 5 * round_):
            town.city.accept(town.city.submitted(town.zhang))
        with outside_centres():
            CalendarOverride.objects.update_or_create(
                day=day, defaults={"working": False, "reason": "x", "entered_at": MONDAY_TEN}
            )
        with enter(town.city.centre), CaptureQueriesContext(connection) as found:
            count_anew([])
        counted.append(len(found))
        with enter(town.city.centre):
            assert CaseEvent.objects.filter(step=Step.LIMITS_RECOMPUTED).count() >= 1 + 5 * round_
    assert counted[1] <= counted[0]
    assert max(counted) <= 14


MONDAY_TEN = china("2026-03-02T10:00")


def test_what_rests_is_left_alone(world, town) -> None:
    case = town.city.submitted(town.zhang)
    with enter(town.city.centre):
        commands.return_for_correction(actor=town.city.clerk, case_id=case.pk, defects=["缺场地证明"])
    declare_holiday(world)
    serve()
    found = town.city.fresh(case)
    assert (found.status, found.acceptance_due_at) == (Status.CORRECTING, case.acceptance_due_at)


@pytest.mark.req("I-06")
def test_article_82_the_date_of_what_may_follow_moves_too_at_both_centres_and_among_my_cases(world, town) -> None:
    """Owed within ten working days of Monday, 2 March."""
    allow(town.city, ENTRUSTED, may_follow=["site"], tolerance_days=10, tolerance_basis=BASIS)
    case = submit(town.city, town, without_site(town.city, town, ENTRUSTED), commits_to_supply=True)
    town.city.accept(case)
    relay_all()
    declare_holiday(world)
    serve()
    moved = china("2026-03-17T17:00")
    for desk in (town.city, town.county):
        (debt,) = debts_of(desk.case(case.tracking_number or ""))
        assert debt.due_at == moved
    with outside_centres():
        entry = ApplicantCaseEntry.objects.get(tracking_number=case.tracking_number, centre_code="340100")
    assert (entry.duty, entry.duty_by) == ("SUPPLY", moved)


@pytest.mark.req("G-02", "F-04")
def test_article_82_a_day_declared_off_after_the_limit_has_passed_opens_the_limit_again(world, town) -> None:
    """Overdue on the 11th; on the 12th the 10th is declared to have been off: due on the 12th, with its own order then."""
    case = town.city.accept(town.city.submitted(town.zhang))
    for moment in ("2026-03-09 17:01", "2026-03-11 17:01"):
        with at(moment):
            serve()
    with at("2026-03-12 09:00"):
        assert town.city.fresh(case).light_at(clock.now()) == Light.YELLOW
        declare_holiday(world, date(2026, 3, 10))
        serve()
        found = town.city.fresh(case)
        assert (found.due_at, found.light_at(clock.now())) == (china("2026-03-12T17:00"), Light.WARNING)
    with at("2026-03-12 17:01"):
        serve()
    with enter(town.city.centre):
        steps = (Step.REMINDED, Step.SUPERVISION_ORDERED, Step.LIMITS_RECOMPUTED)
        found = CaseEvent.objects.filter(case=case, step__in=steps).order_by("id").values_list("step", flat=True)
        assert list(found) == [
            "REMINDED",
            "SUPERVISION_ORDERED",
            "LIMITS_RECOMPUTED",
            "REMINDED",
            "SUPERVISION_ORDERED",
        ]


@pytest.mark.req("F-03")
def test_recounting_sets_the_timer_of_a_case_anew_that_should_have_rung_and_was_lost(world, town) -> None:
    case = town.city.accept(town.city.submitted(town.zhang))
    with enter(town.city.centre):
        assert cancel(subject=case.tracking_number or "") == 1
    with at("2026-03-10 10:00"):
        serve()
        with enter(world.province):
            recount(actor=Actor.system())
        serve()
    with enter(town.city.centre):
        assert CaseEvent.objects.filter(case=case, step=Step.REMINDED).count() == 1


@pytest.mark.req("F-01")
def test_a_promise_that_runs_into_a_year_without_a_calendar_is_told_as_provisional(world, town) -> None:
    with at("2026-12-28 10:00"):
        provisional = town.city.accept(town.city.submitted(town.zhang))
        text = town.city.paper_text(provisional, PaperKind.ACCEPTANCE)
    assert "2027年1月7日17:00前（暂定，2027年放假安排公布后重新计算）" in text
    known = town.city.accept(town.city.submitted(town.zhang))
    assert "暂定" not in town.city.paper_text(known, PaperKind.ACCEPTANCE)
