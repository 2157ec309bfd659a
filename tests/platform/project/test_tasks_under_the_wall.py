"""Every task that celery knows is run as its process runs it: logged in as the worker's role, over real commits.

Elsewhere tests are the owner outside centres; here a missing privilege shows.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import urllib3
from django.db import ProgrammingError, connection, connections

from zt_interop.departments.calls import Question, ask
from zt_interop.departments.file_drop.folders import Folders
from zt_interop.departments.file_drop.writing import write_delivery
from zt_interop.departments.models import DataService, DeliveredRecord
from zt_interop.departments.testing import COMPANY_CHANGES, IDENTITY_CHECK, NAME, NUMBER, grant, offices_in
from zt_interop.keys.models import PublicKey
from zt_interop.log.models import DataCall, InboxMessage
from zt_interop.proof.heads import last_head
from zt_interop.queue.models import OutboundStream, OutboxMessage
from zt_interop.relay import relay_due
from zt_interop.send import send_message
from zt_interop.testing import PROGRESSED, SUBJECT, Recorder, progressed
from zt_platform.actors import Actor
from zt_platform.cases.commands.batch_runs import Marked, start_batch
from zt_platform.cases.testing import make_catalogue, make_town
from zt_platform.notices.commands import NewNotice, put_up
from zt_platform.notices.kinds import Event
from zt_platform.notices.models import Notice
from zt_platform.notices.quiet_hours import QuietHours
from zt_platform.organisation.models import Department, StaffMember
from zt_platform.papers.commands import issue_paper
from zt_platform.papers.content import Bilingual, PaperContent
from zt_platform.papers.kinds import PaperKind
from zt_platform.papers.models import Paper, PaperState
from zt_platform.project.celery import app
from zt_storage.large_uploads import announce_parts, open_large_upload
from zt_storage.models import Attachment
from zt_storage.objects import ensure_bucket
from zt_storage.uploads import UploadLimits
from zt_tenants import timers
from zt_tenants.clock import at, now, today
from zt_tenants.context import enter, operating
from zt_tenants.errors import DomainError, OwnerNeeded
from zt_tenants.models import Timer, TimerLane
from zt_tenants.timers.lanes import claim_due
from zt_tenants.uuid7 import uuid7
from zt_tenants.wall.access import DatabaseRole

pytestmark = [
    pytest.mark.req("A-01"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"),
]


@dataclass(frozen=True, slots=True)
class Errand:
    """What a task is called with, and whether afterwards its work is done."""

    done: Callable[[], bool]
    arguments: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where work is prepared: the committed world, a folder, the handler of a message, the settings."""

    world: Any
    folder: Path
    recorder: Recorder
    settings: Any


PREPARED: dict[str, Callable[[Place], Iterator[Errand]]] = {}


def work_for(task: str) -> Callable[[Callable[[Place], Iterator[Errand]]], Callable[[Place], Iterator[Errand]]]:
    """Registers what prepares work for a task."""

    def register(prepare: Callable[[Place], Iterator[Errand]]) -> Callable[[Place], Iterator[Errand]]:
        PREPARED[task] = prepare
        return prepare

    return register


def _send(place: Place) -> OutboundStream:
    with enter(place.world.city):
        send_message(destination=place.world.county.code, type=PROGRESSED, subject=SUBJECT, data=progressed())
    return OutboundStream.objects.get(source_code=place.world.city.code)


@work_for("zt_interop.tasks.relay_stream")
def _a_message_waits(place: Place) -> Iterator[Errand]:
    stream = _send(place)
    yield Errand(lambda: OutboxMessage.objects.get().state == "DELIVERED", (str(stream.id),))


@work_for("zt_interop.tasks.sweep")
def _a_bell_was_lost(place: Place) -> Iterator[Errand]:
    _send(place)
    yield Errand(lambda: True)


@work_for("zt_interop.tasks.exchange_heads")
def _a_head_is_due(place: Place) -> Iterator[Errand]:
    stream = _send(place)
    relay_due()
    OutboundStream.objects.update(head_due_at=now() - timedelta(minutes=1))
    yield Errand(lambda: OutboundStream.objects.get(id=stream.id).head_confirmed_at is not None)


@work_for("zt_interop.tasks.prune_outbox")
def _a_message_is_long_delivered(place: Place) -> Iterator[Errand]:
    _send(place)
    relay_due()
    place.settings.INTEROP_OUTBOX_KEPT_DAYS = 30
    OutboxMessage.objects.update(delivered_at=now() - timedelta(days=31))
    yield Errand(lambda: not OutboxMessage.objects.exists())


@work_for("zt_interop.tasks.replay_parked")
def _a_message_is_parked(place: Place) -> Iterator[Errand]:
    place.recorder.fail_on["REVIEWED"] = DomainError()
    city, county = place.world.city, place.world.county
    _send(place)
    relay_due()
    place.recorder.fail_on.clear()

    def applied() -> bool:
        with enter(county):
            return InboxMessage.objects.get().state == "APPLIED"

    assert not applied()
    yield Errand(applied, (county.code, city.code, "case", SUBJECT))


@work_for("zt_interop.tasks.close_logs")
def _there_was_traffic(place: Place) -> Iterator[Errand]:
    _send(place)
    relay_due()
    yield Errand(lambda: True)


@work_for("zt_interop.tasks.close_log")
def _a_log_is_open(place: Place) -> Iterator[Errand]:
    _send(place)
    relay_due()

    def closed() -> bool:
        with enter(place.world.city):
            head = last_head()
            return head is not None and head.entries > 0

    until = now() + timedelta(seconds=1)
    with at(until + timedelta(hours=1)):
        yield Errand(closed, (place.world.city.code, until.isoformat()))


@work_for("zt_interop.tasks.rotate_keys")
def _keys_end_soon(place: Place) -> Iterator[Errand]:
    place.settings.ZT_KEY_ROTATION_DAYS = 20_000
    yield Errand(lambda: True)


@work_for("zt_interop.tasks.renew_keys")
def _keys_have_to_be_made(place: Place) -> Iterator[Errand]:
    latest = PublicKey.objects.order_by("-not_after").values_list("not_after", flat=True)[0]
    place.settings.ZT_KEY_ROTATION_DAYS = (latest - now()).days + 30
    before = PublicKey.objects.count()
    yield Errand(lambda: PublicKey.objects.count() > before)


@work_for("zt_interop.tasks.drain_data_calls")
def _a_department_was_away(place: Place) -> Iterator[Errand]:
    with offices_in(place.folder) as offices:
        offices.register(IDENTITY_CHECK)
        grant(place.world.city, IDENTITY_CHECK, "result")
        offices.status = 503
        with enter(place.world.city):
            call = ask(Question(IDENTITY_CHECK, {"name": NAME, "id_number": NUMBER}))
        offices.status = 200

        def answered() -> bool:
            with enter(place.world.city):
                return DataCall.objects.get(pk=call.pk).state == "ANSWERED"

        assert not answered()
        with offices.at(now() + timedelta(minutes=5)):
            yield Errand(answered)


@work_for("zt_interop.tasks.pick_up_deliveries")
def _a_department_left_a_file(place: Place) -> Iterator[Errand]:
    with offices_in(place.folder) as offices:
        offices.register(COMPANY_CHANGES)
        text = "uscc,name,status,address\n91340100MA2T000036,皖江建设有限公司,存续,合肥市1号\n"
        write_delivery(
            Folders.of(DataService.objects.get()).incoming,
            {"1.csv": (text.encode(), 1)},
            service=COMPANY_CHANGES,
            signer=offices.signer,
            as_of=now(),
        )
        yield Errand(lambda: DeliveredRecord.objects.count() == 1)


@work_for("zt_platform.notices.tasks.send")
def _a_text_message_is_due(place: Place) -> Iterator[Errand]:
    place.settings.ZT_SMS_PROVIDER, place.settings.ZT_SMS_FOLDER = "file", place.folder / "text-messages"
    facts = {"number": "340123-260302-00001-7", "item": "食品经营许可", "centre": "肥西县政务服务中心"}
    no_rest = QuietHours(QuietHours().begins, QuietHours().begins)
    with enter(place.world.county):
        put_up(
            [
                NewNotice(
                    key="k",
                    event=Event.ACCEPTED,
                    subject="1",
                    facts={**facts, "due": "2026-03-11"},
                    phone="13855512345",
                )
            ],
            quiet=no_rest,
        )
    yield Errand(lambda: Notice.objects.get().sms_state == "SENT")


@work_for("zt_platform.papers.tasks.make_paper")
def _a_paper_has_no_file_yet(place: Place) -> Iterator[Errand]:
    make_catalogue(place.world.city, "合肥市")
    with enter(place.world.city):
        paper = issue_paper(
            kind=PaperKind.ACCEPTANCE,
            department=Department.objects.get(code="SC"),
            subject="1",
            content=PaperContent(
                addressee="张三丰", addressee_masked="张**", paragraphs=[Bilingual("决定予以受理。", "Accepted.")]
            ),
            actor=Actor.system(),
        )

    def made() -> bool:
        with enter(place.world.city):
            return Paper.objects.get().state == PaperState.ISSUED

    assert not made()
    yield Errand(made, (place.world.city.code, paper.pk))


@work_for("zt_platform.cases.tasks.work_off_batch")
def _a_batch_waits(place: Place) -> Iterator[Errand]:
    town = make_town(place.world.city, place.world.county, place.world.other_county)
    case, clerk = town.city.submitted(town.zhang), town.city.clerk
    with enter(place.world.city):
        StaffMember.objects.create(
            account_id=clerk.account_id, full_name=clerk.name, roles=["WINDOW_CLERK"], posted_on=today()
        )
        marked = [Marked(case.pk, case.lock_version, case.tracking_number or "")]
        batch = start_batch(actor=clerk, slug="accept", marked=marked, arguments={})

    def accepted() -> bool:
        with enter(place.world.city):
            return town.city.fresh(case).status == "ACCEPTED"

    assert not accepted()
    yield Errand(accepted, (place.world.city.code, batch.pk))


@work_for("zt_storage.tasks.check_upload")
def _a_large_file_has_arrived(place: Place) -> Iterator[Errand]:
    ensure_bucket()
    owner, data = uuid7(), b"%PDF-1.7\n" + b"x" * 1000 + b"\n%%EOF\n"
    with enter(place.world.city):
        upload = open_large_upload(
            file_name="规划总图.pdf",
            size=len(data),
            content_type="application/pdf",
            owner_account_id=owner,
            limits=UploadLimits(max_size=len(data), extensions=("pdf",)),
            purpose="case:1/plan",
        )
        digests = {1: hashlib.sha256(data).hexdigest()}
        [part] = announce_parts(attachment_id=upload.attachment_id, owner_account_id=owner, digests=digests)
        assert urllib3.request("PUT", part.url, body=data).status == 200

    def checked() -> bool:
        with enter(place.world.city):
            return Attachment.objects.get().is_verified

    assert not checked()
    yield Errand(checked, (place.world.city.code, upload.attachment_id, str(owner)))


@contextmanager
def _due_timer(place: Place) -> Iterator[None]:
    kind = "test.under-the-wall"
    timers.register(kind, print)
    try:
        with enter(place.world.city):
            timers.schedule(kind=kind, subject="1", due_at=now() - timedelta(minutes=1))
        yield
    finally:
        timers.unregister(kind)


@work_for("zt_tenants.timers.tasks.scan")
def _a_timer_is_due(place: Place) -> Iterator[Errand]:
    with _due_timer(place):
        yield Errand(lambda: TimerLane.objects.exclude(lease_until=None).count() == 1)


@work_for("zt_tenants.timers.tasks.handle")
def _a_timer_was_claimed(place: Place) -> Iterator[Errand]:
    with _due_timer(place):
        [claim] = claim_due()
        arguments = (str(claim.centre_id), claim.kind, str(claim.token))
        yield Errand(lambda: not Timer.objects.exists(), arguments)


def _in_a_worker(settings: Any, act: Callable[[], object]) -> object:
    """Run in a thread of its own, as a celery worker's process would: outside centres it is ``zt_relay``."""
    ended: list[object] = []
    context = copy_context()

    def run() -> None:
        try:
            ended.append(act())
        except BaseException as error:
            ended.append(error)
        finally:
            connections.close_all()

    settings.ZT_ROLE = DatabaseRole.RELAY
    try:
        thread = threading.Thread(target=context.run, args=[run])
        thread.start()
        thread.join()
    finally:
        settings.ZT_ROLE = DatabaseRole.OWNER
    [result] = ended
    if isinstance(result, BaseException):
        raise result
    return result


def test_every_task_is_tried_here() -> None:
    app.loader.import_default_modules()
    assert {name for name in app.tasks if name.startswith("zt_")} == set(PREPARED)


FINDS_SOMETHING = {"sweep": 1, "close_logs": 2, "rotate_keys": True, "exchange_heads": 0, "scan": 1}
"""What these ticks answer when there is one thing to do; they only ring for others, or count what was amiss."""


@pytest.mark.parametrize("name", sorted(PREPARED))
def test_a_worker_may_do_what_its_task_does(committed_world, tmp_path, settings, recorder, name: str) -> None:
    app.loader.import_default_modules()
    with contextmanager(PREPARED[name])(Place(committed_world, tmp_path, recorder, settings)) as errand:
        answered = _in_a_worker(settings, lambda: app.tasks[name](*errand.arguments))
        assert errand.done()
    tick = name.rsplit(".", 1)[1]
    assert answered == FINDS_SOMETHING.get(tick, answered)


def test_a_worker_is_no_operator(committed_world, settings) -> None:
    def read_accounts() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM shared.accounts_account")

    def operate() -> None:
        with operating():
            read_accounts()

    for act, refusal in ((operate, OwnerNeeded), (read_accounts, ProgrammingError)):
        with pytest.raises(refusal):
            _in_a_worker(settings, act)
