"""kill -9 before and after a text message goes out: it reaches the telephone once."""

from __future__ import annotations

import json
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from killed import run_task

from zt_platform.notices.commands import NewNotice, put_up
from zt_platform.notices.kinds import Event, SmsState
from zt_platform.notices.models import Notice
from zt_platform.notices.quiet_hours import QuietHours
from zt_platform.notices.sending import LEASE, send_due
from zt_tenants.clock import at, now
from zt_tenants.context import enter

pytestmark = [pytest.mark.faults, pytest.mark.req("L-07")]
SEND = "zt_platform.notices.tasks.send"
NO_REST = QuietHours(QuietHours().begins, QuietHours().begins)
FACTS = {"item": "食品经营许可", "number": "340123-260302-00001-7"}


@pytest.fixture
def folder(tmp_path, settings, monkeypatch) -> Path:
    settings.ZT_SMS_PROVIDER, settings.ZT_SMS_FOLDER = "file", tmp_path / "sent"
    monkeypatch.setenv("ZT_SMS_FOLDER", str(settings.ZT_SMS_FOLDER))
    return settings.ZT_SMS_FOLDER


@pytest.mark.parametrize(("crash_at", "out_already"), [("sms_after_claim", 0), ("sms_after_send", 1)])
def test_a_killed_sender_is_succeeded_and_no_message_goes_twice(
    committed_world, folder, crash_at: str, out_already: int
) -> None:
    with enter(committed_world.county):
        for number in range(3):
            phone = f"1390000000{number}"
            put_up([NewNotice(f"k{number}", Event.SUBMITTED, "1", FACTS, phone=phone)], quiet=NO_REST)

    assert run_task(SEND, crash_at) == -signal.SIGKILL
    assert len(list(folder.glob("*.json"))) == out_already
    assert set(Notice.objects.values_list("sms_state", flat=True)) == {SmsState.SENDING}
    before = {path.name: path.stat().st_mtime_ns for path in folder.glob("*.json")}

    assert send_due() == 0, "the claim still stands"
    with at(now() + LEASE + timedelta(seconds=1)):
        assert send_due() == 3
    lines = [json.loads(path.read_text()) for path in folder.glob("*.json")]
    assert sorted(line["phone"] for line in lines) == ["13900000000", "13900000001", "13900000002"]
    assert {path.name: path.stat().st_mtime_ns for path in folder.glob("*.json") if path.name in before} == before
    assert set(Notice.objects.values_list("sms_state", "sms_attempts")) == {(SmsState.SENT, 2)}
