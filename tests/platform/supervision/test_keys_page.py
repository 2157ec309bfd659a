"""The page of the centres' keys: what ends first stands first, nobody sees another city's, and it stays cheap."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from zt_interop.keys.models import KeyUsage, PublicKey
from zt_interop.keys.rotation import rotate_keys
from zt_platform.organisation.roles import Role
from zt_tenants.clock import now
from zt_tenants.models import Centre
from zt_tenants.urls import portal_url

pytestmark = pytest.mark.req("Y-04", "R-12")
URL = portal_url("supervision:keys")


@pytest.fixture
def ending(world):
    """The county's keys end in 5 and 25 days, the township's in 50, the other county has none to sign with."""
    moment = now()
    PublicKey.objects.filter(centre_id=world.county.id, usage=KeyUsage.MESSAGE).update(
        not_after=moment + timedelta(days=5, hours=1)
    )
    PublicKey.objects.filter(centre_id=world.county.id, usage=KeyUsage.ENCRYPTION).update(
        not_after=moment + timedelta(days=25, hours=1)
    )
    PublicKey.objects.filter(centre_id=world.township.id).update(not_after=moment + timedelta(days=50, hours=1))
    PublicKey.objects.filter(centre_id=world.other_county.id, usage=KeyUsage.MESSAGE).delete()


def _page(browser, query: str = "") -> str:
    response = browser.get(URL + query)
    assert response.status_code == 200
    return unescape(response.content.decode())


def _rows(page: str) -> list[str]:
    body = page.split("<tbody>")[1].split("</tbody>")[0] if "<tbody>" in page else ""
    return [re.sub(r"<[^>]*>", " ", row) for row in body.split("<tr>")[1:]]


def test_what_is_missing_or_ends_first_stands_first(sign_in, world, ending) -> None:
    rows = _rows(_page(sign_in(world.province)))

    assert len(rows) == 1 + 2 * 6
    assert [
        word in row for word, row in zip(["没有有效密钥", "7天内", "30天内", "60天内", "60天内"], rows, strict=False)
    ]
    for row, expected in zip(rows, ["没有有效密钥", "5天", "25天", "50天", "50天"], strict=False):
        assert expected in row
    assert "省级根密钥" in " ".join(rows)


def test_a_state_is_colour_shape_and_word_beside_a_date_and_a_bar(sign_in, world, ending) -> None:
    page = _page(sign_in(world.province), "?state=WEEK")

    assert re.search(r'class="light light-red"><svg[^>]*><use href="[^"]*#light-red"></use></svg>7天内到期<', page)
    assert re.search(r'<meter class="bar" min="0" max="400" value="5"', page)
    assert re.search(r'<time class="number" datetime="[^"]+">\d{4}-\d\d-\d\d</time>', page)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("?state=MISSING", 1),
        ("?state=VALID", 8),
        ("?q=341702", 2),
        ("?q=HPKE", 6),
        ("?q=nothing-of-the-kind", 0),
        ("?state=VALID&q=341702", 1),
        ("?centre=340123", 4),
        ("?page=junk", 13),
        ("?page=99", 13),
        ("?page=²", 13),
    ],
)
def test_filters_leave_what_they_name(sign_in, world, ending, query, count) -> None:
    assert len(_rows(_page(sign_in(world.province), query))) == count


def test_no_such_state_is_said(sign_in, world) -> None:
    assert sign_in(world.province).get(URL + "?state=ODD").status_code == 400


def test_a_city_sees_no_other_city_s_keys(sign_in, world, ending) -> None:
    browser = sign_in(world.other_city)
    page = _page(browser)

    assert len(_rows(page)) == 4
    assert world.county.short_name not in page
    assert "省级根密钥" not in page
    assert browser.get(URL + f"?centre={world.county.code}").status_code == 404
    assert browser.get(URL + f"?centre={world.county.code}&csv=1").status_code == 404


@pytest.mark.parametrize("roles", [(Role.WINDOW_CLERK,), (Role.CENTRE_ADMIN, Role.APPROVER)])
def test_other_staff_and_strangers_see_nothing(sign_in, world, roles) -> None:
    before = PublicKey.objects.count()

    assert sign_in(world.province, *roles).get(URL).status_code == 403
    assert Client().get(URL).status_code == 302
    assert PublicKey.objects.count() == before


def test_no_private_or_public_key_bytes_are_shown(sign_in, world) -> None:
    key = PublicKey.objects.get(centre_id=world.city.id, usage=KeyUsage.MESSAGE)

    assert key.kid in _page(sign_in(world.province))
    assert key.statement not in _page(sign_in(world.province))


def test_the_table_can_be_taken_along(sign_in, world, ending) -> None:
    response = sign_in(world.province).get(URL + "?csv=1&centre=340123")
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))

    assert len(rows) == 1 + 4
    assert rows[1][:3] == ["7天内到期", world.county.name, "340123"]
    assert rows[1][-1] == "5"


def test_it_costs_the_same_for_one_centre_and_for_many_with_many_keys(sign_in, world) -> None:
    browser = sign_in(world.province)
    _page(browser)
    with CaptureQueriesContext(connection) as few:
        _page(browser)
    for _ in range(5):
        rotate_keys(world.all)
    Centre.objects.bulk_create(
        Centre(
            code=f"3499{number:02}",
            name=f"第{number}县",
            short_name=f"第{number}县",
            level="COUNTY",
            schema_name=f"c_none_{number}",
            parent=world.other_city,
            opened_on=now().date(),
        )
        for number in range(30)
    )
    _page(browser)  # what processes remember of the centres is read again after a change of centres
    with CaptureQueriesContext(connection) as many:
        page = _page(browser)

    assert len(many) == len(few)
    assert len(_rows(page)) == 1 + 2 * 36


def test_many_rows_are_paged(sign_in, world, monkeypatch) -> None:
    from zt_platform.supervision import keys_page

    monkeypatch.setattr(keys_page, "PAGE_ROWS", 5)
    browser = sign_in(world.province)
    seen = [row for number in (1, 2, 3) for row in _rows(_page(browser, f"?page={number}"))]

    assert len(seen) == len(set(seen)) == 13
    assert "page=2" in _page(browser)
    assert "page=4" not in _page(browser, "?page=3")
