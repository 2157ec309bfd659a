"""Files of the other centre of a case: copied inside the store when it is here, fetched by request when it is elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Final

from django.core.cache import cache

from zt_interop.attachments import AttachmentsAwaited, PartRequest, fetch_part, is_patient
from zt_interop.envelope import CASE_CHANNEL
from zt_interop.errors import NoAnswer
from zt_interop.send import Outgoing
from zt_storage.copies import AttachmentManifest, copied_before, copy_in, fetch_in
from zt_storage.models import Attachment
from zt_storage.offers import offer, offered_range
from zt_tenants.centres import centre_by_code
from zt_tenants.context import current_centre
from zt_tenants.models import Centre, Transport

AT_ONCE_BYTES: Final = 1024 * 1024
"""Larger files are fetched after the sender has got its answer."""
LEASE_SECONDS: Final = 90
"""How long after its last part a fetch counts as running. Two at once would be right, and twice the work."""


def take_over(source_code: str, line: AttachmentManifest) -> Attachment:
    """The current centre's own copy of a file that a message of ``source_code`` names; repeatable.

    Raises:
        AttachmentsAwaited: it comes from elsewhere and takes longer than the sender should wait; tried again by itself.
        AttachmentNotOffered, and what ``copy_in`` and ``fetch_in`` raise.
    """
    sender = centre_by_code(source_code)
    if sender.transport != Transport.HTTPS:
        return copy_in(source_centre_code=source_code, manifest=line)
    there = copied_before(line)
    if there is not None:
        return there
    if line.size > AT_ONCE_BYTES and not is_patient():
        raise AttachmentsAwaited(centre=source_code, detail=f"{line.size / 1024 / 1024:,.1f} MiB")
    lease = f"fetching:{current_centre().code}:{line.sha256}"
    if not cache.add(lease, 1, timeout=LEASE_SECONDS):
        raise AttachmentsAwaited(centre=source_code, detail="另一进程正在传输 another process is at it")
    read = partial(_part, sender, line, lease)
    try:
        return fetch_in(source_centre_code=source_code, manifest=line, read_part=read)
    except NoAnswer as silent:
        raise AttachmentsAwaited(centre=source_code, detail=str(silent.data.get("detail", ""))) from silent
    finally:
        cache.delete(lease)


def _part(sender: Centre, line: AttachmentManifest, lease: str, first: int, last: int) -> bytes:
    cache.touch(lease, LEASE_SECONDS)
    return fetch_part(sender, key=line.key, sha256=line.sha256, first=first, last=last)


def offer_named_files(messages: Sequence[Outgoing]) -> None:
    """Let centres elsewhere fetch the files that messages to them name, in the transaction that queues the messages."""
    for message in messages:
        if message.channel != CASE_CHANNEL:
            continue
        keys = set(_named_keys(message.data))
        if keys and centre_by_code(message.destination).transport == Transport.HTTPS:
            offer(keys, to=message.destination)


def _named_keys(data: Any) -> Iterator[str]:
    """The keys of all attachments (docs/protocol.md, *Shared parts*) in a payload."""
    if isinstance(data, dict):
        if {"key", "sha256", "size"} <= data.keys():
            yield data["key"]
        for value in data.values():
            yield from _named_keys(value)
    elif isinstance(data, list):
        for value in data:
            yield from _named_keys(value)


def read_offered(request: PartRequest) -> bytes | None:
    """Answers requests of centres elsewhere at the current centre (registered when the app is ready)."""
    return offered_range(request.key, request.sha256, to=request.source, first=request.first, last=request.last)
