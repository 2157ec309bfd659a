"""Making the file of a paper: render, store, sign. Repeatable at every point; the paper is in force without it.

1. :func:`fixed` renders inside the act's transaction where a message or certificate must carry the digest: the attachment
   is recorded, its bytes follow after the commit, without being rendered again.
2. :func:`stored` also writes the bytes before the commit, for a paper that another centre will fetch; from then on these
   bytes are the paper, whatever a later release would render, and only its signature follows.
3. :func:`rendered` completes whatever is missing, outside any transaction: by the doorbell after the commit, by a timer
   when that failed, or when somebody opens the paper first.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from django.db import transaction

from zt_interop.errors import NoSigningKey
from zt_platform.papers import rendering
from zt_platform.papers.models import Paper, PaperState
from zt_platform.papers.signature import sign_paper
from zt_storage.errors import StorageRefused, StorageUnavailable
from zt_storage.models import Attachment
from zt_storage.uploads import announce_bytes, put_bytes, remove_quietly, store_bytes
from zt_tenants.clock import now
from zt_tenants.context import current_centre, on_commit, outside_centres
from zt_tenants.faults import crash_point
from zt_tenants.timers import DueTimer, schedule

log = logging.getLogger(__name__)
_PATIENCE = timedelta(minutes=5)
TIMER_KIND = "papers.make"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A paper's file as the act's transaction rendered it, and whether the store has it."""

    data: bytes = field(repr=False)
    is_stored: bool


def fixed(paper: Paper) -> Attachment:
    """The paper's attachment with its digest, at once and inside the caller's transaction; the bytes follow after it."""
    data = rendering.pdf(paper.snapshot)
    attachment = _announced(paper, data)
    on_commit(partial(make_pending, paper.pk, Rendered(data, is_stored=False)))
    return attachment


def stored(paper: Paper, *, told_to: str) -> Attachment:
    """Like :func:`fixed`, with the bytes in the store before the commit, for the centre that a message tells of it.

    An object that a rollback leaves is harmless. Raises StorageUnavailable, StorageRefused: the act is refused whole,
    because its message could not be honoured.
    """
    data = rendering.pdf(paper.snapshot)
    paper.told_to = told_to
    attachment = _announced(paper, data)
    store_bytes(attachment, data)
    on_commit(partial(make_pending, paper.pk, Rendered(data, is_stored=True)))
    return attachment


def rendered(paper: Paper, before: Rendered | None = None) -> Attachment:
    """The paper's file, made now if it is not there yet; call it outside of any transaction. Idempotent.

    ``before`` is what this process rendered of it inside the act's transaction. Raises StorageUnavailable (try again
    later), StorageRefused, NoSigningKey.
    """
    if paper.state == PaperState.ISSUED and paper.attachment is not None:
        return paper.attachment
    data = before.data if before is not None else rendering.pdf(paper.snapshot)
    sha256 = rendering.digest(data)
    recorded, is_stored = paper.attachment, before is not None and before.is_stored
    if recorded is not None and recorded.sha256 != sha256 and paper.told_to:
        # Another release renders differently, but another centre has the first file already: it stays the paper.
        sha256, is_stored = recorded.sha256, True
    elif recorded is None or recorded.sha256 != sha256:
        # Nothing was recorded, or another release renders differently and nobody has seen the first file.
        recorded, is_stored = put_bytes(data=data, file_name=paper.file_name, content_type=rendering.PDF), True
    if not is_stored:
        store_bytes(recorded, data)
    crash_point("paper_after_put")
    centre = current_centre()
    with outside_centres():
        signature = sign_paper(paper, centre, sha256)
    return _issue(paper, recorded, sha256, signature)


def drawn_again(paper: Paper) -> bool:
    """Draw the file of an issued paper anew where the store has lost it; whether it is back, byte by byte.

    Another release may draw another file: that one would not be what was signed, and is not stored.

    Raises StorageUnavailable, StorageRefused.
    """
    data = rendering.pdf(paper.snapshot)
    if paper.attachment is None or rendering.digest(data) != paper.attachment.sha256:
        return False
    store_bytes(paper.attachment, data)
    return True


def _issue(paper: Paper, attachment: Attachment, sha256: str, signature: str) -> Attachment:
    """PENDING → ISSUED by a conditional update; who comes second takes the first one's file."""
    with transaction.atomic():
        won = Paper.objects.filter(pk=paper.pk, state=PaperState.PENDING).update(
            state=PaperState.ISSUED, attachment=attachment, sha256=sha256, signature=signature
        )
    before = paper.attachment_id
    paper.refresh_from_db()
    issued = Attachment.objects.get(pk=paper.attachment_id or 0)
    if not won and issued.pk != attachment.pk and attachment.pk != before:
        attachment.delete()
        remove_quietly(attachment.object_key)
    return issued


def _announced(paper: Paper, data: bytes) -> Attachment:
    attachment = announce_bytes(data=data, file_name=paper.file_name, content_type=rendering.PDF)
    paper.attachment, paper.sha256 = attachment, attachment.sha256
    paper.save(update_fields=["attachment", "sha256", "told_to"])
    return attachment


def make_pending(paper_id: int, before: Rendered | None = None) -> None:
    """Make the file of one paper of the current centre if it is not there yet; outside any transaction.

    ``before`` is what was rendered of it already. A store or signing key that is away only leaves the paper PENDING, with a
    timer to try again.
    """
    paper = Paper.objects.select_related("attachment").filter(pk=paper_id, state=PaperState.PENDING).first()
    if paper is None:
        return
    try:
        rendered(paper, before)
    except (StorageUnavailable, StorageRefused, NoSigningKey) as away:
        log.warning("the file of paper %s is not made yet (%s)", paper.number, away.code)
        try_later(paper_id)


def try_later(paper_id: int) -> None:
    """Set the timer that rings again for a paper of the current centre."""
    schedule(kind=TIMER_KIND, subject=f"paper:{paper_id}", due_at=now() + _PATIENCE, data={"paper": paper_id})


def ring_for_due(due: Sequence[DueTimer]) -> None:
    """What the timers do: ring for those papers that are still PENDING; one look-up for all of them."""
    centre_code = current_centre().code
    wanted = [int(timer.data["paper"]) for timer in due]
    for paper_id in Paper.objects.filter(pk__in=wanted, state=PaperState.PENDING).values_list("pk", flat=True):
        on_commit(partial(ring, centre_code, paper_id))


def ring(centre_code: str, paper_id: int) -> None:
    """Ring the doorbell for a paper of the current centre; if nobody can be rung, a timer tries again."""
    from zt_platform.papers.tasks import make_paper  # the task module imports this one

    try:
        make_paper.apply_async(args=[centre_code, paper_id], retry=False, ignore_result=True)
    except Exception as error:
        log.warning("doorbell of paper %s not rung (%s)", paper_id, error)
        try_later(paper_id)
