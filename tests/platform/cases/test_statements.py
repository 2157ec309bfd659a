"""How many SQL statements each command costs, savepoint and release included.

The numbers are upper bounds: whoever adds a statement to every case of the province should know it. In a running
deployment each is one lower, because the ids of outbound streams are remembered once they are committed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zt_platform.cases import commands
from zt_platform.cases.models import Case, CaseMaterial
from zt_platform.cases.testing import OWN, PDF, ZHANG, Town, at
from zt_storage.uploads import put_bytes
from zt_tenants.context import enter
from zt_tenants.urls import centre_url, portal_url


def _statements(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as found:
        act()
    return len(found)


@pytest.fixture
def walked(town: Town) -> Town:
    """The town after one whole case of the county, so that calendar, centres and streams have been read once."""
    with at("2026-03-02 09:30"):
        case = town.county.submitted(town.zhang)
        for act in (town.county.accept, town.county.review, town.county.decide, town.county.seal, town.county.deliver):
            act(case)
    return town


@pytest.mark.req("Y-10")
def test_a_case_costs_few_statements(walked: Town) -> None:
    desk = walked.county
    with at("2026-03-03 09:30"):
        draft = desk.draft(walked.zhang)
        with enter(desk.centre):
            submit = _statements(lambda: commands.submit_application(actor=walked.zhang, case_id=draft.pk))
        assert submit <= 15  # one is the case's timer
        for act, most in ((desk.accept, 12), (desk.review, 8), (desk.decide, 18), (desk.seal, 9), (desk.deliver, 12)):
            assert _statements(lambda act=act: act(draft)) <= most, act.__name__


def test_a_draft_is_one_look_up_and_three_rows(walked: Town) -> None:
    def start() -> Case:
        return commands.start_application(
            actor=walked.zhang, item_code=OWN, applicant=ZHANG, form={"place": "1"}, client_key="once"
        )

    with at("2026-03-03 09:30"), enter(walked.county.centre):
        assert _statements(start) <= 6  # one is what waits in "my cases"
        assert start().pk == start().pk


@pytest.mark.req("Y-10", "L-01")
def test_a_file_of_a_draft_costs_few_statements_and_locks_the_case_once(walked: Town) -> None:
    desk, actor = walked.county, walked.zhang
    with at("2026-03-03 09:30"), enter(desk.centre):
        draft = commands.start_application(
            actor=actor, item_code=OWN, applicant=ZHANG, form={"place": "1"}, client_key="files"
        )
        file = put_bytes(
            data=PDF, file_name="id.pdf", content_type="application/pdf", owner_account_id=actor.account_id
        )
        more = {"case_id": draft.pk, "material_code": "id", "attachment_id": file.pk}
        with CaptureQueriesContext(connection) as found:
            kept = commands.attach_material(actor=actor, **more)
        assert len(found) <= 9
        assert sum("FOR UPDATE" in query["sql"] for query in found) == 1
        assert commands.attach_material(actor=actor, **more) == kept
        assert CaseMaterial.objects.filter(case=draft).count() == 1


def test_several_steps_in_one_act_are_told_together(walked: Town) -> None:
    """A decision on the spot takes four steps and queues their eight messages by one statement."""
    desk = walked.county
    with at("2026-03-03 09:30"), enter(desk.centre):
        draft = desk.draft(walked.zhang, "XK-NOW")
        commands.submit_application(actor=walked.zhang, case_id=draft.pk)
        roles = desk.clerk.roles | desk.reviewer.roles | desk.approver.roles
        actor = replace(desk.clerk, roles=roles)
        assert _statements(lambda: commands.decide_on_the_spot(actor=actor, case_id=draft.pk, result="GRANTED")) <= 24


def test_only_what_a_step_changed_is_written(walked: Town) -> None:
    desk = walked.county
    with at("2026-03-03 09:30"):
        case = desk.submitted(walked.zhang)
        with CaptureQueriesContext(connection) as found:
            desk.accept(case)
    (update,) = [query["sql"] for query in found if query["sql"].startswith('UPDATE "cases_case"')]
    columns = update.split(" WHERE ")[0]
    for changed in ('"status"', '"due_at"'):
        assert changed in columns
    for same in ('"applicant"', '"form"', '"legal_basis"'):
        assert same not in columns


def test_pages_of_the_desk_cost_few_statements_however_much_lies_there(walked: Town, browsers) -> None:
    """The desk and a case of a clerk (one is its line in the audit record), the first pages of portal and centre.

    One of each is the change of centre, one of each of the clerk's counts the joint tasks that wait.
    """
    desk = walked.county
    clerk = browsers.staff(desk, "WINDOW_CLERK", "REVIEWER", "APPROVER")
    with at("2026-03-03 09:30"):
        pages = [
            (clerk, centre_url(desk.centre, "workbench:queue"), 8),
            (clerk, centre_url(desk.centre, "workbench:case", case_id=desk.submitted(walked.zhang).pk), 16),
            (browsers.nobody(), portal_url("home"), 3),
            (browsers.nobody(), centre_url(desk.centre, "centre:home"), 4),
        ]
        for reader, url, most in pages:
            reader.get(url)
            assert _statements(lambda reader=reader, url=url: reader.get(url)) <= most, url
        for _ in range(5):
            desk.submitted(walked.zhang)
        for reader, url, most in pages:
            assert _statements(lambda reader=reader, url=url: reader.get(url)) <= most, url
