"""Making the file: after the commit, on demand, by a timer; a store that is away blocks nothing and everything heals."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from zt_interop.errors import MessageRefused, SignatureInvalid
from zt_platform.papers import rendering
from zt_platform.papers.commands import fixed, rendered, stored
from zt_platform.papers.commands.making import TIMER_KIND, Rendered, make_pending, ring_for_due
from zt_platform.papers.models import Paper, PaperState
from zt_platform.papers.signature import sign_paper, statement, verified_statement
from zt_platform.papers.tasks import make_paper
from zt_storage.errors import ObjectMissing, StorageUnavailable
from zt_storage.models import Attachment
from zt_storage.uploads import read_bytes, remove_quietly
from zt_tenants import clock
from zt_tenants.clock import now
from zt_tenants.context import enter
from zt_tenants.models import Timer
from zt_tenants.timers import run_due


@pytest.fixture
def store_away(settings):
    """The object store does not answer until the returned function is called."""
    endpoint, settings.S3_ENDPOINT = settings.S3_ENDPOINT, "127.0.0.1:1"

    def back() -> None:
        settings.S3_ENDPOINT = endpoint

    return back


def test_a_paper_is_made_by_its_task_and_signed_over_its_bytes(places, issue) -> None:
    paper = issue(places.city)
    assert (paper.state, paper.attachment, paper.signature) == (PaperState.PENDING, None, "")
    make_paper(places.city.code, paper.pk)
    with enter(places.city):
        made = Paper.objects.select_related("attachment").get()
        data = read_bytes(made.attachment)
    assert made.state == PaperState.ISSUED
    assert made.sha256 == made.attachment.sha256 == rendering.digest(data)
    assert data == rendering.pdf(made.snapshot)
    assert verified_statement(made.signature) == {
        "number": "合市监受〔2026〕00001号",
        "kind": "ACCEPTANCE",
        "code": made.code,
        "tracking_number": "1",
        "sha256": made.sha256,
        "issued_on": "2026-03-02",
        "department": "合肥市市场监督管理局",
        "centre": "340100",
    }


def test_making_it_again_changes_nothing(places, issue) -> None:
    paper = issue(places.city)
    with enter(places.city):
        first = rendered(paper)
        signature = Paper.objects.get().signature
        make_pending(paper.pk)
        assert rendered(Paper.objects.get()) == first
        stale = Paper.objects.get()
        stale.state, stale.attachment = PaperState.PENDING, None
        assert rendered(stale) == first, "who comes second takes the first one's file"
        assert Paper.objects.get().signature == signature
        assert Attachment.objects.count() == 1


def test_what_is_fixed_in_the_act_names_its_digest_before_the_store_has_it(committed_places, issue, store_away) -> None:
    city = committed_places.city
    with enter(city):
        with transaction.atomic():
            paper = issue(city)
            attachment = fixed(paper)
        assert paper.sha256 == attachment.sha256 == rendering.digest(rendering.pdf(paper.snapshot))
        with pytest.raises(StorageUnavailable):
            rendered(paper)
        store_away()
        with pytest.raises(ObjectMissing):
            read_bytes(attachment)
        assert rendered(paper) == attachment
        assert rendering.digest(read_bytes(attachment)) == attachment.sha256


def test_what_the_act_rendered_is_completed_from_its_bytes_without_a_look_at_the_store(places, issue) -> None:
    """A paper whose message needs its file is rendered and stored once; what follows the commit is the signature."""
    paper = issue(places.city)
    with enter(places.city):
        promised = stored(paper, told_to="340123")
        remove_quietly(promised.object_key)
        make_pending(paper.pk, Rendered(rendering.pdf(paper.snapshot), is_stored=True))
        made = Paper.objects.get()
        assert (made.state, made.attachment_id) == (PaperState.ISSUED, promised.pk)
        assert verified_statement(made.signature)["sha256"] == made.sha256 == promised.sha256
        with pytest.raises(ObjectMissing):
            read_bytes(promised)


def test_what_the_act_rendered_is_stored_after_the_commit_as_it_was_rendered(committed_places, issue) -> None:
    city = committed_places.city
    with enter(city):
        with transaction.atomic():
            paper = issue(city)
            attachment = fixed(paper)
        made = Paper.objects.get()
        assert made.state == PaperState.ISSUED
        assert rendering.digest(read_bytes(attachment)) == made.sha256 == attachment.sha256


def test_tries_that_the_store_did_not_take_leave_no_record_behind(committed_places, issue, store_away) -> None:
    city = committed_places.city
    with enter(city):
        paper = issue(city)
        for _ in range(3):
            with pytest.raises(StorageUnavailable):
                rendered(paper)
        assert not Attachment.objects.exists()
        store_away()
        made = rendered(Paper.objects.get())
        assert list(Attachment.objects.all()) == [made]
        assert rendering.digest(read_bytes(made)) == made.sha256


def test_a_store_that_was_away_heals_by_a_timer(committed_places, issue, store_away) -> None:
    city = committed_places.city
    with enter(city), transaction.atomic():
        paper = issue(city)
    make_paper(city.code, paper.pk)
    with enter(city):
        assert Paper.objects.get().state == PaperState.PENDING
    timer = Timer.objects.get(kind=TIMER_KIND)
    assert timer.data == {"paper": paper.pk}
    store_away()
    with clock.at(now() + timedelta(minutes=6)):
        run_due()
    assert not Timer.objects.filter(kind=TIMER_KIND).exists()
    make_paper(city.code, paper.pk)
    with enter(city):
        assert Paper.objects.get().state == PaperState.ISSUED


def test_the_timer_rings_for_pending_papers_only_with_one_look_up(
    places, issue, django_assert_num_queries, django_capture_on_commit_callbacks
) -> None:
    from uuid import uuid4

    from zt_tenants.timers import DueTimer

    made, waiting = issue(places.city), issue(places.city)
    due = [DueTimer(uuid4(), TIMER_KIND, str(p.pk), now(), {"paper": p.pk}) for p in (made, waiting)]
    with enter(places.city):
        rendered(made)
        with django_capture_on_commit_callbacks() as bells, django_assert_num_queries(1):
            ring_for_due(due)
    assert len(bells) == 1


def test_another_release_may_render_differently_before_anybody_saw_the_file(places, issue) -> None:
    paper = issue(places.city)
    with enter(places.city):
        promised = fixed(paper)
        Attachment.objects.filter(pk=promised.pk).update(sha256="0" * 64)
        paper.refresh_from_db()
        file = rendered(paper)
        assert file.pk != promised.pk
        assert Paper.objects.get().sha256 == file.sha256 == rendering.digest(read_bytes(file))


@pytest.mark.parametrize("member", ["number", "sha256", "department", "centre", "issued_on"])
def test_a_signature_over_anything_else_does_not_verify(places, issue, member) -> None:
    import base64
    import json

    paper = issue(places.city)
    with enter(places.city):
        rendered(paper)
    header, payload, signature = paper.signature.split(".")
    said = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    said[member] = "340123" if member == "centre" else said[member] + "0"
    forged = base64.urlsafe_b64encode(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()).rstrip(b"=")
    with pytest.raises(SignatureInvalid):
        verified_statement(".".join([header, forged.decode(), signature]))


def test_a_neighbours_key_signs_for_the_neighbour_only(places, issue) -> None:
    """The county's key cannot say that the city issued a paper."""
    paper = issue(places.city)
    jws = sign_paper(paper, places.county, "0" * 64)
    assert verified_statement(jws)["centre"] == "340123"
    assert statement(paper, "340100", "0" * 64) != verified_statement(jws)
    impostor = type(places.county)(id=places.county.id, code="340100", name="x", schema_name=places.county.schema_name)
    with pytest.raises(MessageRefused):
        verified_statement(sign_paper(paper, impostor, "0" * 64))
