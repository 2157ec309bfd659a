"""The inbox on the web: ``POST /c/<code>/interop/inbox`` takes a signed message or batch and answers with a receipt."""

from __future__ import annotations

import logging
from threading import BoundedSemaphore
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from zt_interop.attachments import MAX_REQUEST_BYTES, answer_part, content_digest
from zt_interop.batch import MAX_BATCH_BYTES
from zt_interop.errors import MessageRefused
from zt_interop.opening import Sighting, is_batch
from zt_interop.receipts import Outcome, outcome_of
from zt_interop.receive import busy_receipt, receive
from zt_interop.refusals import keep_refusal
from zt_interop.signed import MAX_MESSAGE_BYTES
from zt_interop.transports.https import EVENT_MEDIA_TYPE
from zt_tenants.context import current_centre

logger = logging.getLogger(__name__)

_hands: Final = BoundedSemaphore(int(getattr(settings, "INTEROP_DELIVERIES_AT_ONCE", 4)))
"""Deliveries that this process takes at a time, so that a rush of messages leaves threads for people."""
_readers: Final = BoundedSemaphore(2)
"""Parts of attachments in the memory of this process at a time."""


@csrf_exempt  # the sender proves itself by the message's signature, not by a session
@require_POST
def inbox(request: HttpRequest) -> HttpResponse:
    """Receive one delivery.

    200: accepted, duplicate or parked; 422: refused (both with a signed receipt; ``BUSY`` when as many as may are being
    taken in this process); 413: too large, not read; 503: try again later.
    """
    wire = request.read(MAX_BATCH_BYTES + 1)
    if len(wire) > (MAX_BATCH_BYTES if is_batch(wire) else MAX_MESSAGE_BYTES):
        return HttpResponse(status=413)
    free = _hands.acquire(blocking=False)
    try:
        if free:
            receipt = receive(wire, at=current_centre(), transport="https")
        else:
            receipt = busy_receipt(wire, at=current_centre())
    except Exception:
        logger.exception("a delivery could not be taken now")
        return HttpResponse(status=503, headers={"Retry-After": "30"})
    finally:
        if free:
            _hands.release()
    status = 422 if outcome_of(receipt) is Outcome.REFUSED else 200
    return HttpResponse(receipt, status=status, content_type=EVENT_MEDIA_TYPE)


@csrf_exempt  # whoever asks proves himself by a signature
@require_POST
def attachments(request: HttpRequest) -> HttpResponse:
    """Give a part of an attachment to the centre that it was offered to (attachment.fetch.v1).

    206 with ``Content-Digest``; 403 with the code: not to be believed; 404: not offered, or not there; 413; 503: later.
    """
    wire = request.read(MAX_REQUEST_BYTES + 1)
    if len(wire) > MAX_REQUEST_BYTES:
        return HttpResponse(status=413)
    if not _readers.acquire(blocking=False):
        return HttpResponse(status=503, headers={"Retry-After": "1"})
    sighting = Sighting()
    try:
        part = answer_part(wire, at=current_centre(), sighting=sighting)
    except MessageRefused as refusal:
        keep_refusal(refusal, wire, sighting, "https")
        return JsonResponse({"code": refusal.code}, status=403)
    except Exception:
        logger.exception("a part of an attachment could not be read now")
        return HttpResponse(status=503, headers={"Retry-After": "30"})
    finally:
        _readers.release()
    if part is None:
        return HttpResponse(status=404)
    headers = {"Content-Digest": content_digest(part), "Cache-Control": "no-store"}
    return HttpResponse(part, status=206, content_type="application/octet-stream", headers=headers)
