"""Text messages to mobile phones: providers behind one interface (L-07). Which one sends: setting ``ZT_SMS_PROVIDER``."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from zt_interop.text_messages.base import NotSent, OutcomeUnknown, Provider, Refused, TextMessage
from zt_interop.text_messages.file_provider import ConsoleProvider, FileProvider
from zt_interop.text_messages.http_provider import HttpProvider

__all__ = ["NotSent", "OutcomeUnknown", "Provider", "Refused", "TextMessage", "configured_provider"]


def configured_provider() -> Provider:
    """The provider that the settings name.

    Raises:
        ImproperlyConfigured: there is none of this name.
    """
    match settings.ZT_SMS_PROVIDER:
        case "file":
            return FileProvider(settings.ZT_SMS_FOLDER)
        case "console":
            return ConsoleProvider(settings.ZT_SMS_FOLDER)
        case "http":
            return HttpProvider(
                endpoint=settings.ZT_SMS_ENDPOINT,
                key_id=settings.ZT_SMS_KEY_ID,
                secret=settings.ZT_SMS_SECRET,
                seconds=settings.ZT_SMS_SECONDS,
                honours_keys=settings.ZT_SMS_HONOURS_KEYS,
            )
    raise ImproperlyConfigured("ZT_SMS_PROVIDER must be file, console or http")
