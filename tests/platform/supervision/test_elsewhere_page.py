"""The page of the centres elsewhere: how the way there stands, and nobody sees another city's."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from zt_interop import circuit
from zt_interop.keys.models import KeyUsage, PublicKey
from zt_interop.queue.models import OutboundStream, PeerCertificate
from zt_platform.organisation.roles import Role
from zt_tenants.clock import now
from zt_tenants.models import Centre
from zt_tenants.urls import portal_url

pytestmark = pytest.mark.req("Y-01", "Y-04")
URL = portal_url("supervision:elsewhere")


@pytest.fixture
def away(world):
    """Both counties run elsewhere; messages to the first are under way, nothing was ever sent to the other."""
    for centre in (world.county, world.other_county):
        Centre.objects.filter(id=centre.id).update(
            transport="https", endpoint=f"https://site-{centre.code}.example/c/{centre.code}/interop/inbox"
        )
    for source in ("340100", "340000"):
        OutboundStream.objects.create(
            source_code=source,
            destination_code="340123",
            channel="case",
            last_sequence=7,
            acknowledged_sequence=5,
            last_delivered_at=now() - timedelta(minutes=3),
        )


def _page(browser, query: str = "") -> str:
    response = browser.get(URL + query)
    assert response.status_code == 200
    return unescape(response.content.decode())


def _rows(page: str) -> list[str]:
    body = page.split("<tbody>")[1].split("</tbody>")[0] if "<tbody>" in page else ""
    return [" ".join(re.sub(r"<[^>]*>", " ", row).split()) for row in body.split("<tr>")[1:]]


def test_each_way_is_shown_with_what_is_not_confirmed(sign_in, world, away) -> None:
    unused, used = _rows(_page(sign_in(world.province)))

    assert unused.startswith("尚无往来")
    assert "site-341702.example" in unused
    assert used.startswith("通畅")
    assert "site-340123.example" in used
    assert re.search(r" 4 – \d{4}-\d\d-\d\d$", used)


def test_the_end_of_a_certificate_is_shown_and_warned_of(sign_in, world, away) -> None:
    for code, days in (("340123", 5), ("341702", 20)):
        PeerCertificate.objects.create(
            site=f"site-{code}.example:443", ends_at=now() + timedelta(days=days, hours=1), seen_at=now()
        )
    page = _page(sign_in(world.province))
    by_centre = {row.split("site-")[1][:6]: row for row in _rows(page)}
    assert f"{now() + timedelta(days=5, hours=1):%Y-%m}" in by_centre["340123"]
    assert "马上到期" in by_centre["340123"]
    assert "将到期" in by_centre["341702"]
    assert (page.count("tag-red"), page.count("tag-amber")) == (1, 1)


def test_a_centre_that_does_not_answer_stands_first(sign_in, world, away) -> None:
    for _ in range(circuit.FAILURES_TO_OPEN):
        circuit.note_silence("340123", "timeout")

    assert _rows(_page(sign_in(world.province)))[0].startswith("没有应答")


def test_a_missing_key_is_said(sign_in, world, away) -> None:
    PublicKey.objects.filter(centre_code="340123", usage=KeyUsage.ENCRYPTION).delete()

    assert _rows(_page(sign_in(world.city)))[0].endswith("缺少密钥")


def test_a_city_sees_no_other_city_s_centres(sign_in, world, away) -> None:
    browser = sign_in(world.other_city)
    page = _page(browser)

    assert len(_rows(page)) == 1
    assert "site-340123" not in page
    assert browser.get(URL + "?centre=340123").status_code == 404


@pytest.mark.parametrize("roles", [(Role.WINDOW_CLERK,), (Role.CENTRE_ADMIN, Role.APPROVER)])
def test_other_staff_and_strangers_see_nothing(sign_in, world, away, roles) -> None:
    before = list(OutboundStream.objects.order_by("id").values())

    assert sign_in(world.province, *roles).get(URL).status_code == 403
    assert Client().get(URL).status_code == 302
    assert list(OutboundStream.objects.order_by("id").values()) == before


def test_without_centres_elsewhere_the_page_says_so(sign_in, world) -> None:
    page = _page(sign_in(world.province))
    assert _rows(page) == []
    assert "没有异地部署的中心" in page


def test_it_costs_the_same_for_one_centre_and_for_two(sign_in, world, away) -> None:
    browser = sign_in(world.province)
    _page(browser)
    with CaptureQueriesContext(connection) as two:
        _page(browser)
    Centre.objects.filter(id=world.other_county.id).update(transport="local", endpoint="")
    _page(browser)
    with CaptureQueriesContext(connection) as one:
        _page(browser)
    assert len(one) == len(two)
