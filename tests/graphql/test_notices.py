"""Site messages through the gateway: one's own, from every centre, at every endpoint; and what a centre sent."""

from __future__ import annotations

import pytest

from zt_platform.cases.numbers import grouped
from zt_platform.notices.models import Notice

pytestmark = pytest.mark.req("L-07")
INBOX = "{ unreadNotices inbox { edges { node { id trackingNumber text centreName event readAt } } } }"
MARK = "mutation($ids: [ID!]) { markNoticesRead(ids: $ids) { marked unread } }"


def _read_of(account) -> list[bool]:
    return [one.read_at is not None for one in Notice.objects.of_account(account.id)]


def test_the_inbox_holds_the_messages_of_all_centres_the_latest_first(scene, gateway) -> None:
    found = gateway(scene.zhang).ask(INBOX).data
    messages = [edge["node"] for edge in found["inbox"]["edges"]]
    assert {one["centreName"] for one in messages} == {scene.city.name, scene.neighbour.name}
    assert [one["id"] for one in messages] == sorted((one["id"] for one in messages), reverse=True)
    assert {one["event"] for one in messages} == {"SUBMITTED"}
    assert all(grouped(one["trackingNumber"]) in one["text"] for one in messages)
    assert found["unreadNotices"] == len(messages) == 2


def test_it_is_the_same_at_a_centres_endpoint_also_for_somebody_who_works_there(scene, gateway) -> None:
    at_portal = gateway(scene.zhang).ask(INBOX).data
    assert gateway(scene.zhang).ask(INBOX, at=scene.city).data == at_portal
    Notice.objects.filter(account_id=scene.zhang.id, centre_code=scene.neighbour.code).update(account_id=scene.boss.id)
    staff = gateway(scene.boss).ask(INBOX, at=scene.city).data
    assert [edge["node"]["centreName"] for edge in staff["inbox"]["edges"]] == [scene.neighbour.name]


def test_marking_one_read_leaves_the_others_and_marking_all_leaves_none(scene, gateway) -> None:
    client = gateway(scene.zhang)
    first, second = [edge["node"]["id"] for edge in client.ask(INBOX).data["inbox"]["edges"]]
    assert client.ask(MARK, ids=[first]).data["markNoticesRead"] == {"marked": 1, "unread": 1}
    left = client.ask("{ inbox(unread: true) { edges { node { id } } } }").data["inbox"]["edges"]
    assert [edge["node"]["id"] for edge in left] == [second]
    assert client.ask(MARK, ids=[first]).data["markNoticesRead"] == {"marked": 0, "unread": 1}
    assert client.ask(MARK, at=scene.city).data["markNoticesRead"] == {"marked": 1, "unread": 0}


def test_nobody_marks_another_persons_messages(scene, gateway) -> None:
    ids = [str(pk) for pk in Notice.objects.of_account(scene.zhang.id).values_list("pk", flat=True)]
    for other in (scene.li, scene.intruder, scene.boss):
        assert gateway(other).ask(MARK, ids=ids).data["markNoticesRead"] == {"marked": 0, "unread": 0}
    assert gateway().ask(MARK, ids=ids).codes == ["SIGN_IN_REQUIRED"]
    assert _read_of(scene.zhang) == [False, False]


def test_too_many_or_broken_names_are_refused_and_nothing_is_marked(scene, gateway) -> None:
    client = gateway(scene.zhang)
    one = str(Notice.objects.of_account(scene.zhang.id)[0].pk)
    assert client.ask(MARK, ids=[one] * 101).codes == ["INVALID_INPUT"]
    assert client.ask(MARK, ids=["nothing"]).codes == ["NOT_FOUND"]
    assert _read_of(scene.zhang) == [False, False]


def test_staff_see_what_their_own_centre_sent_without_telephones(scene, gateway) -> None:
    call = "{ sentNotices { edges { node { trackingNumber text smsState phoneMasked read } } } }"
    [sent] = [edge["node"] for edge in gateway(scene.boss).ask(call, at=scene.city).data["sentNotices"]["edges"]]
    assert sent["trackingNumber"] == scene.secrets[0]
    assert sent["phoneMasked"] == "138****2345"
    assert (sent["smsState"], sent["read"]) == ("WAITING", False)
    undelivered = "{ sentNotices(undelivered: true) { edges { node { text } } } }"
    assert gateway(scene.boss).ask(undelivered, at=scene.city).data["sentNotices"]["edges"] == []
    assert gateway(scene.zhang).ask(call, at=scene.city).codes == ["NOT_PERMITTED"]
