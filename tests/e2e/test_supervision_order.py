"""A supervision order in browsers: the province gives it, the county answers with a file, the province judges."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

COUNTY, PROVINCE = "340123", "340000"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def _wait(page, text: str, address: str) -> None:
    """Look again until the message has crossed; bounded."""
    for _ in range(60):
        page.goto(address)
        if page.get_by_text(text).count():
            return
        page.wait_for_timeout(1000)
    expect(page.get_by_text(text).first).to_be_visible()


@pytest.mark.req("F-04", "G-04", "R-12")
def test_an_order_goes_down_and_its_answer_comes_back(visitor: Callable) -> None:
    province, county = visitor(f"supervisor-{PROVINCE}"), visitor(f"admin-{COUNTY}")
    page = province.page
    province.open(f"/c/{PROVINCE}/orders/")
    page.get_by_role("link", name="下达督办").click()
    province.look("a new order")
    page.get_by_label("督办哪个中心").fill(COUNTY)
    page.get_by_label("黄牌督办").check()
    page.get_by_label("督办事由和要求").fill("群众反映窗口办理拖延，请核实情况、说明原因并限期整改。")
    page.get_by_role("button", name="下达督办").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("黄牌督办")
    province.look("the order at who gave it")
    order = page.url

    there = order.replace(f"/c/{PROVINCE}/", f"/c/{COUNTY}/")
    _wait(county.page, "黄牌督办", f"{county.site.url}/c/{COUNTY}/orders/")
    county.look("the list with an order to be answered")
    county.page.goto(there)
    county.look("the order at who answers")
    county.page.get_by_label("情况说明和整改结果").fill("已约谈窗口负责人，当日办结，并加强排班。")
    county.page.get_by_label("已经整改到位").check()
    county.page.get_by_label("附件").set_input_files(
        [{"name": "整改报告.pdf", "mimeType": "application/pdf", "buffer": PDF}]
    )
    county.page.get_by_role("button", name="回复", exact=True).click()
    expect(county.page.get_by_role("link", name="整改报告.pdf")).to_be_visible()

    _wait(page, "整改报告.pdf", order)
    province.look("the answer to be judged")
    page.get_by_label("退回理由").fill("未说明拖延的原因")
    page.get_by_role("button", name="退回重报").click()
    expect(page.get_by_text("未说明拖延的原因")).to_be_visible()
    _wait(county.page, "未说明拖延的原因", there)
    county.page.get_by_label("情况说明和整改结果").fill("原因：窗口人员轮休未顶岗。")
    county.page.get_by_role("button", name="回复", exact=True).click()
    _wait(page, "轮休未顶岗", order)
    page.get_by_role("button", name="审核通过，销号").click()
    expect(page.get_by_text("已销号").first).to_be_visible()
    province.look("a settled order")
