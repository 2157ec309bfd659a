"""Every message type has a schema; minor additions are kept, other majors refused."""

from __future__ import annotations

import pytest

from zt_interop.errors import MajorUnknown, SchemaInvalid, TypeUnknown
from zt_interop.schemas import check_data, check_type, envelope_problem, message_types
from zt_interop.testing import progressed

TYPES = {
    "application.handed_down.v1",
    "case.transferred.v1",
    "case.received.v1",
    "case.declined.v1",
    "case.corrected.v1",
    "case.paused.v1",
    "case.resumed.v1",
    "case.extended.v1",
    "case.materials_added.v1",
    "case.progressed.v1",
    "case.decided.v1",
    "case.withdrawn.v1",
    "joint.task.v1",
    "joint.opinion.v1",
    "joint.signed.v1",
    "joint.recalled.v1",
    "joint.meeting.v1",
    "supervision.event.v1",
    "supervision.order.v1",
    "supervision.reply.v1",
    "supervision.verdict.v1",
    "supervision.escalated.v1",
    "catalogue.published.v1",
    "exchange.request.v1",
    "exchange.response.v1",
    "log.head.v1",
    "message.received.v1",
}


@pytest.mark.req("Y-01", "Y-06")
def test_every_type_has_a_schema() -> None:
    assert message_types() == TYPES


@pytest.mark.parametrize("type_", sorted(TYPES))
def test_no_type_takes_an_empty_payload(type_: str) -> None:
    with pytest.raises(SchemaInvalid):
        check_data(type_, {})


def test_members_of_a_later_minor_version_are_taken() -> None:
    check_data("case.progressed.v1", progressed(priority="HIGH", nested={"new": [1]}))
    with pytest.raises(SchemaInvalid):  # what is new is taken, what is missing still is not
        check_data("case.progressed.v1", {"priority": "HIGH"})


def test_another_major_version_is_told_from_an_unknown_type() -> None:
    with pytest.raises(MajorUnknown):
        check_type("case.progressed.v2")
    with pytest.raises(TypeUnknown):
        check_type("case.vanished.v1")
    with pytest.raises(TypeUnknown):
        check_type("../definitions")


def test_a_refusal_names_the_place_but_never_the_value() -> None:
    with pytest.raises(SchemaInvalid) as refused:
        check_data("case.progressed.v1", progressed(actor_name=["王", "340101199001011234"]))

    assert "actor_name" in refused.value.en_text
    assert "340101199001011234" not in refused.value.en_text


@pytest.mark.parametrize("at", ["2026-03-02", "2026-03-02T09:30:00", "٢٠٢٦-03-02T09:30:00Z", "2026-03-02T09:30:00Z\n"])
def test_patterns_are_read_as_json_schema_means_them(at: str) -> None:
    with pytest.raises(SchemaInvalid):
        check_data("case.progressed.v1", progressed(at=at))


def test_what_is_signed_of_a_batch_allows_nothing_more() -> None:
    assert "additionalProperties" in envelope_problem(
        "batch-manifest",
        {
            "id": "01958f2e-0000-7000-8000-000000000000",
            "source": "340100",
            "destination": "340000",
            "channel": "supervision",
            "first_sequence": 1,
            "last_sequence": 1,
            "count": 1,
            "merkle_root": "0" * 64,
            "extra": 1,
        },
    )
