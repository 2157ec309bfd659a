"""A large file through the gateway: open, announce, send, confirm, attach; resumed, refused, given up."""

from __future__ import annotations

import pytest
import urllib3
from large_files import LargeFile

from zt_platform.catalogue.models import Material
from zt_storage.models import Attachment
from zt_tenants.context import enter

pytestmark = pytest.mark.req("L-01")
OPEN = """mutation($case: ID!, $size: Int!, $name: String!) {
  openLargeUpload(caseId: $case, materialCode: "site", fileName: $name, size: $size, contentType: "application/pdf") {
    upload { attachmentId partBytes partCount arrivedBytes parts { number sha256 arrived } } } }"""
PARTS = """mutation($id: ID!, $parts: [PartInput!]!) {
  announceParts(attachmentId: $id, parts: $parts) { tickets { number size url } } }"""
ATTACH = """mutation($case: ID!, $id: ID!) {
  attachMaterial(caseId: $case, materialCode: "site", attachmentId: $id) { case { id } } }"""
CONFIRM = "mutation($id: ID!) { confirmUpload(attachmentId: $id) { attachment { state size sha256 } } }"
FILE = LargeFile(9 * 1024 * 1024)


@pytest.fixture
def client(scene, gateway):
    """The applicant, whose item takes large files of one material."""
    with enter(scene.city):
        Material.objects.filter(code="site").update(max_size=16 * 1024 * 1024)
    return gateway(scene.zhang)


def _open(client, scene, **changed):
    values = {"case": scene.ids["draft"], "size": FILE.size, "name": FILE.name, **changed}
    return client.ask(OPEN, at=scene.city, **values)


def _send(client, scene, upload, number: int) -> int:
    digest = FILE.digests([number], upload["partBytes"])[number]
    answer = client.ask(PARTS, at=scene.city, id=upload["attachmentId"], parts=[{"number": number, "sha256": digest}])
    [ticket] = answer.data["announceParts"]["tickets"]
    return urllib3.request("PUT", ticket["url"], body=FILE.part(number, upload["partBytes"])).status


def test_from_opening_to_the_case_with_a_break_between(scene, client) -> None:
    upload = _open(client, scene).data["openLargeUpload"]["upload"]
    assert (upload["partCount"], upload["arrivedBytes"], upload["parts"]) == (2, 0, [])
    assert _send(client, scene, upload, 2) == 200
    values = {"case": scene.ids["draft"], "id": upload["attachmentId"]}
    assert client.ask(ATTACH, at=scene.city, **values).codes == ["UPLOAD_NOT_ARRIVED"]
    resumed = _open(client, scene).data["openLargeUpload"]["upload"]
    assert resumed["attachmentId"] == upload["attachmentId"]
    assert [(one["number"], one["arrived"]) for one in resumed["parts"]] == [(2, True)]
    assert _send(client, scene, upload, 1) == 200
    checked = client.ask(CONFIRM, at=scene.city, id=upload["attachmentId"]).data["confirmUpload"]["attachment"]
    assert checked == {"state": "VERIFIED", "size": FILE.size, "sha256": FILE.sha256()}
    assert client.ask(ATTACH, at=scene.city, **values).data["attachMaterial"]["case"]["id"] == scene.ids["draft"]


def test_what_is_no_part_of_the_file_is_refused_by_name(scene, client) -> None:
    upload = _open(client, scene).data["openLargeUpload"]["upload"]
    for part in ({"number": 3, "sha256": "a" * 64}, {"number": 1, "sha256": "no digest"}):
        refused = client.ask(PARTS, at=scene.city, id=upload["attachmentId"], parts=[part])
        assert refused.codes == ["INVALID_INPUT"]
        assert refused.error["extensions"]["field"] == "parts"
    assert _open(client, scene).data["openLargeUpload"]["upload"]["parts"] == []
    client.ask(PARTS, at=scene.city, id=upload["attachmentId"], parts=[{"number": 1, "sha256": "a" * 64}])
    other = client.ask(PARTS, at=scene.city, id=upload["attachmentId"], parts=[{"number": 1, "sha256": "b" * 64}])
    assert other.codes == ["PART_DIFFERS"]


def test_the_materials_limit_holds_for_large_files(scene, client) -> None:
    before = scene.fingerprint(scene.city)
    assert _open(client, scene, size=16 * 1024 * 1024 + 1).codes == ["FILE_TOO_LARGE"]
    assert _open(client, scene, name="a.exe").codes == ["FILE_TYPE_NOT_ACCEPTED"]
    assert scene.fingerprint(scene.city) == before


def test_giving_up_removes_the_upload(scene, client) -> None:
    upload = _open(client, scene).data["openLargeUpload"]["upload"]
    abort = f'mutation {{ abortUpload(attachmentId: "{upload["attachmentId"]}") {{ aborted }} }}'
    assert client.ask(abort, at=scene.city).data == {"abortUpload": {"aborted": True}}
    with enter(scene.city):
        assert not Attachment.objects.filter(pk=upload["attachmentId"]).exists()
    assert client.ask(abort, at=scene.city).codes == ["NOT_FOUND"]
