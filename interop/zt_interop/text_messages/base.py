"""What a provider of text messages does, and the three ways in which it can fail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from zt_tenants.errors import DomainError


@dataclass(frozen=True, slots=True)
class TextMessage:
    """One message. ``id`` is its idempotency key, ``sender`` the signature in 【】 by which operators let it pass."""

    id: UUID
    phone: str
    sender: str
    text: str


class Provider(Protocol):
    """Sends one message at a time.

    ``honours_keys``: a message sent again with the same id goes to the phone once; then an unknown outcome may be tried
    again. Otherwise it is left to a person.
    """

    name: str
    honours_keys: bool

    def send(self, message: TextMessage) -> str:
        """Send it; the provider's reference. Raises Refused, NotSent, OutcomeUnknown."""
        ...


class Refused(DomainError):
    """The provider will never send this message: a number that does not exist, a word that is not allowed."""

    code = "SMS_REFUSED"
    zh = "短信服务商拒绝发送({detail})，请电话通知申请人。"
    en = "The text message provider refused ({detail}); telephone the applicant."


class NotSent(DomainError):
    """Surely not sent, and worth another try."""

    code = "SMS_NOT_SENT"
    transient = True
    zh = "短信没有发出({detail})，稍后自动重试。"
    en = "The text message was not sent ({detail}); it is tried again."


class OutcomeUnknown(DomainError):
    """Perhaps sent: the answer did not come, or cannot be understood."""

    code = "SMS_OUTCOME_UNKNOWN"
    transient = True
    zh = "不知短信是否发出({detail})。"
    en = "It is not known whether the text message was sent ({detail})."
