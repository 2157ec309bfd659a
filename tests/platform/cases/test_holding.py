"""Who works on a case: claimed once, given back, handed over one by one or all at once; notes stay inside the house."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from browsers import Browsers, workbench
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zt_platform.actors import Actor
from zt_platform.cases import commands, queries
from zt_platform.cases.errors import CaseNotFound, HeldByAnother, NothingToHold
from zt_platform.cases.models import CaseEvent
from zt_platform.cases.queries import QueueFilter
from zt_platform.cases.testing import Desk, Town, staff
from zt_platform.organisation.models import StaffMember
from zt_platform.organisation.roles import Role
from zt_tenants.clock import today
from zt_tenants.context import enter
from zt_tenants.errors import InvalidInput, NotPermitted


def _posted(desk: Desk, name: str, *roles: Role) -> Actor:
    """A colleague with a post, not only with rights."""
    actor = staff(desk.centre, *roles, name=name)
    with enter(desk.centre):
        StaffMember.objects.create(
            account_id=actor.account_id, full_name=name, roles=[str(role) for role in roles], posted_on=today()
        )
    return actor


def test_a_case_is_claimed_once_and_given_back(town: Town) -> None:
    case = town.city.submitted(town.zhang)
    second = staff(town.city.centre, Role.WINDOW_CLERK, name="赵丽")
    with enter(town.city.centre):
        for _ in range(2):
            held = commands.claim_case(actor=town.city.clerk, case_id=case.pk)
        assert (held.holder_account_id, held.holder_name) == (town.city.clerk.account_id, "王建国")
        before = town.city.snapshot()
        for act in (commands.claim_case, commands.release_case):
            with pytest.raises(HeldByAnother, match="王建国"):
                act(actor=second, case_id=case.pk)
        assert town.city.snapshot() == before
        assert list(queries.queue_for(town.city.clerk, QueueFilter(scope="held"))) == [case]
        assert not queries.queue_for(second, QueueFilter(scope="held")).exists()
        assert not queries.queue_for(second, QueueFilter(scope="free")).exists()
        commands.release_case(actor=town.city.clerk, case_id=case.pk)
        assert list(queries.queue_for(second, QueueFilter(scope="free"))) == [case]
        lines = [(line.step, line.actor_name) for line in queries.internal_lines(second, case)]
        assert lines == [("RELEASED", "王建国"), ("CLAIMED", "王建国")]
        assert town.city.fresh(case).lock_version == case.lock_version


def test_claiming_leaves_the_course_of_the_case_and_its_applicant_alone(town: Town) -> None:
    case = town.city.submitted(town.zhang)
    with enter(town.city.centre):
        shown = queries.timeline(case)
        commands.claim_case(actor=town.city.clerk, case_id=case.pk)
        commands.note_case(actor=town.city.clerk, case_id=case.pk, note="请核对场地证明")
        assert queries.timeline(case) == shown
        with pytest.raises(NotPermitted):
            queries.internal_lines(town.zhang, case)
        with pytest.raises(InvalidInput):
            commands.note_case(actor=town.city.clerk, case_id=case.pk, note="  ")
    assert town.city.review(town.city.accept(case)).status == "REVIEWED"


def test_a_colleague_on_post_takes_over_and_nobody_else(town: Town) -> None:
    case = town.city.submitted(town.zhang)
    colleague = _posted(town.city, "赵丽", Role.REVIEWER)
    stranger = _posted(town.neighbour, "钱进", Role.REVIEWER)
    watcher = _posted(town.city, "孙明", Role.SUPERVISOR)
    with enter(town.city.centre):
        commands.claim_case(actor=town.city.clerk, case_id=case.pk)
        before = town.city.snapshot()
        for wrong in (stranger, watcher):
            with pytest.raises(InvalidInput):
                commands.assign_case(actor=town.city.clerk, case_id=case.pk, to_account_id=wrong.account_id)
        with pytest.raises(HeldByAnother):
            commands.assign_case(actor=colleague, case_id=case.pk, to_account_id=colleague.account_id)
        assert town.city.snapshot() == before
        commands.assign_case(actor=town.city.head, case_id=case.pk, to_account_id=colleague.account_id, note="请接手")
        held = town.city.fresh(case)
        assert (held.holder_account_id, held.holder_name) == (colleague.account_id, "赵丽")
        (line, _) = queries.internal_lines(colleague, case)
        assert (line.step, line.note, line.data) == ("ASSIGNED", "请接手", {"to": "赵丽"})


def test_closed_cases_drafts_and_neighbours(town: Town) -> None:
    case, draft = town.city.submitted(town.zhang), town.city.draft(town.zhang)
    with enter(town.city.centre):
        commands.withdraw_case(actor=town.zhang, case_id=case.pk)
        before = town.city.snapshot()
        with pytest.raises(NothingToHold):
            commands.claim_case(actor=town.city.clerk, case_id=case.pk)
        with pytest.raises(CaseNotFound):
            commands.claim_case(actor=town.city.clerk, case_id=draft.pk)
        for outsider in (town.zhang, town.neighbour.clerk, town.city.supervisor):
            with pytest.raises(NotPermitted):
                commands.claim_case(actor=outsider, case_id=case.pk)
            with pytest.raises(NotPermitted):
                commands.hand_over_all(
                    actor=outsider, from_account_id=town.city.clerk.account_id, to_account_id=outsider.account_id
                )
        assert town.city.snapshot() == before
    with enter(town.neighbour.centre), pytest.raises(CaseNotFound):
        commands.claim_case(actor=town.neighbour.clerk, case_id=case.pk)


@pytest.mark.req("A-02", "A-23")
def test_everything_is_handed_over_by_the_same_number_of_statements(town: Town) -> None:
    colleague = _posted(town.city, "赵丽", Role.WINDOW_CLERK)
    clerk = _posted(town.city, "王建国", Role.WINDOW_CLERK)

    def statements(number: int) -> int:
        with enter(town.city.centre):
            for _ in range(number):
                commands.claim_case(actor=clerk, case_id=town.city.submitted(town.zhang).pk)
            with CaptureQueriesContext(connection) as found:
                moved = commands.hand_over_all(
                    actor=clerk, from_account_id=clerk.account_id, to_account_id=colleague.account_id, note="休假"
                )
            assert moved == number
        return len(found)

    assert statements(1) == statements(6)
    with enter(town.city.centre):
        assert queries.queue_counts(colleague).held == 7
        assert queries.queue_counts(clerk).held == 0
        assert CaseEvent.objects.filter(step="ASSIGNED", note="休假").count() == 7
        with pytest.raises(NotPermitted):
            commands.hand_over_all(actor=clerk, from_account_id=colleague.account_id, to_account_id=clerk.account_id)
        assert queries.queue_counts(colleague).held == 7
        absent = commands.hand_over_all(
            actor=town.city.head, from_account_id=colleague.account_id, to_account_id=clerk.account_id
        )
        assert absent == 7


def test_two_clerks_who_claim_at_once(committed_town: Town) -> None:
    city = committed_town.city
    case = city.submitted(committed_town.zhang)
    clerks = [staff(city.centre, Role.WINDOW_CLERK, name=f"王{number}") for number in range(6)]

    def claim(clerk: Actor) -> str:
        try:
            with enter(city.centre):
                commands.claim_case(actor=clerk, case_id=case.pk)
                return clerk.name
        except HeldByAnother:
            return ""
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        claimed = [name for name in pool.map(claim, clerks) if name]
    assert claimed == [city.fresh(case).holder_name]
    with enter(city.centre):
        assert CaseEvent.objects.filter(step="CLAIMED").count() == 1


def test_the_pages_of_holding(town: Town, browsers: Browsers) -> None:
    case = town.city.submitted(town.zhang)
    colleague = _posted(town.city, "赵丽", Role.WINDOW_CLERK)
    browser = browsers.staff(town.city, "WINDOW_CLERK")
    assert "已认领" in browser.post(workbench(town, f"{case.pk}/claim/"), {}, follow=True).content.decode()
    row = browser.get(workbench(town, "?scope=held&step=all")).context["rows"][0]
    assert (row.own, row.holder) == (True, "李敏")
    refused = browser.post(workbench(town, f"{case.pk}/assign/"), {"to_account_id": "x", "note": "打过电话"})
    assert refused.status_code == 422
    assert "打过电话" in refused.content.decode()
    assert "赵丽" in browser.get(workbench(town, f"{case.pk}/assign/")).content.decode()
    given = {"to_account_id": str(colleague.account_id), "note": "打过电话"}
    assert browser.post(workbench(town, f"{case.pk}/assign/"), given).status_code == 302
    browser.post(workbench(town, f"{case.pk}/note/"), {"note": "记得核对"})
    page = browser.get(workbench(town, f"{case.pk}/")).content.decode()
    for part in ("赵丽认领", "打过电话", "记得核对", "内部记录"):
        assert part in page, part
    late = browser.post(workbench(town, f"{case.pk}/claim/"), {}, follow=True).content.decode()
    assert "本件已由赵丽认领" in late
    outsider = browsers.staff(town.county, "WINDOW_CLERK")
    before = town.city.snapshot()
    for path in ("claim/", "assign/", "note/"):
        assert outsider.post(workbench(town, f"{case.pk}/{path}"), {"note": "x"}).status_code in (403, 404), path
    assert outsider.post(workbench(town, "handover/"), given).status_code == 403
    assert town.city.snapshot() == before


def test_the_page_that_hands_everything_over(town: Town, browsers: Browsers) -> None:
    case = town.city.submitted(town.zhang)
    colleague = _posted(town.city, "赵丽", Role.WINDOW_CLERK)
    browser = browsers.staff(town.city, "WINDOW_CLERK")
    browser.post(workbench(town, f"{case.pk}/claim/"), {})
    page = browser.get(workbench(town, "handover/")).content.decode()
    assert "您现在认领了1件" in page
    assert "谁的办件" not in page
    assert browser.post(workbench(town, "handover/"), {}).status_code == 422
    done = browser.post(workbench(town, "handover/"), {"to_account_id": str(colleague.account_id)}, follow=True)
    assert "已交接1件" in done.content.decode()
    assert town.city.fresh(case).holder_name == "赵丽"
    assert "谁的办件" in browsers.staff(town.city, "CENTRE_ADMIN").get(workbench(town, "handover/")).content.decode()


@pytest.mark.req("E-20")
def test_newest_first_and_from_where_live_in_the_address(town: Town, browsers: Browsers, monkeypatch) -> None:
    monkeypatch.setattr("zt_platform.cases.views.workbench.PAGE", 2)
    cases = [town.city.submitted(town.zhang) for _ in range(5)]
    browser, address, seen = browsers.staff(town.city, "WINDOW_CLERK"), workbench(town, "?sort=newest"), []
    while address:
        answer = browser.get(address)
        seen += [row.id for row in answer.context["rows"]]
        address = answer.context["older_url"] and workbench(town, answer.context["older_url"])
    assert seen == [case.pk for case in reversed(cases)]
    assert browser.get(workbench(town, "?channel=WINDOW")).context["rows"] == []
    assert len(browser.get(workbench(town, "?channel=ONLINE&scope=nonsense")).context["rows"]) == 2
