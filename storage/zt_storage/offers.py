"""What centres elsewhere may fetch: exactly the attachments that a message to them has named."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import F, Func, Value

from zt_storage import objects
from zt_storage.errors import ObjectMissing
from zt_storage.models import Attachment, AttachmentState


def offer(keys: Collection[str], *, to: str) -> None:
    """Let the centre ``to`` fetch these attachments of the current one, from the commit of the caller's transaction on."""
    named = Attachment.objects.filter(object_key__in=keys).exclude(offered_to__contains=[to])
    named.update(offered_to=Func(F("offered_to"), Value(to), function="array_append"))


def offered_range(key: str, sha256: str, *, to: str, first: int, last: int) -> bytes | None:
    """A range, both ends included, of an attachment that was offered to ``to``; None for anything else.

    Raises:
        StorageUnavailable, StorageRefused.
    """
    found = Attachment.objects.filter(
        object_key=key, sha256=sha256, state=AttachmentState.VERIFIED, offered_to__contains=[to], size__gt=last
    )
    if not found.exists():
        return None
    try:
        return objects.read_range(key, first=first, size=last - first + 1)
    except ObjectMissing:
        return None
