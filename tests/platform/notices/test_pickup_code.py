"""Collecting a result: with the code, with an identity document, never with a guess."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from notice_cast import staff_browser

from zt_platform.cases import commands
from zt_platform.cases.commands.pickup import MOST_TRIES, VALID, code_to_show
from zt_platform.cases.errors import PickupCodeDead, PickupCodeWrong
from zt_platform.cases.models import Case, CaseEvent
from zt_platform.cases.testing import Town
from zt_platform.cases.vocabulary import Status, Step
from zt_platform.notices.models import Notice
from zt_tenants.clock import at, now
from zt_tenants.context import enter
from zt_tenants.errors import NotPermitted
from zt_tenants.urls import centre_url

pytestmark = pytest.mark.req("A-07", "F-06")


@pytest.fixture
def completed(town: Town) -> Case:
    case = town.county.submitted(town.zhang)
    for act in (town.county.accept, town.county.review, town.county.decide, town.county.seal):
        act(case)
    return town.county.fresh(case)


def _deliver(town: Town, case: Case, code: str) -> Case:
    with enter(town.county.centre):
        return commands.deliver_case(actor=town.county.clerk, case_id=case.pk, code=code)


def _wrong(case: Case) -> str:
    return f"{(int(case.pickup['code']) + 1) % 1_000_000:06d}"


def _checked(town: Town, case: Case) -> str:
    with enter(town.county.centre):
        return CaseEvent.objects.get(case=case, step=Step.DELIVERED).data["checked"]


def test_the_code_of_the_notice_opens_the_window_and_is_spent(town, completed) -> None:
    code = completed.pickup["code"]
    assert len(code) == 6
    assert code in Notice.objects.latest("id").text
    assert _deliver(town, completed, f" {code[:3]} {code[3:]} ").status == Status.DELIVERED
    assert _checked(town, completed) == "CODE"
    assert town.county.fresh(completed).pickup is None


def test_without_a_code_the_clerk_answers_for_the_identity_check(town, completed) -> None:
    assert _deliver(town, completed, "").status == Status.DELIVERED
    assert _checked(town, completed) == "IDENTITY"


def test_wrong_codes_hand_nothing_over_and_are_counted(committed_town) -> None:
    """With real commits: what is raised after the count does not undo the count."""
    town = committed_town
    case = town.county.submitted(town.zhang)
    for act in (town.county.accept, town.county.review, town.county.decide, town.county.seal):
        act(case)
    case = town.county.fresh(case)
    right, before = case.pickup["code"], (case.status, case.lock_version)
    for left in range(MOST_TRIES - 1, 0, -1):
        with pytest.raises(PickupCodeWrong) as refused:
            _deliver(town, case, _wrong(case))
        assert refused.value.data == {"left": left}
    for code in (_wrong(case), right, right):
        with pytest.raises(PickupCodeDead):
            _deliver(town, case, code)
    after = town.county.fresh(case)
    assert (after.status, after.lock_version) == before
    assert after.pickup["tries"] == MOST_TRIES
    assert code_to_show(after) == ""
    with enter(town.county.centre):
        assert not CaseEvent.objects.filter(case=case, step=Step.DELIVERED).exists()
    assert _deliver(town, case, "").status == Status.DELIVERED, "an identity document still opens"


def test_a_code_ends_after_ninety_days(town, completed) -> None:
    code = completed.pickup["code"]
    end = now() + VALID
    with at(end), pytest.raises(PickupCodeDead):
        _deliver(town, completed, code)
    with at(end - timedelta(seconds=1)):
        assert _deliver(town, completed, code).status == Status.DELIVERED


def test_who_may_not_deliver_cannot_try_codes_either(town, completed) -> None:
    before = town.county.snapshot()
    with enter(town.county.centre), pytest.raises(NotPermitted):
        commands.deliver_case(actor=town.county.reviewer, case_id=completed.pk, code=_wrong(completed))
    assert town.county.snapshot() == before


def test_the_code_lies_sealed_and_no_page_of_the_staff_shows_it(town, completed) -> None:
    code = completed.pickup["code"]
    with enter(town.county.centre), connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(c)::text FROM cases_case c")
        assert f'"{code}"' not in cursor.fetchone()[0]
    clerk = staff_browser(town.county, "WINDOW_CLERK", "CENTRE_ADMIN")
    for name, more in (("workbench:case", {"case_id": completed.pk}), ("sent-notices:list", {})):
        page = clerk.get(centre_url(town.county.centre, name, **more)).content.decode()
        assert f"取件码{code}" not in page
    assert "取件码******" in page


def test_the_window_is_told_of_a_wrong_code_beside_the_field(town, completed) -> None:
    clerk = staff_browser(town.county, "WINDOW_CLERK")
    address = centre_url(town.county.centre, "workbench:action", case_id=completed.pk, slug="deliver")
    given = {"method": "窗口领取", "code": _wrong(completed), "lock_version": completed.lock_version}
    answer = clerk.post(address, given)
    assert answer.status_code == 422
    assert "还可以试4次" in answer.content.decode()
    assert clerk.post(address, given | {"code": completed.pickup["code"]}).status_code == 302
    assert town.county.fresh(completed).status == Status.DELIVERED
