"""A draft through the gateway: an older page is refused with what it needs to go on; thrown away and taken back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from zt_platform.cases.commands import discard_draft, start_application
from zt_platform.cases.duties import DISCARDED_KEPT_FOR
from zt_platform.cases.models import Case
from zt_platform.cases.testing import ZHANG
from zt_tenants import clock
from zt_tenants.context import enter

pytestmark = pytest.mark.req("L-01")
SAVE = """mutation($case: ID!, $place: String!, $version: Int) {
  saveForm(caseId: $case, form: [{name: "place", value: $place}], expectedVersion: $version) {
    case { version form { name value } } } }"""
DETACH = """mutation($case: ID!, $file: ID!, $version: Int) {
  detachMaterial(caseId: $case, caseMaterialId: $file, expectedVersion: $version) { case { version } } }"""
DISCARD = """mutation($case: ID!, $version: Int) {
  discardDraft(caseId: $case, expectedVersion: $version) { case { status discardedAt } } }"""
RESTORE = "mutation($case: ID!) { restoreDraft(caseId: $case) { case { status discardedAt form { value } } } }"
DISCARDED = "{ myDiscardedDrafts { edges { node { id discardedAt keptUntil } } } }"
DRAFTS = "{ myDrafts { edges { node { id version } } } }"


@pytest.fixture
def client(scene, gateway):
    return gateway(scene.zhang)


def _draft(scene) -> Case:
    with enter(scene.city):
        return Case.objects.get(pk=scene.ids["draft"])


def test_two_pages_of_one_draft(scene, client) -> None:
    case, seen = scene.ids["draft"], _draft(scene).lock_version
    first = client.ask(SAVE, at=scene.city, case=case, place="桃花镇1号", version=seen).data["saveForm"]["case"]

    refused = client.ask(SAVE, at=scene.city, case=case, place="上派镇2号", version=seen)
    files = client.ask(DETACH, at=scene.city, case=case, file=scene.ids["material"], version=seen)

    assert (refused.codes, files.codes) == (["CASE_CHANGED"], ["CASE_CHANGED"])
    assert refused.error["extensions"]["data"]["version"] == first["version"] > seen
    assert _draft(scene).form == {"place": "桃花镇1号"}
    knowingly = client.ask(SAVE, at=scene.city, case=case, place="上派镇2号", version=first["version"])
    assert knowingly.data["saveForm"]["case"]["form"] == [{"name": "place", "value": "上派镇2号"}]


def test_thrown_away_and_taken_back(scene, client) -> None:
    case = scene.ids["draft"]
    client.ask(SAVE, at=scene.city, case=case, place="桃花镇1号")
    stale = client.ask(DISCARD, at=scene.city, case=case, version=0)
    assert (stale.codes, _draft(scene).discarded_at) == (["CASE_CHANGED"], None)

    gone = client.ask(DISCARD, at=scene.city, case=case).data["discardDraft"]["case"]

    assert (gone["status"], bool(gone["discardedAt"])) == ("DRAFT", True)
    listed = [edge["node"]["id"] for edge in client.ask(DRAFTS, at=scene.city).data["myDrafts"]["edges"]]
    assert str(case) not in listed
    for again in (SAVE, DISCARD):
        assert client.ask(again, at=scene.city, case=case, place="x").codes == ["CASE_NOT_FOUND"]
    back = client.ask(RESTORE, at=scene.city, case=case).data["restoreDraft"]["case"]
    assert back == {"status": "DRAFT", "discardedAt": None, "form": [{"value": "桃花镇1号"}]}
    assert client.ask(RESTORE, at=scene.city, case=case).codes == ["CASE_NOT_FOUND"]


def test_what_was_thrown_away_is_listed_for_its_owner_until_it_is_gone(scene, client, gateway) -> None:
    case = scene.ids["draft"]
    assert _discarded(client, scene) == []
    client.ask(DISCARD, at=scene.city, case=case)

    [listed] = _discarded(client, scene)
    discarded, kept = (datetime.fromisoformat(listed[name]) for name in ("discardedAt", "keptUntil"))
    assert (listed["id"], kept - discarded) == (case, DISCARDED_KEPT_FOR)
    for other, place in ((scene.li, scene.city), (scene.zhang, scene.neighbour), (scene.boss, scene.city)):
        assert _discarded(gateway(other), scene, at=place) == []

    with clock.at(kept - timedelta(seconds=1)):
        assert len(_discarded(client, scene)) == 1
    with clock.at(kept + timedelta(seconds=1)):
        assert _discarded(client, scene) == []
    client.ask(RESTORE, at=scene.city, case=case)
    assert _discarded(client, scene) == []


def test_clerks_see_what_was_thrown_away_at_their_own_windows_only(scene, gateway) -> None:
    with enter(scene.city):
        clerk = scene.town.city.clerk
        case = start_application(actor=clerk, item_code=scene.ids["item"], applicant=ZHANG)
        discard_draft(actor=clerk, case_id=case.pk)
    ask = "{ windowDiscardedDrafts { edges { node { id applicantNameMasked } } } }"
    [listed] = gateway(scene.boss).ask(ask, at=scene.city).data["windowDiscardedDrafts"]["edges"]
    assert listed["node"] == {"id": str(case.pk), "applicantNameMasked": "张**"}
    assert gateway(scene.intruder).ask(ask, at=scene.neighbour).data["windowDiscardedDrafts"]["edges"] == []
    for other in (scene.intruder, scene.zhang):
        assert gateway(other).ask(ask, at=scene.city).codes == ["NOT_PERMITTED"]


def _discarded(client, scene, *, at=None) -> list[dict]:
    found = client.ask(DISCARDED, at=at or scene.city).data["myDiscardedDrafts"]
    return [edge["node"] for edge in found["edges"]]


def test_what_was_handed_in_is_no_draft_and_stays(scene, client) -> None:
    before = scene.fingerprint(scene.city)
    assert client.ask(DISCARD, at=scene.city, case=scene.ids["case"]).codes == ["NOT_A_DRAFT"]
    assert scene.fingerprint(scene.city) == before
