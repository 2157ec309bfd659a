"""Files that a person has uploaded for an answer: an order's, an opinion's. The form is opened, and what came is checked."""

from __future__ import annotations

from collections.abc import Sequence

from zt_platform.actors import Actor
from zt_storage.models import Attachment, AttachmentState
from zt_storage.uploads import UploadLimits, UploadTicket, open_upload
from zt_tenants.errors import InvalidInput

MOST_FILES = 10


def open_own_upload(actor: Actor, *, file_name: str, size: int, content_type: str) -> UploadTicket:
    """A form with which the actor sends a file to the store; confirmed like any upload. Raises what ``open_upload`` does."""
    return open_upload(
        file_name=file_name,
        size=size,
        content_type=content_type,
        owner_account_id=actor.account_id,
        limits=UploadLimits(),
    )


def own_files(attachment_ids: Sequence[int], actor: Actor) -> list[Attachment]:
    """The checked files that the actor has uploaded, in the order given; no statement without any.

    Raises InvalidInput(field="files"): more than :data:`MOST_FILES`, not checked, or somebody else's.
    """
    wanted = list(dict.fromkeys(attachment_ids))
    mine = Attachment.objects.filter(owner_account_id=actor.account_id, state=AttachmentState.VERIFIED)
    found = {file.pk: file for file in mine.filter(pk__in=wanted)} if wanted else {}
    if len(found) != len(wanted) or len(wanted) > MOST_FILES:
        raise InvalidInput(
            field="files",
            zh="附件最多{most}份，须由您本人上传，请重新上传。",
            en="At most {most} files, uploaded by yourself; upload them again.",
            most=MOST_FILES,
        )
    return [found[pk] for pk in wanted]
