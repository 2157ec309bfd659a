"""Pages of both sides: the list with its filters and tables, a new order, one order with its acts; neighbours see none."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zt_platform.orders.models import SupervisionOrder
from zt_tenants.context import enter

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.mark.req("F-04", "R-12")
def test_a_supervisor_gives_an_order_and_reads_it(cast, carry) -> None:
    page = cast.province.client.get(f"/c/340000/orders/new/?case={cast.number}&centre=340123")
    assert f'value="{cast.number}"' in page.text
    sent = {
        "addressee": "肥西县政务服务中心",
        "kind": "ORDER",
        "case_number": cast.number,
        "reason": "请说明情况",
        "answer_days": "5",
    }
    answer = cast.province.client.post("/c/340000/orders/new/", sent, follow=True)
    assert "已下达" in answer.text
    assert "请说明情况" in answer.text
    carry()
    listed = cast.county.client.get("/c/340123/orders/").text
    assert "待本中心回复 1 份" in listed
    assert "安徽省政务服务中心" in listed
    with enter(cast.places["county"]):
        [received] = SupervisionOrder.objects.all()
    assert cast.county.client.get(f"/c/340123/orders/{received.order_id}/paper/").status_code == 302


@pytest.mark.req("G-04")
def test_the_county_answers_with_files_over_the_page(cast, carry) -> None:
    order = cast.give(case_number=cast.number)
    address = f"/c/340123/orders/{order.order_id}/"
    files = [SimpleUploadedFile(name, PDF, "application/pdf") for name in ("整改报告.pdf", "照片说明.pdf")]
    answer = cast.county_admin.client.post(
        f"{address}reply/", {"explanation": "当日办结", "rectified": "on", "attachments": files}, follow=True
    )
    assert "整改报告.pdf" in answer.text
    assert "照片说明.pdf" in answer.text
    carry()
    judged = cast.province.client.post(
        f"/c/340000/orders/{order.order_id}/return/", {"reason": "缺少评审意见", "answer_days": "3"}, follow=True
    )
    assert "缺少评审意见" in judged.text
    carry()
    assert cast.at("county", order).status == "RETURNED"


@pytest.mark.req("G-04")
def test_what_is_missing_stands_beside_its_field_and_changes_nothing(cast) -> None:
    order = cast.give()
    before = cast.rows("county")
    answer = cast.county.client.post(f"/c/340123/orders/{order.order_id}/reply/", {"explanation": " "})
    assert answer.status_code == 422
    assert "请填写“情况说明和整改结果”" in answer.text
    elsewhere = {"addressee": "341702", "kind": "ORDER", "reason": "x", "answer_days": "3"}
    wrong = cast.city.client.post("/c/340100/orders/new/", elsewhere)
    assert wrong.status_code == 422
    assert "不在本中心的监察范围" in wrong.text
    assert cast.rows("county") == before


@pytest.mark.req("G-04")
def test_a_stale_page_is_sent_back_with_a_word(cast) -> None:
    order = cast.give()
    before = cast.rows("county")
    sent = {"explanation": "x", "lock_version": "7"}
    answer = cast.county.client.post(f"/c/340123/orders/{order.order_id}/reply/", sent, follow=True)
    assert answer.status_code == 200
    assert cast.rows("county") == before


@pytest.mark.req("R-12", "V-01")
def test_filters_and_tables(cast) -> None:
    one, other = cast.give(case_number=cast.number), cast.give(by="province", kind="RED_CARD", reason="第二份")
    client = cast.province.client

    def shown(query: str) -> list[bool]:
        text = client.get(f"/c/340000/orders/?{query}").text
        return [str(order.order_id) in text for order in (one, other)]

    assert shown("") == [True, True]
    assert shown(f"q={cast.number}") == [True, False]
    assert shown("side=RECEIVED") == [False, False]
    assert shown("status=CLOSED") == [False, False]
    assert shown("overdue=1") == [False, False]
    table = client.get("/c/340000/orders/?csv=1")
    assert table["Content-Type"].startswith("text/csv")
    assert table.text.count("肥西县政务服务中心") == 2


@pytest.mark.req("E-20", "R-12")
def test_the_page_of_the_case_shows_the_order(cast) -> None:
    order = cast.give(case_number=cast.number)
    page = cast.county_admin.client.get(f"/c/340123/workbench/{cast.case.pk}/").text
    clerk = cast.clerk.client.get(f"/c/340123/workbench/{cast.case.pk}/").text
    assert f"/orders/{order.order_id}/" in page
    assert order.number in clerk
    assert f"/orders/{order.order_id}/" not in clerk


@pytest.mark.req("R-12")
def test_the_supervisors_trail_of_a_case_leads_to_an_order(cast) -> None:
    page = cast.province.client.get(f"/supervision/cases/{cast.number}/").text
    assert f"/c/340000/orders/new/?case={cast.number}&amp;centre=340123" in page


@pytest.mark.req("A-01", "A-09")
@pytest.mark.parametrize("path", ["", "new/", "{id}/", "{id}/paper/"])
def test_the_neighbour_and_those_without_the_role_see_nothing(cast, path) -> None:
    order = cast.give(case_number=cast.number, reason="只给肥西县看")
    address = f"/c/340123/orders/{path.format(id=order.order_id)}"
    for person in (cast.neighbour, cast.clerk):
        answer = person.client.get(address)
        assert answer.status_code == 403
        assert "只给肥西县看" not in answer.text
    own = cast.neighbour.client.get(f"/c/341700/orders/{path.format(id=order.order_id)}")
    assert own.status_code == (404 if "{id}" in path else 200)
    assert "只给肥西县看" not in own.text


@pytest.mark.req("A-01", "A-09")
@pytest.mark.parametrize("act", ["reply", "return", "accept", "withdraw"])
def test_the_neighbour_changes_nothing(cast, act) -> None:
    order = cast.give(case_number=cast.number)
    before = [cast.rows(place) for place in ("county", "province")]
    sent = {"explanation": "x", "reason": "x", "remark": "x", "answer_days": "3"}
    for code in ("340123", "340000", "341700"):
        assert cast.neighbour.client.post(f"/c/{code}/orders/{order.order_id}/{act}/", sent).status_code in (403, 404)
    assert [cast.rows(place) for place in ("county", "province")] == before


@pytest.mark.req("Y-10")
def test_the_list_costs_as_many_statements_for_many(cast) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as found:
            assert cast.province.client.get("/c/340000/orders/").status_code == 200
        return len(found)

    cast.give()
    statements()
    few = statements()
    for _ in range(6):
        cast.give()
    assert statements() == few
