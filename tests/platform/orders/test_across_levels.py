"""A supervision order goes down, its answer up, and who gave it judges the answer (F-04, G-04, R-12)."""

from __future__ import annotations

import pytest

from zt_interop.log.models import InboxMessage
from zt_interop.queue.models import OutboxMessage
from zt_interop.send import send_message
from zt_platform.audit.models import AuditRecord
from zt_platform.orders import commands, queries
from zt_platform.orders.errors import NotBelow
from zt_platform.papers.models import Paper
from zt_platform.supervision.models import CaseStep
from zt_storage.uploads import put_bytes, read_bytes
from zt_tenants.context import enter, outside_centres

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.mark.req("F-04", "G-04", "R-05", "R-12")
def test_the_province_orders_a_county_about_a_case(cast) -> None:
    given = cast.give(case_number=cast.number, kind="YELLOW_CARD")

    assert (given.side, given.status, given.subject) == ("ISSUED", "ISSUED", cast.number)
    with enter(cast.places["province"]):
        paper = Paper.objects.get(pk=given.paper_id)
    assert paper.kind == "SUPERVISION_ORDER"
    assert given.number == paper.number
    assert "黄牌督办通知书" in paper.snapshot.text()
    assert "群众反映办理拖延" in paper.snapshot.text()
    there = cast.at("county", given)
    assert (there.side, there.status, there.issuer_code, there.number) == ("RECEIVED", "ISSUED", "340000", paper.number)
    assert there.answer_due_at == given.answer_due_at
    assert "ORDERED_FROM_ABOVE" in cast.steps()
    assert cast.told("ORDER_GIVEN") == 2  # its supervisor and its administrator
    with enter(cast.places["county"]):
        assert read_bytes(there.paper_copy).startswith(b"%PDF")
        assert queries.orders_about(cast.number) == [there]


@pytest.mark.req("R-12", "R-03")
def test_an_order_about_a_case_shows_in_the_provinces_trail_of_that_case(cast) -> None:
    cast.reply(cast.give(case_number=cast.number))
    with outside_centres():
        steps = list(CaseStep.objects.filter(tracking_number=cast.number).values_list("step", flat=True))
    assert steps[-2:] == ["ORDERED_FROM_ABOVE", "ORDER_ANSWERED"]


@pytest.mark.req("R-12")
def test_an_order_about_no_case_travels_under_a_number_of_its_own(cast) -> None:
    given = cast.give(by="city")
    assert given.tracking_number == ""
    assert given.subject.startswith("DB-340100-2026-")
    there = cast.at("county", given)
    assert (there.subject, there.tracking_number) == (given.subject, "")
    assert "ORDERED_FROM_ABOVE" not in cast.steps()


@pytest.mark.req("G-04", "O-05")
def test_the_county_answers_with_a_file_and_the_answer_is_accepted(cast, carry) -> None:
    given = cast.give(case_number=cast.number)
    with enter(cast.places["county"]):
        file = put_bytes(
            data=PDF,
            file_name="整改报告.pdf",
            content_type="application/pdf",
            owner_account_id=cast.county.actor.account_id,
        )
    cast.reply(given, attachment_ids=[file.pk])

    answered = cast.at("province", given)
    assert (answered.status, answered.answered_at is not None) == ("REPLIED", True)
    line = answered.lines[-1]
    assert (line.text, line.rectified, line.centre) == ("已约谈窗口，当日办结", True, cast.places["county"].name)
    with enter(cast.places["province"]):
        [copy] = queries.files_of(answered).values()
        assert (copy.file_name, read_bytes(copy)) == ("整改报告.pdf", PDF)
        commands.accept_reply(actor=cast.province.actor, order_id=given.order_id, remark="同意销号")
    carry()
    assert cast.at("county", given).status == "CLOSED"
    assert cast.steps()[-2:] == ["ORDER_ANSWERED", "ORDER_ENDED"]
    assert cast.told("ORDER_ANSWERED") == 1


@pytest.mark.req("G-04")
def test_an_answer_is_returned_with_a_new_date_and_given_again(cast, carry) -> None:
    given = cast.give(case_number=cast.number)
    cast.reply(given)
    with enter(cast.places["province"]):
        commands.return_reply(actor=cast.province.actor, order_id=given.order_id, reason="没有说明原因", answer_days=5)
    carry()
    there, here = cast.at("county", given), cast.at("province", given)
    assert (there.status, here.status) == ("RETURNED", "RETURNED")
    assert there.answer_due_at == here.answer_due_at > given.answer_due_at
    assert there.lines[-1].text == "没有说明原因"
    cast.reply(given, explanation="补充说明原因")
    assert cast.at("province", given).status == "REPLIED"
    assert [line.act for line in cast.at("county", given).lines] == ["ISSUE", "REPLY", "RETURN", "REPLY"]


@pytest.mark.req("G-04")
def test_an_order_is_taken_back(cast, carry) -> None:
    given = cast.give()
    with enter(cast.places["province"]):
        commands.withdraw_order(actor=cast.province.actor, order_id=given.order_id, reason="情况不实")
    carry()
    assert cast.at("county", given).status == "WITHDRAWN"


@pytest.mark.req("G-04")
def test_an_answer_that_crosses_a_taking_back_is_kept_and_changes_nothing(cast, carry) -> None:
    given = cast.give()
    with enter(cast.places["province"]):
        commands.withdraw_order(actor=cast.province.actor, order_id=given.order_id, reason="情况不实")
    with enter(cast.places["county"]):
        commands.reply_to_order(actor=cast.county.actor, order_id=given.order_id, explanation="已整改")
    carry()
    here = cast.at("province", given)
    assert (here.status, [line.act for line in here.lines]) == ("WITHDRAWN", ["ISSUE", "WITHDRAW", "REPLY"])
    assert cast.at("county", given).status == "WITHDRAWN"


@pytest.mark.req("A-02", "E-20")
def test_every_act_of_a_person_is_in_the_audit_record_of_the_centre(cast, carry) -> None:
    given = cast.give(case_number=cast.number)
    cast.reply(given)
    with enter(cast.places["province"]):
        commands.accept_reply(actor=cast.province.actor, order_id=given.order_id)
        acts = [row.data["act"] for row in AuditRecord.objects.filter(deed="SUPERVISED")]
    with enter(cast.places["county"]):
        [reply] = AuditRecord.objects.filter(deed="SUPERVISED")
    assert acts == ["ISSUE", "ACCEPT"]
    assert (reply.data["act"], reply.account_id, reply.tracking_number) == (
        "REPLY",
        cast.county.actor.account_id,
        cast.number,
    )


@pytest.mark.req("R-12")
@pytest.mark.parametrize(("by", "to"), [("city", "341702"), ("city", "340000"), ("county", "340100")])
def test_nobody_orders_a_centre_that_does_not_lie_below(cast, by, to) -> None:
    before = cast.rows(by)
    with pytest.raises(NotBelow):
        cast.give(by=by, to=to)
    assert cast.rows(by) == before


@pytest.mark.req("R-12", "Y-01")
def test_an_order_of_a_centre_that_does_not_supervise_is_parked_and_makes_nothing(cast, carry) -> None:
    """The neighbour city is authentic, and not above the county."""
    data = {
        "tracking_number": cast.number,
        "order_id": "6f1c2f0e-6d5b-4c55-9b0e-0c6b7d1f2a3b",
        "kind": "ORDER",
        "reason": "x",
        "issued_at": "2026-03-02T09:30:00+08:00",
    }
    before = cast.rows("county")
    with enter(cast.places["neighbour"]):
        send_message(destination="340123", type="supervision.order.v1", subject=cast.number, data=data)
    carry()
    assert cast.rows("county") == before
    with enter(cast.places["county"]):
        assert InboxMessage.objects.get(source_code="341700").reason_code == "ORDER_OF_ANOTHER"


@pytest.mark.req("R-12", "Y-01")
def test_an_answer_marked_with_another_case_changes_nothing(cast, carry) -> None:
    given = cast.give(case_number=cast.number)
    data = {"tracking_number": cast.number, "order_id": str(given.order_id), "explanation": "x"}
    before = cast.rows("province")
    with enter(cast.places["county"]):
        reply = {**data, "replied_at": "2026-03-02T09:30:00+08:00"}
        send_message(destination="340000", type="supervision.reply.v1", subject="340100-20260302-000099-X", data=reply)
    carry()
    assert cast.rows("province") == before
    with enter(cast.places["province"]):
        assert InboxMessage.objects.get(source_code="340123", state="PARKED").reason_code == "SUBJECT_DIFFERS"


@pytest.mark.req("Y-01")
@pytest.mark.parametrize("type_", ["supervision.reply.v1", "supervision.verdict.v1", "supervision.escalated.v1"])
def test_a_centre_without_a_part_in_an_order_changes_nothing(cast, carry, type_) -> None:
    given = cast.give(case_number=cast.number)
    named = {"tracking_number": cast.number, "order_id": str(given.order_id)}
    at = "2026-03-02T09:30:00+08:00"
    data = {
        "supervision.reply.v1": {**named, "explanation": "x", "replied_at": at},
        "supervision.verdict.v1": {**named, "verdict": "ACCEPTED", "given_at": at},
        "supervision.escalated.v1": {
            **named,
            "kind": "ORDER",
            "reason": "x",
            "escalation": "RED",
            "status": "CLOSED",
            "addressee": {"code": "340123", "name": "x"},
            "issued_at": at,
            "answer_due_at": at,
            "reported_at": at,
        },
    }[type_]
    places = ["province", "county"]
    before = [cast.rows(place) for place in places]
    with enter(cast.places["neighbour"]):
        for destination in ("340000", "340123"):
            send_message(destination=destination, type=type_, subject=cast.number, data=data)
    carry()
    assert [cast.rows(place) for place in places] == before


@pytest.mark.req("Y-01")
def test_a_message_that_comes_twice_is_one_order_and_one_answer(cast, carry) -> None:
    """The same order id again, as a new message: nothing is doubled."""
    given = cast.give(case_number=cast.number)
    cast.reply(given)
    with outside_centres():
        sent = {
            row.type: (row.stream.source_code, row.stream.destination_code, row.data)
            for row in OutboxMessage.objects.filter(type__startswith="supervision.").exclude(
                type="supervision.event.v1"
            )
        }
    for type_, (source, destination, data) in sent.items():
        with enter(source):
            send_message(destination=destination, type=type_, subject=cast.number, data=data)
    carry()
    assert sorted(sent) == ["supervision.order.v1", "supervision.reply.v1"]
    assert [line.act for line in cast.at("province", given).lines] == ["ISSUE", "REPLY"]
    assert [line.act for line in cast.at("county", given).lines] == ["ISSUE", "REPLY"]
