"""Every list costs the same number of SQL statements at one row and at twenty, with everything selected.

The selection is made from the schema itself: all fields of the node, four levels deep, so that a new field that loads
row by row fails here without anybody writing a test for it. A list without an entry fails the first test.
"""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from graphql import GraphQLList, GraphQLNonNull, GraphQLObjectType, get_named_type
from grown_cases import (
    grow_cases,
    grow_discarded_drafts,
    grow_drafts,
    grow_feeds,
    grow_flags,
    grow_my_cases,
    grow_one_case,
    grow_records,
    grow_statuses,
    grow_window_drafts,
)
from grown_joint import grow_departments, grow_joint_tasks
from grown_messages import grow_inbound, grow_inbox, grow_notices, grow_outbound, grow_refusals
from grown_offices import (
    far_centres,
    grow_accounts,
    grow_calls,
    grow_default_rules,
    grow_delegations,
    grow_index,
    grow_items,
    grow_looks,
    grow_orders,
    grow_services,
    grow_staff,
)

from zt_graphql import views
from zt_graphql.limits import Limits
from zt_graphql.schema import policies, schema
from zt_tenants.context import enter, operating

DEPTH = 4
MANY = 20
ROOTS = schema.graphql_schema.query_type.fields


def is_list(kind) -> bool:
    kind = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    return isinstance(kind, GraphQLList) or kind.name.endswith("Connection")


LISTS = {name for name, field in ROOTS.items() if is_list(field.type)} | {
    "case",
    "supervisionCase",
    "supervisionBalance",
}


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


GROWERS = {
    "inbox": ("zhang", "inbox(first: 100)", grow_notices),
    "sentNotices": ("boss", "sentNotices(first: 100)", grow_notices),
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
    "myDiscardedDrafts": ("zhang", "myDiscardedDrafts(first: 100)", grow_discarded_drafts),
    "windowDiscardedDrafts": ("boss", "windowDiscardedDrafts(first: 100)", grow_discarded_drafts),
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
    "supervisionOrders": ("boss", "supervisionOrders(first: 100)", grow_orders),
    "jointTasks": ("boss", "jointTasks(first: 100)", grow_joint_tasks),
    "jointRegister": ("boss", "jointRegister(first: 100)", grow_joint_tasks),
    "jointCandidates": ("boss", 'jointCandidates(caseId: "$case")', grow_departments),
    "defaultRules": ("boss", "defaultRules", grow_default_rules),
    "supervisionLeague": ("boss", "supervisionLeague", far_centres),
    "supervisionFeeds": ("boss", "supervisionFeeds(first: 100)", grow_feeds),
    "supervisionStreams": ("boss", "supervisionStreams(first: 100)", grow_outbound),
    "supervisionKeys": ("boss", "supervisionKeys(first: 100)", far_centres),
    "supervisionBalance": ("boss", "supervisionBalance", grow_records),
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
    return len(found.get("differences") or found.get("steps") or found["timeline"])
