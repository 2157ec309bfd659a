"""A draft through the gateway: an older page is refused with what it needs to go on; thrown away and taken back."""

from __future__ import annotations

import pytest

from zt_platform.cases.models import Case
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


def test_what_was_handed_in_is_no_draft_and_stays(scene, client) -> None:
    before = scene.fingerprint(scene.city)
    assert client.ask(DISCARD, at=scene.city, case=scene.ids["case"]).codes == ["NOT_A_DRAFT"]
    assert scene.fingerprint(scene.city) == before
