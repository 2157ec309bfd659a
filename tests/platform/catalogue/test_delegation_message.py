"""A delegation reaches the centre it is made to, as a signed message."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from zt_interop.handlers import Message
from zt_interop.queue.models import OutboxMessage
from zt_platform.catalogue import queries
from zt_platform.catalogue.commands import complete_handover_step, open_delegation, revoke_delegation
from zt_platform.catalogue.events import PUBLISHED, apply_published
from zt_platform.catalogue.forms import fields_of
from zt_platform.catalogue.loader import load_catalogue
from zt_platform.catalogue.models import Delegation, Item, ItemVersion
from zt_platform.index.models import ItemIndexEntry
from zt_tenants.clock import now, today
from zt_tenants.context import enter, outside_centres
from zt_tenants.errors import InvalidInput, NotPermitted
from zt_tenants.uuid7 import uuid7

GIVEN: dict[str, Any] = {
    "item_code": "XK-GA-09",
    "kind": "FORWARDED",
    "to_centre_code": "340123",
    "to_department_code": "GA",
    "to_department_name": "肥西县公安局",
    "legal_basis": "《护照法》第五条",
    "evaluation_note": "窗口具备采集条件",
    "valid_from": date(2026, 1, 1),
}


def delivered(sent: OutboxMessage, *, source: str = "340100", destination: str = "340123", **changes: Any) -> Message:
    """What the receiver's handler is given of a queued message (the road itself is tested in interop)."""
    return Message(
        id=uuid7(),
        type=sent.type,
        source=source,
        destination=destination,
        channel="case",
        subject=sent.subject,
        time=now(),
        data={**sent.data, **changes},
        sequence=1,
        digest="",
    )


@pytest.fixture
def opened(city, world, staff_of) -> Delegation:
    load_catalogue(world.county)
    with enter(city):
        return open_delegation(actor=staff_of(city), **GIVEN)


def sent() -> list[OutboxMessage]:
    with outside_centres():
        return list(OutboxMessage.objects.filter(type=PUBLISHED).order_by("queued_at", "event_id"))


@pytest.mark.req("C-01", "C-11")
def test_the_receiver_gets_the_delegation_and_an_item_it_never_had(world, opened) -> None:
    with enter(world.county):
        assert not Item.objects.filter(code="XK-GA-09").exists()
        apply_published(delivered(sent()[0]))
        kept = Delegation.objects.get(item_code="XK-GA-09")
        assert kept.sends_case_to("340123") == "340100"
        assert (kept.from_department_name, kept.legal_basis) == ("合肥市公安局", "《护照法》第五条")
        version = queries.item_version("XK-GA-09")
        assert version.statutory_days == 15
        assert len(version.materials.all()) == 3
        assert queries.item_by_code("XK-GA-09").department.name == "肥西县公安局"
        assert queries.delegation_in_force("XK-GA-09", today()) is None  # nothing is handed over yet
    assert ItemIndexEntry.objects.filter(centre_code="340123", item_code="XK-GA-09").exists()


@pytest.mark.req("C-02")
def test_each_change_is_sent_and_the_receiver_keeps_the_latest(world, city, opened, staff_of) -> None:
    with enter(city):
        for step in ("docking", "training", "documents"):
            complete_handover_step(actor=staff_of(city), delegation_id=opened.pk, step=step, on=today())
    with enter(world.county):
        for message in sent():
            apply_published(delivered(message))
        assert queries.delegation_in_force("XK-GA-09", today()) is not None
    with enter(city):
        revoke_delegation(actor=staff_of(city), delegation_id=opened.pk, on=today(), reason="机构调整")
    with enter(world.county):
        apply_published(delivered(sent()[-1]))
        assert queries.delegation_in_force("XK-GA-09", today()) is None
        assert Delegation.objects.filter(item_code="XK-GA-09").count() == 1
        assert ItemVersion.objects.filter(item__code="XK-GA-09").count() == 1


@pytest.mark.req("C-01", "B-05")
def test_an_item_whose_form_has_a_fraction_can_be_delegated(world, city, staff_of) -> None:
    """A signed message carries no fractions: 文物 asks for an area of at least 0.1 m²."""
    with enter(city):
        open_delegation(actor=staff_of(city), **{**GIVEN, "item_code": "XK-WL-02", "kind": "ENTRUSTED"})
        before = fields_of(queries.item_version("XK-WL-02").form_schema)
    told = sent()[-1].data["item"]["form_schema"]
    assert [field.minimum for field in fields_of(told)] == [field.minimum for field in before]
    assert "0.1" in [stored.get("min") for stored in told]


def test_an_entrusted_item_is_not_offered_by_the_receiver(world, city, staff_of) -> None:
    with enter(city):
        open_delegation(actor=staff_of(city), **{**GIVEN, "kind": "ENTRUSTED"})
    with enter(world.county):
        apply_published(delivered(sent()[0]))
        assert not Item.objects.get(code="XK-GA-09").accepted_here
    assert not ItemIndexEntry.objects.filter(centre_code="340123").exists()


def test_only_a_centre_above_speaks_and_only_for_itself(world, opened) -> None:
    message = sent()[0]
    told = message.data["delegation"]
    wrong = [
        delivered(message, source="341700"),
        delivered(message, source="340123"),
        delivered(message, source="340000"),
        delivered(message, delegation={**told, "from_centre": "340000"}),
        delivered(message, delegation={**told, "to_centre": "340121"}),
    ]
    with enter(world.county):
        before = list(Delegation.objects.order_by("pk").values())
        for attempt in wrong:
            with pytest.raises(NotPermitted):
                apply_published(attempt)
        assert list(Delegation.objects.order_by("pk").values()) == before
        assert not Item.objects.filter(code="XK-GA-09").exists()


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("item", {"legal_basis": ""}),
        ("item", {"item_class": "?"}),
        ("item", {"materials": []}),
        ("delegation", {"valid_from": "2026-02-31"}),
    ],
)
def test_a_broken_one_is_refused_whole(world, opened, part, change) -> None:
    message = sent()[0]
    with enter(world.county):
        with pytest.raises(InvalidInput):
            apply_published(delivered(message, **{part: {**message.data[part], **change}}))
        assert not Item.objects.filter(code="XK-GA-09").exists()
        assert not Delegation.objects.filter(item_code="XK-GA-09").exists()


def test_nothing_is_sent_when_the_command_fails(city, staff_of) -> None:
    with enter(city), pytest.raises(InvalidInput):
        open_delegation(actor=staff_of(city), **{**GIVEN, "legal_basis": ""})
    assert sent() == []
