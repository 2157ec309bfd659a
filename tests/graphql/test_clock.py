"""The clock of a case over the gateway: what is left, special procedures, the extension, and who may not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zt_platform.cases.testing import MONDAY
from zt_platform.organisation.models import StaffMember
from zt_platform.organisation.roles import Role
from zt_tenants import clock
from zt_tenants.context import enter

REMAINING = "remaining { text workingDays workingHours over provisional standingStill }"
PAUSE = 'mutation { pauseCase(caseId: "$case", procedure: HEARING, expectedDays: 8, reason: "《办法》第九条") '


@pytest.fixture
def monday(scene):
    """The scene's Monday, with its case accepted."""
    with clock.at(MONDAY):
        with enter(scene.city):
            StaffMember.objects.update(posted_on=MONDAY.date())
            scene.town.city.accept(scene.town.city.case(scene.ids["number"]))
        yield scene


@pytest.mark.req("E-02", "G-01")
def test_what_is_left_is_told_in_days_and_hours(monday, gateway) -> None:
    boss = gateway(monday.boss)
    asked = boss.ask(
        monday.fill(f'{{ case(id: "$case") {{ {REMAINING} firstAskedName stepTimes {{ step days }} }} }}'),
        at=monday.city,
    )
    assert asked.data["case"]["remaining"] == {
        "text": "7个工作日7小时",
        "workingDays": 7,
        "workingHours": 7,
        "over": False,
        "provisional": False,
        "standingStill": False,
    }
    assert asked.data["case"]["stepTimes"][-1] == {"step": "REVIEWED", "days": 5}


def test_a_procedure_and_an_extension(monday, gateway) -> None:
    boss = gateway(monday.boss)
    fields = "{ case { status pausedAt pauses { procedure until expectedDays } " + REMAINING + " } } }"
    paused = boss.ask(monday.fill(PAUSE + fields), at=monday.city).data["pauseCase"]["case"]
    assert (paused["status"], paused["remaining"]["standingStill"]) == ("SUSPENDED", True)
    assert paused["pauses"] == [{"procedure": "HEARING", "until": None, "expectedDays": 8}]
    resumed = boss.ask(monday.fill('mutation { resumeCase(caseId: "$case") { case { status } } }'), at=monday.city)
    assert resumed.data["resumeCase"]["case"]["status"] == "ACCEPTED"
    ask = 'mutation { requestExtension(caseId: "$case", days: 10, reason: "需要专家意见") { case { extension { state } } } }'
    answer = boss.ask(monday.fill(ask), at=monday.city)
    assert answer.data["requestExtension"]["case"]["extension"] == {"state": "REQUESTED"}
    own = gateway(monday.zhang).ask(monday.fill('{ case(id: "$case") { extension { state } } }'), at=monday.city)
    assert own.data["case"]["extension"] is None  # the house asks itself
    approve = 'mutation { approveExtension(caseId: "$case") { case { dueAt extension { state days answeredBy } } } }'
    extended = boss.ask(monday.fill(approve), at=monday.city).data["approveExtension"]["case"]
    assert extended["extension"] == {"state": "APPROVED", "days": 10, "answeredBy": monday.boss.full_name}
    assert extended["dueAt"].startswith("2026-03-25")


def test_a_refusal_names_its_code_and_changes_nothing(monday, gateway) -> None:
    boss, before = gateway(monday.boss), monday.fingerprint(monday.city)
    too_long = 'mutation { requestExtension(caseId: "$case", days: 11, reason: "x") { case { id } } }'
    assert boss.ask(monday.fill(too_long), at=monday.city).codes == ["INVALID_INPUT"]
    not_asked = 'mutation { approveExtension(caseId: "$case") { case { id } } }'
    assert boss.ask(monday.fill(not_asked), at=monday.city).codes == ["EXTENSION_NOT_ASKED"]
    assert monday.fingerprint(monday.city) == before


@pytest.mark.req("A-09")
def test_without_the_head_of_the_department_nothing_is_extended(monday, gateway) -> None:
    with enter(monday.city):
        everybody_else = sorted(set(Role.values) - {Role.DEPARTMENT_HEAD})
        StaffMember.objects.filter(account_id=monday.boss.id).update(roles=everybody_else)
    before = monday.fingerprint(monday.city)
    for call in ('approveExtension(caseId: "$case")', 'refuseExtension(caseId: "$case", reason: "x")'):
        answer = gateway(monday.boss).ask(monday.fill(f"mutation {{ {call} {{ case {{ id }} }} }}"), at=monday.city)
        assert answer.codes == ["NOT_PERMITTED"]
    assert monday.fingerprint(monday.city) == before


@pytest.mark.req("Y-10")
def test_what_is_left_costs_no_statement_a_case(scene, gateway) -> None:
    with enter(scene.city):
        StaffMember.objects.update(posted_on=MONDAY.date())
    document = "{ queue(first: 20) { edges { node { id " + REMAINING + " } } } }"
    with clock.at(MONDAY):
        boss = gateway(scene.boss)
        boss.ask(document, at=scene.city)
        with CaptureQueriesContext(connection) as few:
            one = boss.ask(document, at=scene.city).data["queue"]["edges"]
        person = replace(scene.town.zhang)
        for _ in range(4):
            scene.town.city.submitted(person)
        with CaptureQueriesContext(connection) as many:
            more = boss.ask(document, at=scene.city).data["queue"]["edges"]
    assert len(more) == len(one) + 4
    assert len(many) == len(few)


def test_the_calendar_is_the_provinces_to_change(scene, gateway) -> None:
    call = 'mutation { overrideDay(day: "2026-03-06", working: false, reason: "省运动会") { year { year } } }'
    assert gateway(scene.boss).ask(call, at=scene.city).codes == ["NOT_PERMITTED"]
    known = gateway().ask("{ calendarYear(year: 2026) { workingDays provisional overrides { day } } }")
    assert known.data["calendarYear"] == {"workingDays": 248, "provisional": False, "overrides": []}
