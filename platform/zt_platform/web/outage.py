"""Telling a server that is away from a fault of ours: the same request may succeed in a moment."""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import InterfaceError, OperationalError
from redis.exceptions import ConnectionError as BrokerGone
from redis.exceptions import TimeoutError as BrokerSilent

from zt_tenants.errors import DomainError

RETRY_AFTER_SECONDS: Final = 5


class ServiceUnavailable(DomainError):
    """The database or the cache does not answer, or has no room: nothing of the request was kept."""

    code = "SERVICE_UNAVAILABLE"
    transient: ClassVar[bool] = True
    zh = "系统正在恢复，这一步没有办成，请稍候再试；以前提交的内容不会丢失。"
    en = "The system is recovering and this was not done; try again in a moment. What you sent before is not lost."


def outage_behind(error: BaseException | None) -> DomainError | None:
    """What to tell when an error comes from a server that is away (RFC 9110, 503); None for every other error."""
    if isinstance(error, DomainError):
        return error if error.transient else None
    if isinstance(error, OperationalError | InterfaceError | BrokerGone | BrokerSilent):
        return ServiceUnavailable()
    return None
