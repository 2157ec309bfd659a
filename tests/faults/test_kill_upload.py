"""kill -9 while a worker checks a file that has arrived: it is checked once more, and the file is whole."""

from __future__ import annotations

import signal
import uuid

import pytest
from killed import run_task

from zt_storage import objects
from zt_storage.models import Attachment, AttachmentState
from zt_storage.uploads import UploadLimits, open_upload, read_bytes
from zt_tenants.context import enter

pytestmark = [pytest.mark.faults, pytest.mark.req("Y-01", "L-01")]
CHECK = "zt_storage.tasks.check_upload"
DATA = b"%PDF-1.4\nfor the test\n%%EOF\n"
LIMITS = UploadLimits(max_size=1_000_000, extensions=("pdf",))


def test_a_check_that_is_killed_is_made_again(committed_world) -> None:
    objects.ensure_bucket()
    owner, county = uuid.uuid4(), committed_world.county
    with enter(county):
        ticket = open_upload(
            file_name="a.pdf", size=len(DATA), content_type="application/pdf", owner_account_id=owner, limits=LIMITS
        )
        landing = Attachment.objects.get().object_key
        objects.put(landing, DATA, "application/pdf")

    assert run_task(CHECK, "upload_after_copy", county.code, ticket.attachment_id, str(owner)) == -signal.SIGKILL
    with enter(county):
        assert Attachment.objects.get().state == AttachmentState.PENDING

    again = [run_task(CHECK, "nowhere", county.code, ticket.attachment_id, str(owner)) for _ in range(2)]
    assert again == [0, 0]
    with enter(county):
        checked = Attachment.objects.get()
        assert (checked.state, checked.size) == (AttachmentState.VERIFIED, len(DATA))
        assert read_bytes(checked) == DATA
    assert objects.sizes(landing) == {}
