"""Text messages: sent once, at a decent hour, at most so many to one telephone, with failures in sight."""

from __future__ import annotations

import json
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from notice_cast import FACTS, PHONE

from zt_interop.text_messages import NotSent, OutcomeUnknown, Refused, TextMessage
from zt_platform.actors import Actor, ActorKind
from zt_platform.notices.commands import choose
from zt_platform.notices.kinds import Event, SmsState
from zt_platform.notices.models import Notice
from zt_platform.notices.quiet_hours import QuietHours
from zt_platform.notices.sending import LEASE, MOST_ATTEMPTS, MOST_PER_HOUR, send_due
from zt_platform.notices.wording import sentence
from zt_tenants.clock import at, now
from zt_tenants.context import enter
from zt_tenants.uuid7 import uuid7

pytestmark = pytest.mark.req("L-07", "F-06")
NO_REST = QuietHours(QuietHours().begins, QuietHours().begins)


class Desk:
    """A provider of the test: really called, answers as told, remembers every call."""

    name = "desk"

    def __init__(self, *answers: Exception | None, honours_keys: bool = True) -> None:
        self.answers, self.honours_keys = list(answers), honours_keys
        self.calls: list[TextMessage] = []

    def send(self, message: TextMessage) -> str:
        self.calls.append(message)
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer
        return f"ref-{len(self.calls)}"


def _files(folder: Path) -> list[dict[str, str]]:
    return [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))] if folder.exists() else []


def test_a_message_reaches_the_folder_once_and_the_telephone_is_forgotten(world, monday, folder, put) -> None:
    put(world.county)
    assert send_due() == 1
    assert send_due() == 0
    (line,) = _files(folder)
    assert line["phone"] == PHONE
    assert line["text"] == "【肥西县政务服务中心】" + sentence(Event.ACCEPTED, FACTS)
    notice = Notice.objects.get()
    assert (notice.sms_state, notice.phone, notice.phone_masked) == (SmsState.SENT, None, "138****2345")


def test_nothing_is_sent_before_the_step_is_committed(world, monday, folder, put) -> None:
    class Undone(Exception):
        pass

    with enter(world.county), pytest.raises(Undone), transaction.atomic():
        put(world.county)
        raise Undone
    assert send_due() == 0
    assert _files(folder) == []


@pytest.mark.parametrize(
    ("put_at", "sent_at"),
    [
        ("2026-03-02T20:59:59+08:00", "2026-03-02T20:59:59+08:00"),
        ("2026-03-02T21:00:00+08:00", "2026-03-03T08:00:00+08:00"),
    ],
)
def test_what_can_wait_is_kept_through_the_night(world, folder, put, put_at: str, sent_at: str) -> None:
    put_moment, sent_moment = datetime.fromisoformat(put_at), datetime.fromisoformat(sent_at)
    with at(put_moment):
        put(world.county)
    if sent_moment > put_moment:
        with at(sent_moment - timedelta(seconds=1)):
            assert send_due() == 0
    with at(sent_moment):
        assert send_due() == 1


def test_a_message_left_over_from_the_evening_waits_until_the_morning(world, monday, folder, put) -> None:
    """Put up in time, but the sender stood still until after the quiet hours had begun."""
    put(world.county)
    late = now().replace(hour=14)  # 22:00 in China
    with at(late):
        assert send_due() == 0
        assert Notice.objects.get().sms_after.isoformat() == "2026-03-03T00:00:00+00:00"
    with at(late + timedelta(hours=10)):
        assert send_due() == 1


def test_what_is_urgent_goes_at_night(world, monday, folder, put) -> None:
    with at(now().replace(hour=15)):  # 23:00 in China
        put(world.county, event=Event.DELIVERED)
        assert send_due() == 1


def test_who_opted_out_gets_none_but_reads_it_on_the_site(world, monday, folder, put) -> None:
    actor = Actor(kind=ActorKind.APPLICANT, account_id=uuid7(), name="张三丰")
    choose(actor=actor, by_sms=False, language="zh-hans")
    put(world.county, account_id=actor.account_id)
    assert send_due() == 0
    notice = Notice.objects.get()
    assert (notice.sms_state, notice.phone, notice.account_id) == (SmsState.OPTED_OUT, None, actor.account_id)


def test_the_language_is_the_readers(world, monday, folder, put) -> None:
    actor = Actor(kind=ActorKind.APPLICANT, account_id=uuid7(), name="张三丰")
    choose(actor=actor, by_sms=True, language="en")
    put(world.county, account_id=actor.account_id)
    send_due()
    with override("en"):
        assert sentence(Event.ACCEPTED, FACTS) in _files(folder)[0]["text"]


def test_a_telephone_gets_so_many_an_hour_from_all_centres_together(world, monday, folder, put) -> None:
    for number in range(MOST_PER_HOUR + 3):
        put(world.county if number % 2 else world.other_county, f"k{number}")
    put(world.county, "other", phone="13900001111")
    assert send_due() == MOST_PER_HOUR + 1
    assert send_due() == 0
    with at(now() + timedelta(minutes=59, seconds=59)):
        assert send_due() == 0
    with at(now() + timedelta(hours=1, seconds=1)):
        assert send_due() == 3
    assert len(_files(folder)) == MOST_PER_HOUR + 4


def test_what_was_surely_not_sent_is_tried_again_with_the_same_key(world, monday, put) -> None:
    desk = Desk(NotSent(detail="HTTP 503"))
    put(world.county, quiet=NO_REST)
    assert send_due(desk) == 0
    notice = Notice.objects.get()
    assert (notice.sms_state, notice.sms_error) == (SmsState.WAITING, "SMS_NOT_SENT HTTP 503")
    assert send_due(desk) == 0, "it waits first"
    with at(notice.sms_after):
        assert send_due(desk) == 1
    assert {call.id for call in desk.calls} == {notice.id}
    assert Notice.objects.get().sms_reference == "ref-2"


def test_a_provider_that_stays_away_ends_in_a_failure_that_clerks_see(world, monday, put) -> None:
    desk = Desk(*[NotSent(detail="x") for _ in range(50)])
    put(world.county, quiet=NO_REST)
    moment = now()
    for _ in range(MOST_ATTEMPTS + 3):
        moment += timedelta(hours=1)
        with at(moment):
            send_due(desk)
    assert len(desk.calls) == MOST_ATTEMPTS
    notice = Notice.objects.get()
    assert notice.sms_state == SmsState.FAILED
    assert notice.phone == PHONE, "kept, so that a clerk can send it again"


def test_what_the_provider_refuses_is_not_tried_again(world, monday, put) -> None:
    desk = Desk(Refused(detail="HTTP 422"))
    put(world.county, quiet=NO_REST)
    with at(now() + timedelta(hours=2)):
        send_due(desk)
    with at(now() + timedelta(days=2)):
        send_due(desk)
    assert len(desk.calls) == 1
    assert Notice.objects.get().sms_state == SmsState.FAILED


@pytest.mark.parametrize(("honours", "calls", "state"), [(True, 2, SmsState.SENT), (False, 1, SmsState.UNKNOWN)])
def test_an_unknown_outcome_is_repeated_only_where_keys_are_honoured(
    world, monday, put, honours: bool, calls: int, state: str
) -> None:
    desk = Desk(OutcomeUnknown(detail="ReadTimeoutError"), honours_keys=honours)
    put(world.county, quiet=NO_REST)
    for hours in (0, 2, 30):
        with at(now() + timedelta(hours=hours)):
            send_due(desk)
    assert len(desk.calls) == calls
    assert len({call.id for call in desk.calls}) == 1
    assert Notice.objects.get().sms_state == state


@pytest.mark.parametrize(("honours", "state"), [(True, SmsState.SENT), (False, SmsState.UNKNOWN)])
def test_a_claim_that_ran_out_is_an_unknown_outcome(world, monday, put, honours: bool, state: str) -> None:
    """Its worker died: perhaps before, perhaps after the message went out."""
    desk = Desk(honours_keys=honours)
    put(world.county, quiet=NO_REST)
    Notice.objects.update(sms_state=SmsState.SENDING, sms_attempts=1, sms_after=now() + LEASE, sms_tried_at=now())
    with at(now() + LEASE - timedelta(seconds=1)):
        assert send_due(desk) == 0
    with at(now() + LEASE):
        assert send_due(desk) == int(honours)
    assert len(desk.calls) == int(honours)
    assert Notice.objects.get().sms_state == state


def test_a_worker_that_was_overtaken_writes_nothing(world, monday, put) -> None:
    put(world.county, quiet=NO_REST)

    class Slow(Desk):
        def send(self, message: TextMessage) -> str:
            Notice.objects.update(sms_attempts=2, sms_reference="the other's")
            return super().send(message)

    desk = Slow()
    send_due(desk)
    notice = Notice.objects.get()
    assert (notice.sms_state, notice.sms_reference) == (SmsState.SENDING, "the other's")


def test_workers_at_once_send_each_message_once(committed_world, folder, put) -> None:
    for number in range(40):
        put(
            committed_world.county if number % 2 else committed_world.city,
            f"k{number}",
            phone=f"139000{number:05d}",
            quiet=NO_REST,
        )
    start, errors = threading.Barrier(4), list[Exception]()

    def work() -> None:
        try:
            start.wait(30)
            while Notice.objects.filter(sms_state=SmsState.WAITING).exists():
                send_due()
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert set(Notice.objects.values_list("sms_state", "sms_attempts")) == {(SmsState.SENT, 1)}
    assert len({line["id"] for line in _files(folder)}) == 40


def test_a_tick_claims_by_the_same_statements_for_one_centre_as_for_all(world, monday, put) -> None:
    desk = Desk()

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            send_due(desk)
        return len([query for query in captured if "UPDATE" not in query["sql"] or "CASE" in query["sql"]])

    put(world.county, "warm", quiet=NO_REST)
    cost()
    put(world.county, "one", quiet=NO_REST)
    one = cost()
    for number, centre in enumerate(world.all):
        put(centre, f"n{number}", phone=f"1390000{number:04d}", quiet=NO_REST)
    assert cost() == one
