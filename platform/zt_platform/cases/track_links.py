"""The link under the QR code of a notice: whoever holds the paper follows the case without typing anything (L-06).

A link is the tracking number and 120 bits of a keyed digest over it: it names nobody, cannot be guessed, and needs no row
anywhere. It shows what number and telephone digits show, and nothing more.
"""

from __future__ import annotations

import base64
import hmac
import re
from typing import Final

from django.conf import settings

from zt_platform.cases import numbers
from zt_platform.cases.errors import CaseNotFound, InvalidTrackingNumber
from zt_tenants.urls import portal_url
from zt_tenants.vault import blind_index

_PURPOSE: Final = "cases.track_link"
_PROOF_BYTES: Final = 15
_TOKEN: Final = re.compile(r"(?P<number>\d{20,23})-(?P<proof>[A-Z2-7]{24})", re.ASCII)
_ADDRESS: Final = re.compile(r"/t/(?P<token>[0-9A-Za-z\-]{30,60})/?\Z", re.ASCII)


def track_token(tracking_number: str) -> str:
    """The unguessable part of the link of a case."""
    proof = blind_index(tracking_number, purpose=_PURPOSE)[:_PROOF_BYTES]
    return f"{tracking_number}-{base64.b32encode(proof).decode()}"


def track_path(tracking_number: str) -> str:
    """The path of the page, for links on this site."""
    return portal_url("track-link", token=track_token(tracking_number))


def track_link(tracking_number: str) -> str:
    """The whole address, as a QR code carries it."""
    return f"{settings.ZT_PUBLIC_URL.rstrip('/')}{track_path(tracking_number)}"


def number_of(token: str) -> str:
    """The tracking number of a link that was really given out. Raises CaseNotFound: forged, cut off, mistyped."""
    found = _TOKEN.fullmatch(token.upper())
    if found is None or not hmac.compare_digest(track_token(found["number"]), token.upper()):
        raise CaseNotFound
    try:
        return str(numbers.parse(found["number"]))
    except InvalidTrackingNumber as impossible:
        raise CaseNotFound from impossible


def token_in(text: str) -> str:
    """The token in an address that a scanner typed; "" when the text is no such address."""
    found = _ADDRESS.search(text.strip())
    return found["token"] if found else ""
