"""Who answers for an approval over its limit: found, shown, withdrawn; inside the centre alone (G-11)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zt_platform.audit.models import AuditRecord
from zt_platform.orders import commands, queries
from zt_platform.orders.commands import Answerable
from zt_platform.orders.errors import FindingAboutOneself, FindingNotHere
from zt_platform.orders.models import SupervisionOrder
from zt_platform.orders.vocabulary import Ground, Side
from zt_tenants.context import enter
from zt_tenants.errors import Conflict, InvalidInput, NotFound, NotPermitted

pytestmark = pytest.mark.req("G-11")
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def order(cast) -> SupervisionOrder:
    """An order of the county about its own case, to the department that is late."""
    return cast.give(by="county", to="340123", department_code="SC", case_number=cast.number)


@pytest.fixture
def find(cast, order) -> Callable[..., SupervisionOrder]:
    """The county's administrator finds that the clerk answers; keywords change what is found."""

    def _find(by: str = "county_admin", version: int | None = None, **more) -> SupervisionOrder:
        values = {
            "account_id": cast.clerk.actor.account_id,
            "ground": "OVERTIME",
            "facts": "超过承诺期限3个工作日未作决定",
            "decision": "谈话提醒，扣减月度考核分",
            **more,
        }
        with enter(cast.places["county"]):
            return commands.record_finding(
                actor=getattr(cast, by).actor,
                order_id=order.order_id,
                answerable=Answerable(**values),
                expected_version=version,
            )

    return _find


@pytest.mark.req("P-06")
def test_the_nine_grounds_of_the_source_can_be_named() -> None:
    assert len(Ground.values) == 9
    assert Ground.OVERTIME.label == "超时审批"


def test_a_case_over_its_limit_has_its_order_and_somebody_answers_for_it(cast, ring) -> None:
    """From the limit to the finding: the order comes by itself, the administrator says who approved too late."""
    ring("2026-03-11 17:00:02")
    with enter(cast.places["county"]):
        late = SupervisionOrder.objects.get(automatic=True, tracking_number=cast.number)
        found = commands.record_finding(
            actor=cast.county_admin.actor,
            order_id=late.order_id,
            answerable=Answerable(cast.head.actor.account_id, "OVERTIME", "到期未决定", "责令说明并限期办结"),
        )
        line = AuditRecord.objects.filter(deed="SUPERVISED").latest("pk")
    [finding] = found.found
    assert (finding.ground, finding.name, finding.by) == (
        "OVERTIME",
        cast.head.account.full_name,
        cast.county_admin.actor.name,
    )
    assert (line.purpose, line.data["ground"], line.tracking_number) == ("责任认定", "OVERTIME", cast.number)
    assert "到期未决定" not in str(line.data), "what is said of a person stays with the order"


def test_a_wrong_finding_is_withdrawn_and_stays_on_record(cast, order, find) -> None:
    [finding] = find().found
    with enter(cast.places["county"]):
        after = commands.withdraw_finding(
            actor=cast.county.actor, order_id=order.order_id, finding_id=finding.id, reason="当日停电，另有原因"
        )
        with pytest.raises(NotFound):
            commands.withdraw_finding(
                actor=cast.county.actor, order_id=order.order_id, finding_id=finding.id, reason="再次"
            )
    [kept] = after.found
    assert (kept.facts, kept.withdrawn_reason) == (finding.facts, "当日停电，另有原因")
    assert kept.withdrawn_by == cast.county.actor.name


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"ground": "LAZINESS"}, InvalidInput),
        ({"facts": " "}, InvalidInput),
        ({"decision": ""}, InvalidInput),
        ({"account_id": UUID(int=7)}, NotFound),
        ({"attachment_ids": [999999]}, InvalidInput),
        ({"version": 77}, Conflict),
        ({"by": "head"}, NotPermitted),
        ({"by": "clerk"}, NotPermitted),
    ],
    ids=["ground", "facts", "decision", "stranger", "file", "version", "head", "clerk"],
)
def test_what_is_refused_changes_nothing(cast, find, changed, error) -> None:
    before = cast.rows("county")
    with pytest.raises(error):
        find(**changed)
    assert cast.rows("county") == before


def test_nobody_finds_or_withdraws_what_concerns_himself(cast, order, find) -> None:
    before = cast.rows("county")
    with pytest.raises(FindingAboutOneself):
        find(account_id=cast.county_admin.actor.account_id)
    assert cast.rows("county") == before
    [finding] = find(by="county", account_id=cast.county_admin.actor.account_id).found
    with enter(cast.places["county"]), pytest.raises(FindingAboutOneself):
        commands.withdraw_finding(
            actor=cast.county_admin.actor, order_id=order.order_id, finding_id=finding.id, reason="我不同意"
        )
    assert not cast.at("county", order).found[0].withdrawn_at


def test_who_gave_an_order_down_finds_nobody_below_and_a_withdrawn_one_is_closed_to_it(cast, order) -> None:
    given = cast.give(case_number=cast.number)
    with enter(cast.places["county"]):
        commands.withdraw_order(actor=cast.county.actor, order_id=order.order_id, reason="情况不实")
    answerable = Answerable(cast.clerk.actor.account_id, "OVERTIME", "x", "x")
    before = [cast.rows(place) for place in ("province", "county")]
    for place, person, about in (("province", cast.province, given), ("county", cast.county, order)):
        with enter(cast.places[place]), pytest.raises(FindingNotHere):
            commands.record_finding(actor=person.actor, order_id=about.order_id, answerable=answerable)
    assert [cast.rows(place) for place in ("province", "county")] == before


def test_an_order_from_above_is_answered_for_where_it_was_received(cast) -> None:
    given = cast.give(case_number=cast.number)
    with enter(cast.places["county"]):
        found = commands.record_finding(
            actor=cast.county.actor,
            order_id=given.order_id,
            answerable=Answerable(cast.clerk.actor.account_id, "SHIRKING", "推诿", "通报批评"),
        )
    assert (found.side, len(found.found)) == (Side.RECEIVED, 1)
    assert cast.at("province", given).findings == [], "the centre's own matter does not travel"


def test_over_the_pages_with_evidence_and_the_register(cast, order) -> None:
    client, address = cast.county_admin.client, f"/c/340123/orders/{order.order_id}/"
    assert "认定责任" in client.get(address).text
    form = client.get(f"{address}findings/").text
    assert cast.clerk.account.full_name in form
    assert str(cast.county_admin.actor.account_id) not in form
    sent = {
        "account_id": str(cast.clerk.actor.account_id),
        "ground": "OVERTIME",
        "facts": "超期3个工作日",
        "decision": "谈话提醒",
        "attachments": [SimpleUploadedFile("谈话记录.pdf", PDF, "application/pdf")],
    }
    wrong = client.post(f"{address}findings/", {**sent, "ground": "", "attachments": []})
    assert wrong.status_code == 422
    assert "请填写“问责情形”" in wrong.text
    shown = client.post(f"{address}findings/", sent, follow=True).text
    for said in ("责任认定已记录", "超时审批", "超期3个工作日", "谈话提醒", "谈话记录.pdf"):
        assert said in shown, said
    register = client.get("/c/340123/orders/findings/?ground=OVERTIME").text
    assert cast.clerk.account.full_name in register
    assert "没有责任认定" in client.get("/c/340123/orders/findings/?ground=WRONG").text
    rows = list(csv.reader(io.StringIO(client.get("/c/340123/orders/findings/?csv=1").content.decode("utf-8-sig"))))
    assert rows[1][:4] == [cast.clerk.account.full_name, "超时审批", "超期3个工作日", "谈话提醒"]
    [finding] = cast.at("county", order).found
    withdrawn = client.post(f"{address}findings/{finding.id}/", {"reason": "认定有误"}, follow=True).text
    assert "已撤销" in withdrawn


@pytest.mark.req("A-01")
def test_others_read_none_of_it(cast, order, find) -> None:
    find()
    before = cast.rows("county")
    address = f"/c/340123/orders/{order.order_id}/"
    for path in ("/c/340123/orders/findings/", f"{address}findings/"):
        assert cast.neighbour.client.get(path).status_code == 403
        assert cast.province.client.get(path).status_code == 403
        assert cast.head.client.get(path).status_code == 403
        assert cast.clerk.client.get(path).status_code == 403
    read = cast.head.client.get(address)
    assert read.status_code == 200
    assert "谈话提醒" not in read.text, "the head of the department reads the order, not what was found about people"
    with enter(cast.places["neighbour"]):
        assert list(queries.orders_with_findings(cast.neighbour.actor)) == []
    elsewhere = f"/c/{cast.places['neighbour'].code}/orders/{order.order_id}/findings/"
    assert cast.neighbour.client.get(elsewhere).status_code == 404
    assert cast.rows("county") == before


def test_the_register_costs_the_same_for_one_finding_and_for_many(cast, find) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert cast.county_admin.client.get("/c/340123/orders/findings/").status_code == 200
        return len(seen)

    find()
    one = statements()
    for _ in range(5):
        find()
    assert statements() == one
