"""An object store that is away: a typed error of the field, nothing half done, and the same call succeeds afterwards."""

from __future__ import annotations

import pytest
import urllib3

from zt_storage import objects
from zt_storage.models import Attachment, AttachmentState
from zt_tenants.context import enter

pytestmark = pytest.mark.req("Y-01", "L-01")
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
OPEN = """
mutation($case: ID!, $size: Int!) {
  openUpload(caseId: $case, materialCode: "id", fileName: "证明.pdf", size: $size, contentType: "application/pdf") {
    ticket { attachmentId url fields { name value } }
  }
}
"""
CONFIRM = "mutation($file: ID!) { confirmUpload(attachmentId: $file) { attachment { state size } } }"


@pytest.fixture
def sent(scene, gateway):
    """The applicant's client, and a file of a draft that has arrived in the store and is not confirmed."""
    objects.ensure_bucket()
    client = gateway(scene.zhang)
    ticket = client.ask(OPEN, at=scene.city, case=scene.ids["draft"], size=len(PDF)).data["openUpload"]["ticket"]
    form = [(field["name"], field["value"]) for field in ticket["fields"]]
    answer = urllib3.request("POST", ticket["url"], fields=[*form, ("file", ("证明.pdf", PDF, "application/pdf"))])
    assert answer.status in (200, 201, 204)
    return client, ticket["attachmentId"]


def test_confirming_fails_by_name_and_changes_nothing_and_succeeds_later(scene, sent, settings) -> None:
    client, file = sent
    there = settings.S3_ENDPOINT
    settings.S3_ENDPOINT = "127.0.0.1:1"
    with enter(scene.city):
        before = list(Attachment.objects.order_by("pk").values())

    refused = client.ask(CONFIRM, at=scene.city, file=file)

    assert refused.status == 200
    assert refused.error["extensions"]["code"] == "STORAGE_UNAVAILABLE"
    assert "请稍后重试" in refused.error["message"]
    with enter(scene.city):
        assert list(Attachment.objects.order_by("pk").values()) == before
    settings.S3_ENDPOINT = there
    confirmed = client.ask(CONFIRM, at=scene.city, file=file).data["confirmUpload"]["attachment"]
    assert confirmed == {"state": AttachmentState.VERIFIED.value, "size": len(PDF)}
