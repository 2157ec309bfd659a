"""kill -9 in the middle of a fetch, and at its end: the next one goes on behind the last part, and the file is whole."""

from __future__ import annotations

import hashlib
import json
import signal
from pathlib import Path

import pytest
from killed import run_worker

from zt_storage.copies import PART_BYTES
from zt_storage.models import Attachment
from zt_storage.objects import ensure_bucket, sizes
from zt_storage.uploads import read_bytes
from zt_tenants.context import enter

pytestmark = [pytest.mark.faults, pytest.mark.req("C-06")]
WORKER = Path(__file__).with_name("fetch_worker.py")
KEY = "c/340100/att/6f1c5a9e-0000-4000-8000-000000000002"


def test_a_fetch_killed_after_a_part_goes_on_behind_it(committed_world, tmp_path: Path) -> None:
    ensure_bucket()
    data = b"%PDF-1.4\n" + bytes(range(256)) * (2 * PART_BYTES // 256) + b"\n%%EOF\n"
    file = tmp_path / "elsewhere"
    file.write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    line = {"key": KEY, "file_name": "a.pdf", "size": len(data), "sha256": digest, "content_type": "application/pdf"}

    assert run_worker(WORKER, "fetch_after_part", "340123", json.dumps(line), str(file)) == -signal.SIGKILL
    with enter(committed_world.county):
        assert not Attachment.objects.exists()
    assert run_worker(WORKER, "fetch_after_part", "340123", json.dumps(line), str(file)) == -signal.SIGKILL
    assert run_worker(WORKER, "copy_before_record", "340123", json.dumps(line), str(file)) == -signal.SIGKILL
    with enter(committed_world.county):
        assert not Attachment.objects.exists()
    assert run_worker(WORKER, "", "340123", json.dumps(line), str(file)) == 0

    asked = file.with_suffix(".asked").read_text().split()
    assert asked == ["0", str(PART_BYTES), str(2 * PART_BYTES)]
    with enter(committed_world.county):
        taken = Attachment.objects.get()
        assert read_bytes(taken) == data
        assert sizes("incoming/340123/fetch-") == {}
