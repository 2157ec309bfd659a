"""The circular on overdue cases: by window and period, on a page, as tables, as a paper; each scope sees its own (G-12)."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pdf_text import pdf_text

from zt_platform.organisation.roles import Role
from zt_platform.supervision import queries
from zt_platform.supervision.models import CaseRecord
from zt_platform.supervision.queries import overdue
from zt_tenants.errors import InvalidInput, NotFound
from zt_tenants.urls import portal_url

NOON = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
"""A Wednesday."""
DAY = timedelta(days=1)
NOVEMBER = (date(2026, 11, 1), date(2026, 11, 18))
pytestmark = pytest.mark.req("G-12")


def of_department(step, name: str):
    """The same step at another department's window."""
    return replace(step, data={**step.data, "department": name})


def late(feeds, centre, number: str, *, due_in: timedelta, **more):
    """Accepted, over its limit since then, not decided."""
    return feeds.accepted(centre, number, due_in=due_in, accepted_at=NOON - 30 * DAY, **more)


@pytest.fixture
def overdue_cases(world, feeds, report):
    """Of the county: two at one window (one decided late), one at another; one of the neighbour city; others in time."""
    decided = late(feeds, world.county, "340123-A2", due_in=-5 * DAY)
    report(
        late(feeds, world.county, "340123-A1", due_in=-2 * DAY),
        decided,
        feeds.step(
            world.county,
            "340123-A2",
            "APPROVED",
            occurred_at=NOON - 4 * DAY,
            accepted_at=NOON - 30 * DAY,
            due_at=NOON - 5 * DAY,
            decided_at=NOON - 4 * DAY,
        ),
        of_department(late(feeds, world.county, "340123-A3", due_in=-timedelta(hours=2)), "公安局"),
        late(feeds, world.other_city, "341700-B1", due_in=-DAY),
        late(feeds, world.county, "340123-OCT", due_in=-24 * DAY),
        feeds.accepted(world.county, "340123-IN-TIME"),
        feeds.completed(world.county, "340123-DONE"),
    )


def _page(browser, url: str) -> str:
    answer = browser.get(url)
    assert answer.status_code == 200, url
    return unescape(answer.content.decode())


def test_the_cases_of_a_period_are_listed_window_by_window(world, overdue_cases, city_scope) -> None:
    found = queries.overdue_by_unit(city_scope, first_day=NOVEMBER[0], last_day=NOVEMBER[1])
    assert [(unit.centre_code, unit.department, unit.count, unit.running, unit.late) for unit in found.units] == [
        (world.county.code, "市场监督管理局", 2, 1, 1),
        (world.county.code, "公安局", 1, 1, 0),
    ]
    listed = [[(case.record.tracking_number, case.days_over) for case in unit.cases] for unit in found.units]
    # Friday the 13th to Saturday the 14th is no working day; Monday the 16th to Wednesday the 18th is two.
    assert listed == [[("340123-A2", 0), ("340123-A1", 2)], [("340123-A3", 0)]]
    assert (found.count, found.running, found.left_out) == (3, 2, 0)


def test_another_period_lists_what_ended_in_it(overdue_cases, city_scope) -> None:
    october = queries.overdue_by_unit(city_scope, first_day=date(2026, 10, 1), last_day=date(2026, 10, 31))
    assert [case.record.tracking_number for unit in october.units for case in unit.cases] == ["340123-OCT"]
    quiet = queries.overdue_by_unit(city_scope, first_day=date(2026, 9, 1), last_day=date(2026, 9, 30))
    assert (quiet.count, list(quiet.units)) == (0, [])


def test_both_days_of_the_period_count(overdue_cases, city_scope) -> None:
    day = date(2026, 11, 16)
    found = queries.overdue_by_unit(city_scope, first_day=day, last_day=day)
    assert [case.record.tracking_number for unit in found.units for case in unit.cases] == ["340123-A1"]


def test_who_decides_answers_for_a_case_of_two_centres(world, feeds, report, city_scope, province_scope) -> None:
    report(
        late(feeds, world.city, "340100-C1", due_in=-2 * DAY, role="ACCEPTING"),
        late(feeds, world.county, "340100-C1", due_in=-2 * DAY, role="DECIDING"),
        late(feeds, world.city, "340100-C2", due_in=-2 * DAY, role="ACCEPTING"),
    )
    found = queries.overdue_by_unit(city_scope, first_day=NOVEMBER[0], last_day=NOVEMBER[1])
    assert {unit.centre_code: [case.record.tracking_number for case in unit.cases] for unit in found.units} == {
        world.county.code: ["340100-C1"],
        world.city.code: ["340100-C2"],
    }
    assert queries.overdue_by_unit(province_scope, first_day=NOVEMBER[0], last_day=NOVEMBER[1]).count == 2


def test_more_than_fit_are_counted_and_said_to_be_left_out(overdue_cases, city_scope, monkeypatch) -> None:
    monkeypatch.setattr(overdue, "MOST_CASES", 1)
    found = queries.overdue_by_unit(city_scope, first_day=NOVEMBER[0], last_day=NOVEMBER[1])
    assert (found.count, found.left_out) == (3, 2)


@pytest.mark.parametrize(
    ("first_day", "last_day", "field"),
    [(date(2026, 11, 2), date(2026, 11, 1), "to"), (date(2025, 11, 17), date(2026, 11, 18), "from")],
)
def test_a_period_has_an_order_and_is_a_year_at_most(city_scope, first_day, last_day, field) -> None:
    with pytest.raises(InvalidInput) as refused:
        queries.overdue_by_unit(city_scope, first_day=first_day, last_day=last_day)
    assert refused.value.field == field


def test_it_is_two_statements_for_one_window_and_for_many(world, feeds, report, city_scope) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as found:
            queries.overdue_by_unit(city_scope, first_day=NOVEMBER[0], last_day=NOVEMBER[1])
        return len(found)

    report(late(feeds, world.county, "340123-A1", due_in=-DAY))
    statements()  # the calendar is built once a process
    one = statements()
    report(
        *(of_department(late(feeds, world.county, f"340123-M{n}", due_in=-DAY), f"部门{n}") for n in range(20)),
    )
    assert (one, statements()) == (2, 2)


def test_the_page_shows_windows_cases_and_the_way_to_each(sign_in, world, overdue_cases) -> None:
    browser = sign_in(world.city)
    text = _page(browser, portal_url("supervision:overdue"))
    for said in ("超期办件通报", "市场监督管理局", "公安局", "340123-A1", "340123-A2", "仍未办"):
        assert said in text, said
    assert portal_url("supervision:case", number="340123-A3") in text
    for other in ("341700-B1", "340123-OCT", "340123-IN-TIME", "340123-DONE"):
        assert other not in text, other
    last_month = _page(browser, f"{portal_url('supervision:overdue')}?from=2026-10-01&to=2026-10-31")
    assert "340123-OCT" in last_month
    assert "340123-A1" not in last_month
    assert "这段时间没有超期办件" in _page(
        browser, f"{portal_url('supervision:overdue')}?from=2026-09-01&to=2026-09-30"
    )


def test_both_tables_can_be_taken_along(sign_in, world, overdue_cases) -> None:
    browser = sign_in(world.city)

    def rows(which: str) -> list[list[str]]:
        answer = browser.get(f"{portal_url('supervision:overdue')}?csv={which}")
        return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))

    assert [row[1:5] for row in rows("units")[1:]] == [["市场监督管理局", "2", "1", "1"], ["公安局", "1", "1", "0"]]
    assert [(row[2], row[6]) for row in rows("cases")[1:]] == [
        ("340123-A2", "0"),
        ("340123-A1", "2"),
        ("340123-A3", "0"),
    ]


def test_the_paper_names_every_window_and_case_and_waits_for_a_signature(sign_in, world, overdue_cases) -> None:
    answer = sign_in(world.city).get(f"{portal_url('supervision:overdue')}?pdf=1")
    assert answer.headers["Content-Type"] == "application/pdf"
    text = re.sub(r"\s", "", pdf_text(answer.content))
    for said in ("关于超期办件的通报", "共有3件办件", "其中2件至今仍未办理", "涉及2个窗口", "签发人"):
        assert said in text, said
    for number in ("340123-A1", "340123-A2", "340123-A3"):
        assert number in text, number
    assert "341700-B1" not in text


def test_a_paper_about_nothing_says_so(sign_in, world, overdue_cases) -> None:
    answer = sign_in(world.city).get(f"{portal_url('supervision:overdue')}?from=2026-09-01&to=2026-09-30&pdf=1")
    assert "没有承诺期限届满而未办理的办件" in re.sub(r"\s", "", pdf_text(answer.content))


@pytest.mark.req("R-12")
def test_a_city_reads_nothing_of_another_city_and_other_staff_nothing_at_all(
    client, sign_in, world, overdue_cases, city_scope
) -> None:
    address = portal_url("supervision:overdue")
    before = CaseRecord.objects.count()
    assert client.get(address).status_code == 302
    with pytest.raises(NotFound):
        queries.overdue_by_unit(city_scope, code=world.other_city.code, first_day=NOVEMBER[0], last_day=NOVEMBER[1])
    neighbour = sign_in(world.other_city)
    for more in ("", "?csv=cases", "?csv=units"):
        said = neighbour.get(f"{address}{more}").content.decode("utf-8-sig")
        assert "340123-" not in said
        assert world.county.short_name not in said
    assert neighbour.get(f"{address}?centre={world.county.code}").status_code == 404
    for roles in ((Role.WINDOW_CLERK,), (Role.CENTRE_ADMIN, Role.APPROVER)):
        assert sign_in(world.city, *roles).get(address).status_code == 403
    assert sign_in(world.county).get(address).status_code == 403
    assert CaseRecord.objects.count() == before
