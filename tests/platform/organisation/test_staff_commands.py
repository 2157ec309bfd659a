"""Posts are given, changed and ended by the administrators of the centre, and count nowhere else."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zt_platform.accounts.models import Account
from zt_platform.actors import Actor
from zt_platform.audit.models import AuditRecord, Deed
from zt_platform.catalogue.loader import load_catalogue
from zt_platform.index.queries import seats_of
from zt_platform.organisation import queries
from zt_platform.organisation.commands import change_roles, end_posting, post_staff_member
from zt_platform.organisation.errors import AlreadyPosted, LastAdministrator
from zt_platform.organisation.loader import load_staff
from zt_platform.organisation.models import Department, StaffMember, Window
from zt_platform.organisation.roles import Role
from zt_tenants import clock
from zt_tenants.context import beside, enter
from zt_tenants.errors import InvalidInput, NoCentre, NotFound, NotPermitted
from zt_tenants.models import Centre
from zt_tenants.wall.access import DatabaseRole

PASSWORD = "demo-Zhengtong-2026"
DAY = timedelta(days=1)


@pytest.fixture
def two_cities(world, same_keys):
    for centre in (world.city, world.other_city):
        load_catalogue(centre)
        load_staff(centre, password=PASSWORD)
    return world.city, world.other_city


def staff_actor(centre: Centre, key: str = "admin") -> Actor:
    with beside(DatabaseRole.PORTAL):
        account = Account.objects.get(username=f"{key}-{centre.code}")
    with enter(centre):
        member = queries.staff_member_of(account.id)
        assert member is not None
        return Actor.for_staff(member, account)


def newcomer() -> UUID:
    account = Account(username=f"new-{uuid4().hex[:8]}", full_name="新人", phone="13700000000")
    account.phone_index = account.phone_tail_index = b"0"
    with beside(DatabaseRole.PORTAL):
        account.save()
    return account.id


def rows() -> list[object]:
    return list(StaffMember.objects.order_by("pk").values())


def test_a_post_gives_roles_in_this_centre_only(two_cities) -> None:
    city, other = two_cities
    account_id = newcomer()
    with enter(city):
        member = post_staff_member(
            actor=staff_actor(city),
            account_id=account_id,
            full_name="新人",
            roles=[Role.WINDOW_CLERK, Role.WINDOW_CLERK],
            department_code="GA",
            window_code="GA-1",
        )
        assert member.roles == [Role.WINDOW_CLERK]
        assert queries.staff_member_of(account_id) == member
        with pytest.raises(AlreadyPosted):
            post_staff_member(actor=staff_actor(city), account_id=account_id, full_name="新人", roles=[Role.REVIEWER])
    with enter(other):
        assert queries.staff_member_of(account_id) is None
    assert [seat.centre_code for seat in seats_of(account_id)] == [city.code]


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("roles", {"roles": []}),
        ("roles", {"roles": ["KING"]}),
        ("full_name", {"full_name": ""}),
        ("account_id", {"account_id": uuid4()}),
        ("department_code", {"department_code": "XX"}),
        ("window_code", {"window_code": "XX-1"}),
    ],
)
def test_bad_input_names_its_field_and_changes_nothing(two_cities, field, change) -> None:
    city, _ = two_cities
    given = {"account_id": newcomer(), "full_name": "新人", "roles": [Role.REVIEWER], **change}
    with enter(city):
        before = rows()
        with pytest.raises(InvalidInput) as refused:
            post_staff_member(actor=staff_actor(city), **given)
        assert refused.value.field == field
        assert rows() == before


@pytest.mark.req("A-02")
def test_outsiders_change_nothing(two_cities) -> None:
    city, other = two_cities
    outsiders = [staff_actor(other), staff_actor(city, "clerk"), staff_actor(city, "supervisor")]
    account_id = newcomer()
    with enter(city):
        before, target = rows(), StaffMember.objects.first()
        for actor in outsiders:
            for attempt in (
                lambda actor=actor: post_staff_member(
                    actor=actor, account_id=account_id, full_name="新人", roles=[Role.APPROVER]
                ),
                lambda actor=actor: change_roles(actor=actor, staff_id=target.pk, roles=[Role.CENTRE_ADMIN]),
                lambda actor=actor: end_posting(actor=actor, staff_id=target.pk),
                lambda actor=actor: queries.staff(actor),
            ):
                with pytest.raises(NotPermitted):
                    attempt()
        assert rows() == before
    assert seats_of(account_id) == []


def test_the_same_key_in_the_neighbour_stays_untouched(two_cities) -> None:
    city, other = two_cities
    with enter(other):
        before = rows()
    with enter(city):
        for member in StaffMember.objects.exclude(roles__contains=[Role.CENTRE_ADMIN]):
            change_roles(actor=staff_actor(city), staff_id=member.pk, roles=[Role.SUPERVISOR])
            end_posting(actor=staff_actor(city), staff_id=member.pk)
    with enter(other):
        assert rows() == before
        assert [row["id"] for row in before] == [1, 2, 3, 4, 5, 6]


def test_an_ended_post_gives_no_rights(two_cities) -> None:
    city, _ = two_cities
    clerk = staff_actor(city, "clerk")
    with enter(city):
        end_posting(actor=staff_actor(city), staff_id=clerk.staff_id)
        assert queries.staff_member_of(clerk.account_id) is None
        with pytest.raises(NotFound):
            change_roles(actor=staff_actor(city), staff_id=10**6, roles=[Role.REVIEWER])
    assert seats_of(clerk.account_id) == []


@pytest.mark.req("A-02")
def test_who_gave_whom_which_rights_stays_in_the_audit_record(two_cities) -> None:
    city, _ = two_cities
    admin, account_id = staff_actor(city), newcomer()
    with enter(city):
        member = post_staff_member(actor=admin, account_id=account_id, full_name="新人", roles=[Role.WINDOW_CLERK])
        change_roles(actor=admin, staff_id=member.pk, roles=[Role.APPROVER])
        end_posting(actor=admin, staff_id=member.pk)
        found = AuditRecord.objects.filter(deed=Deed.STAFF, account_id=admin.account_id).order_by("pk")
        said = [(line.purpose, line.data.get("before"), line.data.get("after")) for line in found]
    assert said == [
        ("设岗 新人", None, ["WINDOW_CLERK"]),
        ("调整角色 新人", ["WINDOW_CLERK"], ["APPROVER"]),
        ("离岗 新人", ["APPROVER"], None),
    ]


@pytest.mark.req("A-02")
def test_a_centre_keeps_an_administrator(two_cities) -> None:
    city, _ = two_cities
    admin = staff_actor(city)
    with enter(city):
        for act in (
            lambda: change_roles(actor=admin, staff_id=admin.staff_id, roles=[Role.REVIEWER]),
            lambda: end_posting(actor=admin, staff_id=admin.staff_id),
        ):
            with pytest.raises(LastAdministrator):
                act()
        assert Role.CENTRE_ADMIN in StaffMember.objects.get(pk=admin.staff_id).roles
        second = post_staff_member(
            actor=admin, account_id=newcomer(), full_name="新人", roles=[Role.CENTRE_ADMIN, Role.SUPERVISOR]
        )
        end_posting(actor=admin, staff_id=admin.staff_id)
        assert list(StaffMember.objects.filter(active=True, roles__contains=["CENTRE_ADMIN"])) == [second]


def test_an_ended_post_is_neither_changed_nor_ended_again(two_cities) -> None:
    city, _ = two_cities
    clerk = staff_actor(city, "clerk")
    with enter(city):
        end_posting(actor=staff_actor(city), staff_id=clerk.staff_id)
        before = rows()
        with pytest.raises(NotFound):
            change_roles(actor=staff_actor(city), staff_id=clerk.staff_id, roles=[Role.REVIEWER])
        with pytest.raises(NotFound):
            end_posting(actor=staff_actor(city), staff_id=clerk.staff_id)
        assert rows() == before


@pytest.mark.req("A-05")
def test_a_department_runs_several_windows_each_between_its_dates(two_cities) -> None:
    city, other = two_cities
    day = clock.today()
    with enter(city):
        department = Department.objects.get(code="GA")
        for code, first, last in (("GA-2", day, None), ("GA-3", day + DAY, None), ("GA-4", day - DAY, day - DAY)):
            Window.objects.create(
                code=code, name=code, name_en=code, department=department, valid_from=first, valid_until=last
            )
        assert [window.code for window in queries.windows() if window.department == department] == ["GA-1", "GA-2"]
    with enter(other):
        assert [window.code for window in queries.windows() if window.department.code == "GA"] == ["GA-1"]


def test_departments_and_windows_are_the_centres_own(two_cities) -> None:
    city, other = two_cities
    with enter(city):
        Department.objects.filter(code="GA").update(name="合肥独有")
        assert queries.department_by_code("GA").name == "合肥独有"
    with enter(other):
        assert queries.department_by_code("GA").name == "池州市公安局"
        assert "合肥独有" not in {department.name for department in queries.departments()}
        assert "合肥独有" not in {window.department.name for window in queries.windows()}
        with pytest.raises(NotFound):
            queries.department_by_code("XX")


@pytest.mark.parametrize("read", [queries.departments, queries.windows, queries.centre_profile, queries.office_hours])
def test_nothing_is_read_outside_a_centre(two_cities, read) -> None:
    with pytest.raises(NoCentre):
        read()


def test_lists_cost_the_same_statements_at_1_and_20(two_cities) -> None:
    city, _ = two_cities
    admin = staff_actor(city)

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert queries.departments()
            assert [window.department.name for window in queries.windows()]
            assert [(m.department and m.department.name, m.window and m.window.name) for m in queries.staff(admin)]
        return len(captured)

    with enter(city):
        queries.departments()
        department = Department.objects.get(code="GA")
        for _ in range(20):
            StaffMember.objects.create(
                account_id=uuid4(), full_name="员", department=department, roles=[Role.REVIEWER], posted_on="2025-01-01"
            )
        many = cost()
        StaffMember.objects.exclude(pk=admin.staff_id).delete()
        assert cost() == many == 3
