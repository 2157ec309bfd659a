"""Every list costs the same number of SQL statements at one row and at twenty, with everything selected.

The selection is made from the schema itself: all fields of the node, four levels deep, so that a new field that loads
row by row fails here without anybody writing a test for it. A list without an entry fails the first test.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from graphql import GraphQLList, GraphQLNonNull, GraphQLObjectType, get_named_type

from zt_graphql import views
from zt_graphql.limits import Limits
from zt_graphql.schema import policies, schema
from zt_interop.departments.models import DataService, Grant
from zt_interop.log.models import DataCall, InboundStream, InboxMessage, MessageLogEntry, Refusal
from zt_interop.queue.models import OutboundStream, OutboxMessage
from zt_platform.accounts import looks
from zt_platform.accounts.models import Account, AccountEvent
from zt_platform.cases.models import Case, CaseEvent, CaseMaterial
from zt_platform.catalogue.defaults import DefaultRule
from zt_platform.catalogue.models import Delegation, Item, ItemVersion, Material
from zt_platform.index.models import ApplicantCaseEntry, ItemIndexEntry
from zt_platform.organisation.models import Department, StaffMember, Window
from zt_platform.supervision.models import CaseRecord, CaseStep, Feed
from zt_storage.models import Attachment
from zt_tenants.context import enter, operating
from zt_tenants.models import Centre
from zt_tenants.uuid7 import uuid7

DEPTH = 4
NOON = datetime(2026, 3, 3, 4, 0, tzinfo=UTC)
MANY = 20
ROOTS = schema.graphql_schema.query_type.fields


def is_list(kind) -> bool:
    kind = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    return isinstance(kind, GraphQLList) or kind.name.endswith("Connection")


LISTS = {name for name, field in ROOTS.items() if is_list(field.type)} | {"case", "supervisionCase"}


def everything(kind, depth: int = DEPTH) -> str:
    """All fields of a type, and of theirs, that need no argument."""
    kind = get_named_type(kind)
    if not isinstance(kind, GraphQLObjectType):
        return ""
    if not depth:
        return "{ __typename }"
    inside = depth if kind.name.endswith(("Connection", "Edge")) else depth - 1
    chosen = [f"{name} {everything(field.type, inside)}" for name, field in kind.fields.items()]
    return "{ " + " ".join(chosen) + " }"


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


def a_case(scene, number: int, **more: object) -> Case:
    department = Department.objects.create(code=f"C{number}", name=f"局{number}", name_en="x")
    centre = far_centres(scene, [number])[0]
    values = {
        "tracking_number": f"G{number}",
        "origin_code": scene.city.code,
        "item_code": scene.ids["item"],
        "item_name": "x",
        "item_version_number": 1,
        "kind": "PROMISED",
        "statutory_days": 9,
        "promised_days": 9,
        "status": "SUBMITTED",
        "channel": "ONLINE",
        "counterpart_code": centre.code,
        "department": department,
        "applicant": {},
        "applicant_name_masked": "某*",
        "applicant_account_id": scene.zhang.id,
        "phone_tail_index": b"x",
        "form": {},
        "drafted_at": NOON,
    }
    return Case.objects.create(**{**values, **more})


def grow_cases(scene, numbers) -> None:
    for number in numbers:
        a_case(scene, number, running_due_at=NOON + timedelta(days=number) if number % 2 else None)


def grow_drafts(scene, numbers) -> None:
    for number in numbers:
        a_case(scene, number, status="DRAFT", tracking_number=None)


def grow_window_drafts(scene, numbers) -> None:
    for number in numbers:
        a_case(scene, number, status="DRAFT", tracking_number=None, channel="WINDOW", applicant_account_id=None)


def grow_statuses(scene, numbers) -> None:
    statuses = ["SUBMITTED", "CORRECTING", "PRE_REVIEWED", "ACCEPTED", "REVIEWED", "APPROVED", "COMPLETED"]
    for number in numbers:
        a_case(scene, number, status=statuses[number % len(statuses)])


def grow_one_case(scene, numbers) -> None:
    case = Case.objects.get(pk=scene.ids["case"])
    for number, centre in zip(numbers, far_centres(scene, numbers), strict=True):
        attachment = Attachment.objects.create(
            object_key=f"c/{scene.city.code}/att/{uuid7()}",
            file_name="a.pdf",
            declared_size=1,
            declared_type="application/pdf",
            size=1,
            sha256="0" * 64,
            content_type="application/pdf",
            state="VERIFIED",
            created_at=NOON,
            verified_at=NOON,
        )
        CaseMaterial.objects.create(
            case=case, material_code=f"m{number}", name="x", attachment=attachment, added_at=NOON
        )
        CaseEvent.objects.create(
            case=case,
            step="REVIEWED",
            centre_code=centre.code,
            centre_name=centre.name,
            occurred_at=NOON,
            recorded_at=NOON,
            actor_kind="STAFF",
        )


def grow_my_cases(scene, numbers) -> None:
    for centre in far_centres(scene, numbers):
        ApplicantCaseEntry.objects.create(
            account_id=scene.zhang.id,
            tracking_number="1",
            centre_code=centre.code,
            centre_name=centre.name,
            item_code="x",
            item_name="x",
            status="ACCEPTED",
            updated_at=NOON,
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


def grow_outbound(scene, numbers) -> None:
    for number, centre in zip(numbers, far_centres(scene, numbers), strict=True):
        stream = OutboundStream.objects.create(
            source_code=scene.city.code, destination_code=centre.code, channel="case"
        )
        OutboxMessage.objects.create(
            stream=stream, type="x", subject=f"s{number}", time=NOON, data={}, state="REFUSED", queued_at=NOON
        )


def grow_inbound(scene, numbers) -> None:
    for centre in far_centres(scene, numbers):
        InboundStream.objects.create(source_code=centre.code, channel="case")


def grow_inbox(scene, numbers) -> None:
    for number, centre in zip(numbers, far_centres(scene, numbers), strict=True):
        entry = MessageLogEntry.objects.create(
            direction="IN",
            event_id=uuid7(),
            type="x",
            channel="case",
            counterpart_code=centre.code,
            first_sequence=number,
            last_sequence=number,
            transport="local",
            outcome="parked",
            wire="x",
            wire_sha256="x",
            receipt="x",
            logged_at=NOON,
        )
        InboxMessage.objects.create(
            event_id=uuid7(),
            source_code=centre.code,
            channel="case",
            type="x",
            subject=scene.ids["number"],
            sequence=number,
            time=NOON,
            digest="x",
            state="PARKED",
            received_at=NOON,
            log_entry=entry,
        )


def grow_refusals(scene, numbers) -> None:
    for number in numbers:
        Refusal.objects.create(
            code="X",
            reason_zh="x",
            reason_en="x",
            transport="local",
            size=1,
            wire_sha256=f"{number}",
            excerpt="x",
            refused_at=NOON,
        )


def grow_feeds(scene, numbers) -> None:
    for centre in far_centres(scene, numbers):
        Feed.objects.create(source_code=centre.code, destination_code=scene.province.code, gaps=[[1, 2]], missing=2)


def grow_flags(scene, numbers) -> None:
    grow_records(scene, numbers)
    CaseStep.objects.filter(sequence__in=list(numbers)).update(step="RED_CARDED")


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


def grow_records(scene, numbers) -> None:
    for number, centre in zip(numbers, far_centres(scene, numbers), strict=True):
        for tracking_number in (f"R{number}", scene.ids["number"]):
            CaseRecord.objects.create(
                centre_code=centre.code,
                level="COUNTY",
                tracking_number=tracking_number,
                role="SOLE" if tracking_number != scene.ids["number"] else "DECIDING",
                kind="PROMISED",
                item_code="x",
                item_name="x",
                status="ACCEPTED",
                last_step="ACCEPTED",
                last_occurred_at=NOON,
                last_sequence=number,
            )
        CaseStep.objects.create(
            centre_code=centre.code,
            sequence=number,
            message_id=uuid7(),
            tracking_number=scene.ids["number"],
            step="ACCEPTED",
            status="ACCEPTED",
            role="DECIDING",
            occurred_at=NOON,
            received_at=NOON,
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


GROWERS = {
    "dataServices": ("boss", "dataServices", grow_services),
    "dataGrants": ("boss", "dataGrants(first: 100)", grow_services),
    "dataCalls": ("boss", "dataCalls(first: 100)", grow_calls),
    "myDataLooks": ("zhang", "myDataLooks", grow_looks),
    "centres": ("boss", "centres(first: 100)", far_centres),
    "offeredItems": ("boss", 'offeredItems(first: 100, search: "增长事项")', grow_index),
    "items": ("boss", "items(first: 100)", grow_items),
    "delegations": ("boss", "delegations(first: 100)", grow_delegations),
    "departments": ("boss", "departments", grow_staff),
    "windows": ("boss", "windows", grow_staff),
    "queue": ("boss", "queue(first: 100)", grow_cases),
    "queueCounts": ("boss", "queueCounts", grow_statuses),
    "windowDrafts": ("boss", "windowDrafts(first: 100)", grow_window_drafts),
    "case": ("boss", 'case(id: "$case")', grow_one_case),
    "myDrafts": ("zhang", "myDrafts(first: 100)", grow_drafts),
    "myCasesHere": ("zhang", "myCasesHere(first: 100)", grow_cases),
    "myCases": ("zhang", "myCases(first: 100)", grow_my_cases),
    "accountsByPhone": ("boss", 'accountsByPhone(phone: "13855512345")', grow_accounts),
    "staff": ("boss", "staff(first: 100)", grow_staff),
    "outboundStreams": ("boss", "outboundStreams(first: 100)", grow_outbound),
    "inboundStreams": ("boss", "inboundStreams(first: 100)", grow_inbound),
    "unappliedMessages": ("boss", "unappliedMessages(first: 100)", grow_inbox),
    "refusals": ("boss", "refusals(first: 100)", grow_refusals),
    "refusedMessages": ("boss", "refusedMessages(first: 100)", grow_outbound),
    "messageTrail": ("boss", 'messageTrail(trackingNumber: "$number")', grow_inbox),
    "defaultRules": ("boss", "defaultRules", grow_default_rules),
    "supervisionLeague": ("boss", "supervisionLeague", far_centres),
    "supervisionFeeds": ("boss", "supervisionFeeds(first: 100)", grow_feeds),
    "supervisionStreams": ("boss", "supervisionStreams(first: 100)", grow_outbound),
    "supervisionFlags": ("boss", "supervisionFlags(first: 100)", grow_flags),
    "supervisionCases": ("boss", "supervisionCases(first: 100)", grow_records),
    "supervisionCase": ("boss", 'supervisionCase(trackingNumber: "$number")', grow_records),
}


@pytest.fixture
def _no_limits(monkeypatch):
    """The selection is far larger than any client may ask."""
    generous = Limits(query_characters=10**7, tokens=10**6, depth=100, aliases=100, cost=10**9)
    monkeypatch.setattr(views, "LIMITS", generous)
    views.documents.cache_clear()
    yield
    views.documents.cache_clear()


def test_every_list_is_counted() -> None:
    assert set(GROWERS) == LISTS
    assert all(policies.of("Query", name).permission for name in GROWERS)


@pytest.mark.usefixtures("_no_limits")
@pytest.mark.parametrize("name", GROWERS)
def test_statements_do_not_grow_with_rows(scene, gateway, name) -> None:
    who, call, grow = GROWERS[name]
    client = gateway(getattr(scene, who))
    query = f"{{ {scene.fill(call)} {everything(ROOTS[name].type)} }}"

    def ask() -> tuple[int, int, list[str]]:
        with CaptureQueriesContext(connection) as statements:
            answer = client.ask(query, at=scene.city)
        return rows_of(answer.data[name]), len(statements), [one["sql"] for one in statements]

    with operating(), enter(scene.city):
        grow(scene, range(1, 2))
    ask()  # fills what is cached a process: calendar, keys, prepared documents
    few, at_few, _ = ask()
    with operating(), enter(scene.city):
        grow(scene, range(2, MANY + 2))
    ask()  # centres were made: what is remembered of them is read anew
    many, at_many, statements = ask()
    assert many >= few + 5
    assert at_many == at_few, "\n".join(statements)


def rows_of(found) -> int:
    if isinstance(found, list):
        return len(found)
    if "edges" in found:
        return len(found["edges"])
    return len(found.get("steps") or found["timeline"])
