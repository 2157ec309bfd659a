"""What arrives and cannot be taken is parked with its reason; nothing is opened, and only its case waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from zt_interop.log.models import InboxMessage, InboxState
from zt_interop.queue.models import OutboxMessage
from zt_interop.send import send_message
from zt_platform.cases.models import Case, CaseEvent, CaseMaterial
from zt_platform.cases.testing import DEVOLVED, ENTRUSTED, relay_all
from zt_platform.cases.vocabulary import Status
from zt_platform.catalogue.models import Item, ItemVersion, Material
from zt_storage import objects
from zt_tenants.context import enter


def transfer_payload(town) -> dict[str, Any]:
    """The payload of a real transfer that has not left yet."""
    case = town.city.submitted(town.zhang, ENTRUSTED)
    town.city.accept(case)
    message = OutboxMessage.objects.get(type="case.transferred.v1")
    data = message.data
    message.delete()
    return data


def send(town, data: dict[str, Any], *, source=None, type_: str = "case.transferred.v1") -> None:
    with enter(source or town.city.centre):
        send_message(destination="340123", type=type_, subject=data["tracking_number"], data=data)
    relay_all()


@pytest.mark.req("Y-01", "R-11")
@pytest.mark.parametrize("type_", ["case.transferred.v1", "case.withdrawn.v1"])
def test_a_message_marked_with_another_case_than_it_speaks_of_changes_nothing(town, type_) -> None:
    """Its order, and the proof of the case, go by the mark."""
    data = transfer_payload(town)
    if type_ == "case.withdrawn.v1":
        send(town, data)
        data = {"tracking_number": data["tracking_number"], "withdrawn_at": "2026-03-02T09:30:00+08:00"}
    with enter(town.county.centre):
        before = list(Case.objects.values("tracking_number", "status", "lock_version"))
    with enter(town.city.centre):
        send_message(destination="340123", type=type_, subject="340100-20260302-000099-X", data=data)
    relay_all()

    assert parked(town) == ["SUBJECT_DIFFERS"]
    with enter(town.county.centre):
        assert list(Case.objects.values("tracking_number", "status", "lock_version")) == before


def parked(town) -> list[str]:
    with enter(town.county.centre):
        return list(InboxMessage.objects.filter(state=InboxState.PARKED).values_list("reason_code", flat=True))


def wrong_origin(data: dict[str, Any]) -> None:
    data["origin_code"] = "341700"


def mistyped_number(data: dict[str, Any]) -> None:
    data["tracking_number"] = data["tracking_number"][:-1] + str((int(data["tracking_number"][-1]) + 1) % 10)


def wrong_kind(data: dict[str, Any]) -> None:
    data["delegation"]["kind"] = "DEVOLVED"


def not_ours_to_decide(data: dict[str, Any]) -> None:
    data["delegation"]["kind"] = "FORWARDED"


def without_clock(data: dict[str, Any]) -> None:
    data["clock"] = {}


def altered_digest(data: dict[str, Any]) -> None:
    data["materials"][0]["sha256"] = "0" * 64


def foreign_key(data: dict[str, Any]) -> None:
    data["materials"][0]["key"] = data["materials"][0]["key"].replace("340100", "341700")


def without_identity(data: dict[str, Any]) -> None:
    data["applicant"]["id_type"] = "USCC"
    del data["applicant"]["verified"]
    data["applicant"]["name"] = "某公司"


@pytest.mark.req("Y-01", "Y-11", "C-01")
@pytest.mark.parametrize(
    ("change", "code"),
    [
        (wrong_origin, "INVALID_TRACKING_NUMBER"),
        (mistyped_number, "INVALID_TRACKING_NUMBER"),
        (wrong_kind, "NO_DELEGATION"),
        (not_ours_to_decide, "NO_DELEGATION"),
        (without_clock, "INVALID_INPUT"),
        (altered_digest, "DIGEST_MISMATCH"),
        (foreign_key, "MANIFEST_REFUSED"),
    ],
)
def test_a_transfer_that_cannot_be_taken_is_parked_and_opens_nothing(
    town, change: Callable[[dict[str, Any]], None], code: str
) -> None:
    data = transfer_payload(town)
    change(data)
    send(town, data)
    assert parked(town) == [code]
    with enter(town.county.centre):
        assert not Case.objects.exists()
        assert not CaseEvent.objects.exists()
        assert not CaseMaterial.objects.exists()


@pytest.mark.req("C-01")
def test_only_a_centre_above_can_entrust(town) -> None:
    data = transfer_payload(town)
    data["materials"] = []
    send(town, data, source=town.neighbour.centre)
    assert parked(town) == ["NO_DELEGATION"]


def test_what_the_message_leaves_out_is_not_taken_as_proven(town) -> None:
    data = transfer_payload(town)
    without_identity(data)
    send(town, data)
    assert parked(town) == []
    there = town.county.case(data["tracking_number"])
    assert there.applicant["verified"] is False


def test_a_case_that_is_held_already_is_not_opened_twice(town) -> None:
    data = transfer_payload(town)
    send(town, data)
    before = town.county.snapshot()
    send(town, data)
    assert parked(town) == ["CASE_HELD_ALREADY"]
    assert town.county.snapshot() == before


def test_a_centre_without_part_in_a_case_is_not_listened_to(town) -> None:
    case = town.city.submitted(town.zhang, ENTRUSTED)
    town.city.accept(case)
    relay_all()
    before = town.county.snapshot()
    data = {"tracking_number": case.tracking_number, "withdrawn_at": "2026-03-02T09:30:00+08:00"}
    send(town, data, source=town.neighbour.centre, type_="case.withdrawn.v1")
    send(town, data | {"tracking_number": "34010020260302999990"}, type_="case.withdrawn.v1")
    assert sorted(parked(town)) == ["FOREIGN_MESSAGE", "UNKNOWN_CASE"]
    assert town.county.snapshot() == before


def test_an_unknown_step_waits(town) -> None:
    case = town.city.submitted(town.zhang, ENTRUSTED)
    town.city.accept(case)
    relay_all()
    data = {"tracking_number": case.tracking_number, "step": "DREAMT", "at": "2026-03-02T09:30:00Z", "actor_role": "X"}
    send(town, data, type_="case.progressed.v1")
    assert parked(town) == ["INVALID_INPUT"]


@pytest.mark.req("C-01")
def test_an_application_for_an_item_unknown_below_waits_until_it_is_published_there(town) -> None:
    from zt_platform.cases import commands

    with enter(town.county.centre):
        Item.objects.filter(code=DEVOLVED).update(current_version=None)
        Material.objects.filter(version__item__code=DEVOLVED).delete()
        ItemVersion.objects.filter(item__code=DEVOLVED).delete()
    case = town.city.submitted(town.zhang, DEVOLVED)
    with enter(town.city.centre):
        commands.hand_down_application(actor=town.city.clerk, case_id=case.pk)
    relay_all()
    assert parked(town) == ["UNKNOWN_ITEM"]
    assert town.city.fresh(case).status == Status.HANDED_DOWN


@pytest.mark.req("C-01", "Y-11")
def test_a_file_missing_in_the_store_opens_nothing(town) -> None:
    data = transfer_payload(town)
    objects.remove(data["materials"][0]["key"])
    send(town, data)
    assert parked(town) == ["OBJECT_MISSING"]
    with enter(town.county.centre):
        assert not Case.objects.exists()
