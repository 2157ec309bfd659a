"""Sending text messages: one tick for all centres, each message once though workers die.

A message is claimed by a committed UPDATE before it is handed to the provider, so that two workers never hold the same one.
A worker that dies leaves its claim to run out; whether the message went out is then unknown. It is sent again, with the
same idempotency key, where the provider honours keys; otherwise it is left to a person.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.db.models import Count, Max
from django.utils.translation import override

from zt_interop.text_messages import NotSent, OutcomeUnknown, Provider, Refused, TextMessage, configured_provider
from zt_platform.notices.kinds import SmsState
from zt_platform.notices.models import Notice, NoticePreference
from zt_platform.notices.quiet_hours import QuietHours
from zt_tenants import server_clock
from zt_tenants.backoff import wait_after
from zt_tenants.context import outside_centres
from zt_tenants.faults import crash_point
from zt_tenants.telemetry.instruments import TEXT_MESSAGES
from zt_tenants.wall.access import DatabaseRole

MOST_AT_ONCE: Final = 50
SECONDS_PER_TURN: Final = 30.0
LEASE: Final = timedelta(seconds=90)
"""How long a claim lasts: longer than a turn and one more answer together."""
MOST_ATTEMPTS: Final = 8
FIRST_WAIT: Final = timedelta(seconds=20)
LONGEST_WAIT: Final = timedelta(hours=1)
MOST_PER_HOUR: Final = 10
"""Text messages to one telephone within an hour; more wait."""
_LOCK: Final = 0x5A54_0004
_CHANGED: Final = ("sms_state", "sms_after", "sms_attempts", "sms_tried_at", "sms_error", "phone")


@dataclass(frozen=True, slots=True)
class _Claimed:
    """A message in hand, and in which language it goes."""

    notice: Notice
    language: str


def send_due(provider: Provider | None = None) -> int:
    """Send what is due in all centres, for a bounded while, by the configured provider; how many messages were sent."""
    provider = provider or configured_provider()
    sent, end = 0, time.monotonic() + SECONDS_PER_TURN
    with outside_centres(DatabaseRole.PORTAL):
        claimed = _claim(provider)
        crash_point("sms_after_claim")
        for position, one in enumerate(claimed):
            if time.monotonic() > end:
                _give_back([left.notice for left in claimed[position:]])
                break
            sent += _send(provider, one)
    return sent


def _claim(provider: Provider) -> list[_Claimed]:
    """Take due messages, leave out what must wait or is not wanted; committed before anything is sent."""
    with transaction.atomic():
        with connection.cursor() as cursor:  # one claim at a time, so that the count per telephone is right
            cursor.execute(
                f"SELECT {server_clock.SQL}, pg_advisory_xact_lock(%(lock)s)",
                {"lock": _LOCK, "set_moment": server_clock.parameter()},
            )
            moment: datetime = cursor.fetchone()[0]
        due = list(
            Notice.objects.filter(sms_state__in=(SmsState.WAITING, SmsState.SENDING), sms_after__lte=moment)
            .select_for_update(skip_locked=True)
            .order_by("sms_after", "id")[:MOST_AT_ONCE]
        )
        if not due:
            return []
        preferences = NoticePreference.objects.in_bulk([one.account_id for one in due if one.account_id])
        recent = _recent(due, moment)
        claimed = []
        for notice in due:
            preference = preferences.get(notice.account_id) if notice.account_id else None
            if _settled_unsent(notice, preference, provider) or _has_to_wait(notice, recent, moment):
                continue
            notice.sms_state, notice.sms_after, notice.sms_tried_at = SmsState.SENDING, moment + LEASE, moment
            notice.sms_attempts += 1
            claimed.append(_Claimed(notice, preference.language if preference else "zh-hans"))
        Notice.objects.bulk_update(due, _CHANGED)
    return claimed


def _settled_unsent(notice: Notice, preference: NoticePreference | None, provider: Provider) -> bool:
    """Whether nothing more is sent: not wanted, or perhaps sent by a worker that died and not to be repeated."""
    lost = notice.sms_state == SmsState.SENDING
    if lost and (not provider.honours_keys or notice.sms_attempts >= MOST_ATTEMPTS):
        _settle(notice, SmsState.UNKNOWN, "SMS_OUTCOME_UNKNOWN")
    elif preference is not None and not preference.by_sms and not lost:
        _settle(notice, SmsState.OPTED_OUT, "")
        notice.phone = None
    else:
        return False
    return True


def _settle(notice: Notice, state: SmsState, error: str) -> None:
    notice.sms_state, notice.sms_after, notice.sms_error = state, None, error


def _has_to_wait(notice: Notice, recent: dict[bytes, tuple[int, datetime]], moment: datetime) -> bool:
    """Whether the night or the telephone's limit puts the message off; a claim counts towards the limit."""
    morning = QuietHours(notice.quiet_from, notice.quiet_until).earliest(moment)
    phone = bytes(notice.phone_index or b"")
    count, last = recent.get(phone, (0, moment))
    if morning > moment:
        notice.sms_after = morning
    elif count >= MOST_PER_HOUR:
        notice.sms_after = last + timedelta(hours=1)
    else:
        recent[phone] = (count + 1, moment)
        return False
    return True


def _recent(due: Sequence[Notice], moment: datetime) -> dict[bytes, tuple[int, datetime]]:
    """How many messages each telephone got within the hour, and when the last one; those to be claimed not among them."""
    phones = Counter(bytes(one.phone_index or b"") for one in due)
    rows = (
        Notice.objects.filter(phone_index__in=list(phones), sms_tried_at__gt=moment - timedelta(hours=1))
        .exclude(id__in=[one.id for one in due])
        .order_by()
        .values_list("phone_index")
        .annotate(messages=Count("id"), last=Max("sms_tried_at"))
    )
    return {bytes(phone): (messages, last) for phone, messages, last in rows}


def _send(provider: Provider, claimed: _Claimed) -> bool:
    notice = claimed.notice
    with override(claimed.language):
        message = TextMessage(notice.id, str(notice.phone), notice.centre_name, notice.text)
    try:
        reference = provider.send(message)
    except (Refused, NotSent, OutcomeUnknown) as error:
        TEXT_MESSAGES.labels(error.code).inc()
        _record_unsent(provider, notice, error)
        return False
    crash_point("sms_after_send")
    TEXT_MESSAGES.labels(SmsState.SENT.value).inc()
    _record(notice, sms_state=SmsState.SENT, sms_after=None, sms_error="", phone=None, sms_reference=reference)
    return True


def _record_unsent(provider: Provider, notice: Notice, error: Refused | NotSent | OutcomeUnknown) -> None:
    """Try again, or settle: what was refused, and what may have been sent where a second one would reach the telephone."""
    if isinstance(error, Refused):
        _record(notice, sms_state=SmsState.FAILED, sms_after=None, sms_error=_said(error))
    elif isinstance(error, NotSent):
        _try_later(notice, error, SmsState.FAILED)
    elif provider.honours_keys:
        _try_later(notice, error, SmsState.UNKNOWN)
    else:
        _record(notice, sms_state=SmsState.UNKNOWN, sms_after=None, sms_error=_said(error))


def _try_later(notice: Notice, error: NotSent | OutcomeUnknown, at_last: SmsState) -> None:
    if notice.sms_attempts >= MOST_ATTEMPTS:
        _record(notice, sms_state=at_last, sms_after=None, sms_error=_said(error))
        return
    after = server_clock.moment() + wait_after(notice.sms_attempts, first=FIRST_WAIT, longest=LONGEST_WAIT)
    _record(notice, sms_state=SmsState.WAITING, sms_after=after, sms_error=_said(error))


def _said(error: Refused | NotSent | OutcomeUnknown) -> str:
    """Code and detail; never the message or the telephone."""
    return f"{error.code} {error.data.get('detail', '')}"[:100].strip()


def _record(notice: Notice, **outcome: object) -> None:
    """Write what came of this attempt, unless another worker has taken the message over meanwhile."""
    Notice.objects.filter(id=notice.id, sms_state=SmsState.SENDING, sms_attempts=notice.sms_attempts).update(**outcome)


def _give_back(notices: Sequence[Notice]) -> None:
    """Leave claimed messages to the next tick: nothing was tried."""
    for notice in notices:
        _record(
            notice, sms_state=SmsState.WAITING, sms_after=server_clock.moment(), sms_attempts=notice.sms_attempts - 1
        )
