"""The staff of a centre, through its administrators' pages: who may, what changes, what is refused."""

from __future__ import annotations

import pytest
from browsers import Browsers

from zt_platform.audit.models import AuditRecord, Deed
from zt_platform.cases.testing import Desk
from zt_platform.index.queries import seats_of
from zt_platform.organisation.models import StaffMember
from zt_tenants.context import enter
from zt_tenants.models import Centre

pytestmark = pytest.mark.req("A-02")


@pytest.fixture
def browsers() -> Browsers:
    return Browsers()


def _url(centre: Centre, path: str = "") -> str:
    return f"/c/{centre.code}/staff/{path}"


def _rows(centre: Centre) -> list[dict[str, object]]:
    with enter(centre):
        return list(StaffMember.objects.order_by("pk").values())


def _member(centre: Centre, role: str) -> StaffMember:
    with enter(centre):
        return StaffMember.objects.get(roles=[role])


def _post(**changes: object) -> dict[str, object]:
    return {"username": "newcomer-person", "full_name": "张小明", "roles": ["REVIEWER"], **changes}


def test_somebody_is_put_on_post_gets_another_role_leaves_and_comes_back(world, browsers: Browsers) -> None:
    newcomer, admin = browsers.account("newcomer"), browsers.staff(Desk(world.city), "CENTRE_ADMIN")
    assert admin.post(_url(world.city), _post()).status_code == 302
    member = _member(world.city, "REVIEWER")
    assert member.account_id == newcomer.id
    assert "审核人员" in admin.get(_url(world.city)).content.decode()
    page = _url(world.city, f"{member.pk}/")
    assert admin.post(page, {"roles": ["APPROVER"]}).status_code == 302
    assert _member(world.city, "APPROVER").pk == member.pk
    assert admin.post(page, {"end": "1"}).status_code == 302
    assert "已离岗1人" in admin.get(_url(world.city)).content.decode()
    assert seats_of(newcomer.id) == []
    assert admin.post(_url(world.city), _post()).status_code == 302
    back = _member(world.city, "REVIEWER")
    assert (back.pk, back.active, back.left_on) == (member.pk, True, None)
    assert [seat.centre_code for seat in seats_of(newcomer.id)] == [world.city.code]
    with enter(world.city):
        done = AuditRecord.objects.filter(deed=Deed.STAFF).values_list("data", flat=True)
        assert [one["act"] for one in done] == ["POSTED", "ROLES", "ENDED", "POSTED"]


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("username", {"username": "nobody-here"}),
        ("username", {"full_name": "李四"}),
        ("roles", {"roles": []}),
        ("roles", {"roles": ["KING"]}),
        ("department_code", {"department_code": "XX"}),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nobody_is_posted(
    world, browsers: Browsers, field: str, changes: dict[str, object]
) -> None:
    browsers.account("newcomer")
    admin, before = browsers.staff(Desk(world.city), "CENTRE_ADMIN"), _rows(world.city)
    answer = admin.post(_url(world.city), _post(**changes))
    assert answer.status_code == 422
    assert f'id="id_{field}-error"' in answer.content.decode()
    assert _rows(world.city) == before


def test_the_last_administrator_can_neither_leave_nor_give_the_role_away(world, browsers: Browsers) -> None:
    admin, before = browsers.staff(Desk(world.city), "CENTRE_ADMIN"), _rows(world.city)
    page = _url(world.city, f"{_member(world.city, 'CENTRE_ADMIN').pk}/")
    refused = admin.post(page, {"roles": ["REVIEWER"]})
    assert refused.status_code == 422
    assert "最后一位管理人员" in refused.content.decode()
    assert "最后一位管理人员" in admin.post(page, {"end": "1"}, follow=True).content.decode()
    assert _rows(world.city) == before


@pytest.mark.parametrize("role", ["WINDOW_CLERK", "REVIEWER", "APPROVER", "SUPERVISOR", "DEPARTMENT_HEAD"])
def test_other_posts_and_the_neighbours_administrator_stay_out(world, browsers: Browsers, role: str) -> None:
    browsers.account("newcomer")
    browsers.staff(Desk(world.city), "CENTRE_ADMIN")
    outsiders = [
        browsers.staff(Desk(world.city), role),
        browsers.staff(Desk(world.county), "CENTRE_ADMIN"),
        browsers.applicant("outsider"),
    ]
    before = _rows(world.city)
    page = _url(world.city, f"{before[0]['id']}/")
    for outsider in outsiders:
        assert outsider.get(_url(world.city)).status_code == 403
        assert outsider.get(page).status_code == 403
        assert outsider.post(_url(world.city), _post()).status_code == 403
        assert outsider.post(page, {"roles": ["CENTRE_ADMIN"]}).status_code == 403
        assert outsider.post(page, {"end": "1"}).status_code == 403
    assert browsers.nobody().get(_url(world.city)).status_code == 302
    assert _rows(world.city) == before


@pytest.mark.req("A-01")
def test_the_neighbours_staff_are_not_listed(world, browsers: Browsers) -> None:
    browsers.staff(Desk(world.county), "WINDOW_CLERK")
    with enter(world.county):
        StaffMember.objects.update(full_name="邻县的人")
    page = browsers.staff(Desk(world.city), "CENTRE_ADMIN").get(_url(world.city)).content.decode()
    assert "邻县的人" not in page
    assert "在岗1人" in page
