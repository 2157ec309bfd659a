"""More centres, items, delegations, staff and data services, for lists that must cost the same however long they are."""

from __future__ import annotations

from datetime import UTC, date, datetime

from zt_interop.departments.models import DataService, Grant
from zt_interop.log.models import DataCall
from zt_platform.accounts import looks
from zt_platform.accounts.models import Account, AccountEvent
from zt_platform.catalogue.defaults import DefaultRule
from zt_platform.catalogue.models import Delegation, Item, ItemVersion, Material
from zt_platform.index.models import ItemIndexEntry
from zt_platform.orders.models import Finding, HistoryLine, SupervisionOrder
from zt_platform.organisation.models import Department, StaffMember, Window
from zt_tenants.models import Centre
from zt_tenants.uuid7 import uuid7

NOON = datetime(2026, 3, 3, 4, 0, tzinfo=UTC)


def far_centres(scene, numbers) -> list[Centre]:
    """Centres that run elsewhere: rows without schemas."""
    rows = []
    for number in numbers:
        identity = uuid7()
        rows.append(
            Centre(
                id=identity,
                schema_name=Centre.schema_name_for(identity),
                code=f"35{number:04d}",
                name=f"远方{number}",
                short_name=f"远方{number}",
                level="COUNTY",
                parent_id=scene.city.id,
                transport="https",
                opened_on=date(2020, 1, 1),
            )
        )
    return Centre.objects.bulk_create(rows)


def grow_index(scene, numbers) -> None:
    for centre in far_centres(scene, numbers):
        ItemIndexEntry.objects.create(
            centre_id=centre.id,
            centre_code=centre.code,
            centre_name=centre.name,
            item_code="GROWN",
            name="增长事项",
            name_en="Grown",
            department_name="某局",
            pinyin="zz",
            initials="z",
            kind="PROMISED",
            promised_days=1,
            statutory_days=2,
        )


def grow_items(scene, numbers) -> None:
    for number in numbers:
        department = Department.objects.create(code=f"D{number}", name=f"局{number}", name_en="x")
        item = Item.objects.create(
            code=f"G-{number}",
            name="增长",
            name_en="x",
            department=department,
            item_class="PERMIT",
            pinyin="x",
            initials="x",
        )
        version = ItemVersion.objects.create(
            item=item,
            version=1,
            kind="PROMISED",
            statutory_days=9,
            statutory_basis="x",
            promised_days=9,
            legal_basis="x",
            conditions="x",
            procedure="x",
            fee="x",
            form_schema=[{"name": "a", "zh": "甲", "en": "A", "type": "text"}],
            published_at=NOON,
        )
        Item.objects.filter(pk=item.pk).update(current_version=version)
        Material.objects.create(version=version, code="m", name="m", name_en="m", max_size=9, accepted_types=["a/b"])
    grow_delegations(scene, numbers)


def grow_delegations(scene, numbers) -> None:
    for centre in far_centres(scene, numbers):
        Delegation.objects.create(
            item_code=f"G-{int(centre.code[2:])}",
            kind="DEVOLVED",
            from_centre_code=scene.city.code,
            from_centre_name="x",
            from_department_code="x",
            from_department_name="x",
            to_centre_code=centre.code,
            to_centre_name="x",
            to_department_code="x",
            to_department_name="x",
            legal_basis="x",
            evaluation_note="x",
            valid_from=date(2026, 1, 1),
        )


def grow_default_rules(scene, numbers) -> None:
    rule = DefaultRule("《法》第一条", 3, NOON.date(), None, NOON, "x", str(uuid7()))
    for number in numbers:
        Item.objects.create(
            code=f"DR-{number}",
            name="增长",
            name_en="x",
            department=Department.objects.first(),
            item_class="PERMIT",
            default_rules=[rule.to_stored()],
        )


def grow_orders(scene, numbers) -> None:
    said = HistoryLine("REPLY", NOON.isoformat(), "x", "x", "x", files=[int(scene.ids["attachment"])])
    found = Finding(str(uuid7()), "OVERTIME", "x", "x", "x", "x", NOON.isoformat(), "x")
    for number in numbers:
        SupervisionOrder.objects.create(
            side="LOCAL",
            kind="ORDER",
            subject=f"DB-{number}",
            reason="x",
            issuer_code="340100",
            issuer_name="x",
            addressee_code="340100",
            addressee_name="x",
            issued_at=NOON,
            answer_due_at=NOON,
            red_at=NOON,
            history=[said.to_stored()],
            findings=[found.to_stored()],
        )


def grow_staff(scene, numbers) -> None:
    for number in numbers:
        department = Department.objects.create(code=f"S{number}", name=f"局{number}", name_en="x")
        window = Window.objects.create(
            code=f"W{number}", name="x", name_en="x", department=department, valid_from=date(2020, 1, 1)
        )
        StaffMember.objects.create(
            account_id=uuid7(),
            full_name="x",
            department=department,
            window=window,
            roles=[],
            posted_on=date(2020, 1, 1),
        )


def grow_accounts(scene, numbers) -> None:
    index = scene.zhang.phone_index
    for number in numbers:
        Account.objects.create(
            username=f"grown{number}", full_name="x", phone="x", phone_index=index, phone_tail_index=b"x"
        )


def grow_services(scene, numbers) -> None:
    for number in numbers:
        service = DataService.objects.create(
            code=f"x.service-{number}",
            name="x",
            adapter="HTTP_JSON",
            public_key=b"",
            parameters_schema={},
            answer_schema={},
            fields=[{"name": "a", "zh": "甲", "en": "A"}],
            registered_at=NOON,
        )
        Grant.objects.create(
            service=service,
            centre_id=scene.city.id,
            centre_code=scene.city.code,
            fields=["a"],
            valid_from=date(2026, 1, 1),
            opened_at=NOON,
        )


def grow_calls(scene, numbers) -> None:
    for number in numbers:
        DataCall.objects.create(
            request_id=uuid7(),
            service_code=f"x{number}",
            parameters={},
            request_index=b"",
            state="REFUSED",
            asked_at=NOON,
        )


def grow_looks(scene, numbers) -> None:
    said = dict.fromkeys(("centre", "service_zh", "service_en", "owner_zh", "owner_en", "purpose"), "x")
    for _ in numbers:
        AccountEvent.objects.create(
            account=scene.zhang,
            kind=looks.KIND,
            at=NOON,
            data={**said, "tracking_number": "x", "fields_zh": ["甲"], "fields_en": ["A"]},
        )
