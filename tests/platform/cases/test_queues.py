"""Queues: the most pressing first, narrowed, masked, and one statement however long."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zt_platform.cases import commands, queries
from zt_platform.cases.models import Case
from zt_platform.cases.queries import QueueFilter
from zt_platform.cases.querysets import SEALED_FIELDS
from zt_platform.cases.testing import INSTANT, OWN, at, staff
from zt_platform.cases.vocabulary import Light, Result, Status
from zt_platform.organisation.models import Department
from zt_platform.organisation.roles import Role
from zt_tenants.clock import now
from zt_tenants.context import enter
from zt_tenants.errors import NotPermitted


def statements(act) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        act()
    return len(captured)


@pytest.mark.req("E-20")
def test_the_most_pressing_first_and_closed_ones_not_at_all(town) -> None:
    late, waiting, soon = (town.city.submitted(town.zhang) for _ in range(3))
    with at("2026-03-03T10:00"):
        town.city.accept(late)
    with enter(town.city.centre):
        commands.return_for_correction(actor=town.city.clerk, case_id=waiting.pk, defects=["缺页"])
        gone = town.city.submitted(town.zhang)
        commands.withdraw_case(actor=town.zhang, case_id=gone.pk)
        found = list(queries.queue_for(town.city.clerk))
        assert found == [soon, late, waiting]
        assert set(queries.queue_for(town.city.clerk, queries.EVERYTHING)) == {soon, late, waiting, gone}
        assert queries.queue_counts(town.city.clerk).by_status == {"SUBMITTED": 1, "ACCEPTED": 1, "CORRECTING": 1}


def test_a_queue_costs_one_statement_at_1_and_at_20_and_opens_no_seal(town) -> None:
    town.city.submitted(town.zhang)

    def read() -> None:
        with enter(town.city.centre):
            for case in queries.queue_for(town.city.clerk):
                assert case.department.name
                assert case.applicant_name_masked == "张**"
                assert case.light_at(now()) == Light.GREEN
                assert set(SEALED_FIELDS) <= case.get_deferred_fields()

    def my_list() -> None:
        with enter(town.city.centre):
            for case in queries.my_cases_here(town.zhang):
                assert case.department.name
        assert queries.my_cases(town.zhang, limit=50)

    with enter(town.city.centre):
        first = statements(read), statements(my_list)
        template = Case.objects.get()
        for number in range(19):
            template.pk, template.tracking_number = None, f"{number:020d}"
            template.save(force_insert=True)
        assert queries.queue_for(town.city.clerk).count() == 20
        assert (statements(read), statements(my_list)) == first
    assert first[0] == 1


def test_the_page_of_a_case_costs_the_same_with_many_lines(town) -> None:
    def read(pk: int) -> None:
        with enter(town.city.centre):
            case = queries.case_for(town.city.clerk, pk)
            assert [material.attachment.file_name for material in case.current_materials]
            assert queries.timeline(case)
            assert queries.applicant_of(case).name == "张三丰"

    short, long = town.city.submitted(town.zhang), town.city.submitted(town.zhang)
    town.city.accept(long)
    town.city.review(long)
    with enter(town.city.centre):
        assert statements(lambda: read(short.pk)) == statements(lambda: read(long.pk)) == 3


@pytest.mark.req("R-02", "G-02")
def test_lights_filter_as_they_are_computed(town) -> None:
    moments = ["2026-03-02T09:30", "2026-03-02T09:31", "2026-03-03T10:00", "2026-03-04T10:00"]
    cases = []
    for moment in moments:
        with at(moment):
            cases.append(town.city.submitted(town.zhang))
    town.city.accept(cases[0])
    town.city.accept(cases[1])
    town.city.review(cases[1])
    town.city.decide(cases[1])
    with at("2026-03-03T10:00"):
        town.city.accept(cases[2])
    for reading in ("2026-03-05", "2026-03-10", "2026-03-11", "2026-03-12", "2026-03-13", "2026-03-17", "2026-03-18"):
        with at(f"{reading}T18:00"), enter(town.city.centre):
            everything = list(Case.objects.all())
            for light in Light:
                wanted = QueueFilter(light=light, is_open=False)
                found = set(queries.queue_for(town.city.clerk, wanted))
                assert found == {case for case in everything if case.light_at(now()) == light}, (reading, light)


def test_what_is_to_do_depends_on_role_and_department(town) -> None:
    submitted, accepted, reviewed, decided = (town.city.submitted(town.zhang) for _ in range(4))
    for case in (accepted, reviewed, decided):
        town.city.accept(case)
    for case in (reviewed, decided):
        town.city.review(case)
    town.city.decide(decided)
    todo = QueueFilter(todo=True)
    with enter(town.city.centre):
        police = Department.objects.get(code="GA").pk
        assert set(queries.queue_for(town.city.clerk, todo)) == {submitted, decided}
        assert set(queries.queue_for(town.city.reviewer, todo)) == {accepted}
        assert set(queries.queue_for(town.city.approver, todo)) == {reviewed, decided}
        assert not queries.queue_for(staff(town.city.centre, Role.REVIEWER, department_id=police), todo).exists()
        assert not queries.queue_for(town.city.supervisor, todo).exists()


def test_filters_narrow_and_unknown_ones_are_ignored(town) -> None:
    own, instant = town.city.submitted(town.zhang, OWN), town.city.submitted(town.li, INSTANT)
    town.city.accept(own)
    clerk = town.city.clerk
    with enter(town.city.centre):

        def found(**wanted) -> set[Case]:
            return set(queries.queue_for(clerk, QueueFilter(**wanted)))

        assert found(kind="INSTANT") == found(item_code=INSTANT) == found(statuses=["SUBMITTED"]) == {instant}
        assert found(mine=True) == found(statuses=[Status.ACCEPTED]) == {own}
        assert found(text=own.tracking_number[:-3]) == {own, instant}
        assert found(text=f"340100-20260302-00001-{own.tracking_number[-1]}") == {own}
        assert found(text="爆炸") == {instant}
        assert found(text="张**") == {own, instant}
        assert found(case_role="DECIDING") == found(channel="WINDOW") == set()
        assert found(light="PINK") == {own, instant}
        with pytest.raises(NotPermitted):
            queries.queue_for(town.zhang)


def test_an_instant_case_decided_at_once_stays_green(town) -> None:
    desk = staff(town.city.centre, *Role)
    case = town.city.submitted(town.zhang, INSTANT)
    with enter(town.city.centre):
        case = commands.decide_on_the_spot(actor=desk, case_id=case.pk, result=Result.GRANTED)
    with at("2026-04-01T10:00"):
        assert case.light_at(now()) == Light.GREEN
