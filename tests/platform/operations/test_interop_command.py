"""``zhengtong interop``: the same acts on the command line, each with a name and a reason where the page has an account."""

from __future__ import annotations

import json
from contextlib import nullcontext

import pytest
from click.testing import CliRunner

from zt_interop.circuit import FAILURES_TO_OPEN, note_silence
from zt_interop.handling import SecondPersonNeeded
from zt_interop.log.models import InboxMessage
from zt_interop.queue.models import Circuit, OutboxMessage
from zt_interop.relay import relay_due
from zt_interop.testing import progressed
from zt_platform.project.cli import messages as command
from zt_tenants.context import enter
from zt_tenants.errors import NotFound, UnknownCentre

pytestmark = pytest.mark.req("Y-01", "E-20")
CITY, COUNTY = ("--centre", "340100"), ("--centre", "340123")


@pytest.fixture
def run(world, monkeypatch):
    monkeypatch.setattr(command, "platform_running", nullcontext)
    return lambda *arguments: CliRunner().invoke(command.interop, [str(argument) for argument in arguments])


def test_streams_say_what_waits_and_who_does_not_answer(run, refused) -> None:
    everything = run("streams").output
    assert "340100" in everything
    assert "正常" in everything
    assert "340100" not in run("streams", *COUNTY).output
    assert "340100" not in run("streams", "--failing").output
    for _ in range(FAILURES_TO_OPEN):
        note_silence("340123", "专线中断")
    assert "340123 熔断状态" in run("streams", *CITY).output


def test_a_parked_message_is_listed_and_replayed_by_name(run, world, parked, recorder) -> None:
    listed = run("parked", *COUNTY).output
    assert "办件尚未受理" in listed
    assert str(parked) in listed
    assert "办件尚未受理" not in run("parked", *CITY).output
    assert isinstance(run("replay", *CITY, "--by", "李工", parked).exception, NotFound)
    assert recorder.steps == []
    assert "已处理 1 件" in run("replay", *COUNTY, "--by", "李工", parked).output
    assert recorder.steps == ["REVIEWED"]
    with enter(world.county):
        assert InboxMessage.objects.get(pk=parked).handled[0]["by"] == "李工"


def test_a_refused_message_is_repaired_from_a_file_and_arrives(run, refused, recorder, tmp_path) -> None:
    assert str(refused.event_id) in run("refused", *CITY).output
    file = tmp_path / "data.json"
    file.write_text(json.dumps(progressed("ONE")), "utf-8")
    given = ("--by", "李工", "--reason", "补正字段", "--data", file, refused.event_id)
    assert isinstance(run("repair", *COUNTY, *given).exception, NotFound)
    assert recorder.steps == []
    done = run("repair", *CITY, *given)
    assert done.exit_code == 0, done.output
    relay_due()
    assert recorder.steps == ["ONE"]


def test_two_names_close_a_message(run, refused) -> None:
    close = ("close", *CITY, "--reason", "办件已终止", refused.event_id)
    assert "须由另一人" in run(*close, "--by", "李工").output
    assert isinstance(run(*close, "--by", "李工").exception, SecondPersonNeeded)
    assert OutboxMessage.objects.get(event_id=refused.event_id).state == "REFUSED"
    assert "已结案" in run(*close, "--by", "赵工").output
    assert OutboxMessage.objects.get(event_id=refused.event_id).state == "CLOSED"


def test_a_destination_is_tried_again(run, refused) -> None:
    for _ in range(FAILURES_TO_OPEN):
        note_silence("340123", "专线中断")
    assert Circuit.objects.exists()
    done = run("resume", "340123")
    assert "条流水即刻重试" in done.output
    assert not Circuit.objects.exists()


def test_a_resend_is_asked_for_and_nonsense_is_refused(run, parked) -> None:
    done = run("resend", *COUNTY, "--source", "340100")
    assert done.exit_code == 0, done.output
    assert "补发" in done.output
    assert isinstance(run("resend", *COUNTY, "--source", "341700").exception, NotFound)
    assert run("resend", *COUNTY, "--source", "340100", "--channel", "gossip").exit_code == 2
    assert isinstance(run("parked", "--centre", "999999").exception, UnknownCentre)
