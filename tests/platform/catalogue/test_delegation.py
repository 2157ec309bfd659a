"""Opening, handing over and revoking a delegation."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from zt_platform.audit.models import AuditRecord, Deed
from zt_platform.catalogue import queries
from zt_platform.catalogue.commands import complete_handover_step, open_delegation, revoke_delegation
from zt_platform.catalogue.errors import DelegationExists, DelegationRevoked, EntrustedAgain, UnknownItem
from zt_platform.catalogue.models import Delegation
from zt_platform.organisation.roles import Role
from zt_tenants.clock import today
from zt_tenants.context import enter
from zt_tenants.errors import InvalidInput, NotFound, NotPermitted, UnknownCentre

GIVEN: dict[str, Any] = {
    "item_code": "XK-SC-04",
    "kind": "DEVOLVED",
    "to_centre_code": "340123",
    "to_department_code": "SC",
    "to_department_name": "肥西县市场监督管理局",
    "legal_basis": "《药品管理法》第五十一条",
    "evaluation_note": "人员和设备到位",
    "valid_from": date(2026, 1, 1),
}


def rows() -> list[Any]:
    return list(Delegation.objects.order_by("pk").values())


@pytest.mark.req("C-01", "C-02")
def test_it_counts_once_the_hand_over_is_complete(city, staff_of) -> None:
    admin = staff_of(city)
    with enter(city):
        opened = open_delegation(actor=admin, **GIVEN)
        for step in ("docking", "training", "documents"):
            assert queries.delegation_in_force("XK-SC-04", today()) is None
            assert queries.why_not_in_force("XK-SC-04", today())
            complete_handover_step(actor=admin, delegation_id=opened.pk, step=step, on=today())
        assert queries.delegation_in_force("XK-SC-04", today()) == opened
        assert queries.why_not_in_force("XK-SC-04", today()) is None
        assert queries.delegation_in_force("XK-SC-04", today(), to_centre_code="340121") is None


@pytest.mark.parametrize(
    ("field", "change"),
    [
        pytest.param("legal_basis", {"legal_basis": " "}, marks=pytest.mark.req("C-04")),
        pytest.param("evaluation_note", {"evaluation_note": ""}, marks=pytest.mark.req("C-03")),
        ("kind", {"kind": "LENT"}),
        ("part_scope", {"part": "PART"}),
        ("valid_until", {"valid_until": date(2025, 1, 1)}),
        ("to_centre_code", {"to_centre_code": "341702"}),
        ("to_centre_code", {"to_centre_code": "340000"}),
        ("to_centre_code", {"to_centre_code": "340100"}),
    ],
)
def test_bad_input_names_its_field_and_changes_nothing(city, staff_of, field, change) -> None:
    with enter(city):
        before = rows()
        with pytest.raises(InvalidInput) as refused:
            open_delegation(actor=staff_of(city), **{**GIVEN, **change})
        assert refused.value.field == field
        assert rows() == before


def test_unknown_item_or_centre(city, staff_of) -> None:
    with enter(city):
        with pytest.raises(UnknownItem):
            open_delegation(actor=staff_of(city), **{**GIVEN, "item_code": "XK-NO-99"})
        with pytest.raises(UnknownCentre):
            open_delegation(actor=staff_of(city), **{**GIVEN, "to_centre_code": "349999"})


def test_the_same_item_goes_to_a_centre_once(city, staff_of) -> None:
    with enter(city):
        open_delegation(actor=staff_of(city), **GIVEN)
        with pytest.raises(DelegationExists):
            open_delegation(actor=staff_of(city), **{**GIVEN, "kind": "ENTRUSTED", "valid_from": date(2026, 2, 1)})


def test_what_was_entrusted_is_not_entrusted_again(world, staff_of) -> None:
    """行政许可法 art. 24: 肥西县 holds XK-ZJ-01 by entrustment of 合肥市 and may not pass it to a township."""
    from zt_platform.catalogue.loader import load_catalogue

    load_catalogue(world.county)
    with enter(world.county):
        before = rows()
        with pytest.raises(EntrustedAgain):
            open_delegation(
                actor=staff_of(world.county),
                **{**GIVEN, "item_code": "XK-ZJ-01", "kind": "ENTRUSTED", "to_centre_code": world.township.code},
            )
        assert rows() == before


def test_revoking_ends_it_from_a_day_on(city, staff_of) -> None:
    admin, tomorrow = staff_of(city), today() + timedelta(days=1)
    with enter(city):
        running = queries.delegation_in_force("XK-ZJ-01", today())
        assert running is not None
        revoke_delegation(actor=admin, delegation_id=running.pk, on=tomorrow, reason="机构调整")
        assert queries.delegation_in_force("XK-ZJ-01", today()) == running
        assert queries.delegation_in_force("XK-ZJ-01", tomorrow) is None
        assert "撤销" in str(queries.why_not_in_force("XK-ZJ-01", tomorrow))
        with pytest.raises(DelegationRevoked):
            revoke_delegation(actor=admin, delegation_id=running.pk, on=tomorrow, reason="再次")
        with pytest.raises(DelegationRevoked):
            complete_handover_step(actor=admin, delegation_id=running.pk, step="docking", on=today())


@pytest.mark.req("C-01")
def test_who_delegated_handed_over_and_revoked_stays_in_the_audit_record(city, staff_of) -> None:
    admin = staff_of(city)
    with enter(city):
        opened = open_delegation(actor=admin, **GIVEN)
        complete_handover_step(actor=admin, delegation_id=opened.pk, step="docking", on=today())
        revoke_delegation(actor=admin, delegation_id=opened.pk, on=today(), reason="机构调整")
        found = list(AuditRecord.objects.filter(deed=Deed.CATALOGUE).order_by("pk"))
    assert [line.purpose for line in found] == ["下放委托 XK-SC-04", "登记交接 XK-SC-04", "收回下放委托 XK-SC-04"]
    assert found[2].data == {"item": "XK-SC-04", "delegation": opened.pk, "reason": "机构调整"}


@pytest.mark.parametrize(("field", "change"), [("reason", {"reason": " "}), ("on", {"on": date(2020, 1, 1)})])
def test_revoking_needs_a_reason_and_a_day_to_come(city, staff_of, field, change) -> None:
    with enter(city):
        running = queries.delegations()[0]
        with pytest.raises(InvalidInput) as refused:
            revoke_delegation(
                actor=staff_of(city), delegation_id=running.pk, **{"on": today(), "reason": "机构调整", **change}
            )
        assert refused.value.field == field


def test_the_receiver_cannot_change_what_was_delegated_to_it(world, staff_of) -> None:
    from zt_platform.catalogue.loader import load_catalogue

    load_catalogue(world.county)
    admin = staff_of(world.county)
    with enter(world.county):
        before = rows()
        for delegation in queries.delegations():
            with pytest.raises(NotFound):
                revoke_delegation(actor=admin, delegation_id=delegation.pk, on=today(), reason="不要了")
            with pytest.raises(NotFound):
                complete_handover_step(actor=admin, delegation_id=delegation.pk, step="docking", on=today())
        assert rows() == before


def test_outsiders_change_nothing(city, neighbour, staff_of) -> None:
    with enter(city):
        before, first = rows(), queries.delegations()[0]
        for actor in (staff_of(neighbour), staff_of(city, Role.WINDOW_CLERK)):
            with pytest.raises(NotPermitted):
                open_delegation(actor=actor, **GIVEN)
            with pytest.raises(NotPermitted):
                revoke_delegation(actor=actor, delegation_id=first.pk, on=today(), reason="撤")
            with pytest.raises(NotPermitted):
                complete_handover_step(actor=actor, delegation_id=first.pk, step="docking", on=today())
        assert rows() == before
