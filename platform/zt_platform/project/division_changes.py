"""Changes of divisions over the whole house: every living row that names a centre by its code follows, history does not.

Recoding writes the shared tables and the schemas of the centres that deal with this one, in one transaction. That is an
operator's act like a schema step, done while the site stands still; no page and no command ever does it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import connection, models, transaction
from django.db.models import Q

from zt_interop.keys.commands import issue_key
from zt_interop.log.models import UNAPPLIED, InboundStream, InboxMessage
from zt_interop.queue.models import PENDING, OutboundStream, OutboxMessage
from zt_platform.cases.models import Case
from zt_platform.catalogue.models import Delegation
from zt_platform.index.models import ApplicantCaseEntry, ItemIndexEntry, StaffSeatEntry
from zt_platform.notices.models import Notice
from zt_platform.supervision.models import CaseRecord, CaseStep, CentreDay, Feed
from zt_tenants import changes, clock
from zt_tenants.backend.pool import close_pools
from zt_tenants.centres import ancestors, centre_by_code
from zt_tenants.context import enter, outside_centres
from zt_tenants.divisions import pinyin_of
from zt_tenants.errors import Conflict
from zt_tenants.models import Centre, Transport
from zt_tenants.wall.access import CENTRES
from zt_tenants.wall.grants import LOG_IN_ROLES

_SECONDS_TO_NOTICE: Final = 2.0
_SESSIONS: Final = """
    SELECT count(*) FROM pg_stat_activity AS session
    WHERE session.datname = current_database() AND session.pid <> pg_backend_pid()
      AND (session.usename = current_user OR session.usename = ANY(%s::name[]) OR EXISTS (
        SELECT FROM pg_auth_members AS member JOIN pg_roles AS centres ON centres.oid = member.roleid
        WHERE member.member = session.usesysid AND centres.rolname = %s AND NOT member.admin_option))
"""
Column = tuple[type[models.Model], str]
INDEXES: Final = (ItemIndexEntry, ApplicantCaseEntry, StaffSeatEntry, Notice)
SHARED_CODES: Final[tuple[Column, ...]] = (
    *((model, "centre_code") for model in (*INDEXES, CaseRecord, CaseStep, CentreDay)),
    *((model, side) for model in (OutboundStream, Feed) for side in ("source_code", "destination_code")),
)
CENTRES_CODES: Final[tuple[Column, ...]] = (
    (Delegation, "from_centre_code"),
    (Delegation, "to_centre_code"),
    (Case, "counterpart_code"),
    (InboundStream, "source_code"),
    (InboxMessage, "source_code"),
)
"""In a centre's own schema: what the next step of a case or message asks for. Timelines, logs and tracking numbers keep
the code of their time, which goes on answering."""


class MessagesUnderWay(Conflict):
    """Signed messages name the code: they must arrive before it changes."""

    code = "MESSAGES_UNDER_WAY"
    zh = "还有 {count} 件往来报文未送达或未处理，请待其处理完毕后再变更代码。"
    en = "{count} messages from or to this centre are not delivered or not applied yet; change the code after that."


class SiteRuns(Conflict):
    """Web server or workers are connected: they remember centres for some seconds."""

    code = "SITE_RUNS"
    zh = "网站或后台进程仍在运行({count} 个数据库连接),请先停止后再变更代码。"
    en = "The site is running ({count} database connections); stop it before a code changes."


class PartnerElsewhere(Conflict):
    """A centre in another deployment keeps this code in tables that this command cannot reach."""

    code = "PARTNER_ELSEWHERE"
    zh = "该中心与异地部署的中心({partners})有往来，不能单方变更代码。"
    en = "This centre deals with centres that run elsewhere ({partners}); its code cannot be changed from here alone."


class DelegationsInForce(Conflict):
    """Authority that was delegated to or by a centre does not pass to its successor by itself."""

    code = "DELEGATIONS_IN_FORCE"
    zh = "该中心尚有 {count} 项下放、委托或转报关系有效，请先依法收回或重新办理。"
    en = "{count} delegations of this centre are in force; revoke them, or make them anew for the successor, first."


def require_site_at_rest() -> None:
    """Refuse while other processes of this platform are connected to the database, as whichever role.

    This process's own idle connections are closed first; the server needs a moment to notice.

    Raises:
        SiteRuns.
    """
    close_pools()
    end = time.monotonic() + _SECONDS_TO_NOTICE
    while count := _sessions_of_others():
        if time.monotonic() > end:
            raise SiteRuns(count=count)
        time.sleep(0.05)


def _sessions_of_others() -> int:
    """Sessions of the owner, the centres and the parts of the house, besides this one. Roles, because what a session
    calls itself is hidden from an owner who is no superuser."""
    with connection.cursor() as cursor:
        cursor.execute(_SESSIONS, [[role.value for role in LOG_IN_ROLES], CENTRES])
        return int(cursor.fetchone()[0])


def rename_centre(code: str, *, name: str, short_name: str = "") -> Centre:
    """Give a centre another name, in the indexes as well. Papers issued before keep the old one.

    Raises:
        UnknownCentre, InvalidInput.
    """
    with outside_centres(), transaction.atomic():
        centre = _locked(code)
        short = short_name or name.removesuffix("政务服务中心").removesuffix("便民服务中心")
        pinyin, initials = pinyin_of(short)
        changes.rename(centre, name=name, short_name=short, pinyin=pinyin, pinyin_initials=initials)
        for model in INDEXES:
            _rows(model).filter(centre_code=centre.code).update(centre_name=centre.name)
    return centre


def recode_centre(old: str, new: str) -> Centre:
    """Give a centre another code. Cases, staff, streams and figures go with it, the old code goes on answering.

    Run it while the site stands still: a process that read the centre before would go on under the old code.

    Raises:
        UnknownCentre, InvalidInput, CodeInUse. MessagesUnderWay: deliver first. PartnerElsewhere. Nothing was changed.
    """
    with outside_centres(), transaction.atomic():
        centre = _locked(old)
        old = centre.code
        partners = _partners(centre)
        _refuse_elsewhere(partners)
        with connection.cursor() as cursor:
            _refuse_messages_under_way(cursor, old, [centre, *partners])
            changes.recode(centre, new)
            for model, column in SHARED_CODES:
                _rows(model).filter(**{column: old}).update(**{column: new})
            for partner in (centre, *partners):
                _follow(cursor, partner.schema_name, old, new)
        issue_key(centre)
    return centre


def abolish_centre(code: str, *, into: Sequence[str], children: Mapping[str, str] | None = None) -> Centre:
    """End a centre (merged into one, split into several): no new applications, centres below go to the successors.

    Running cases are finished where they are, by the staff they have; the pages stay and name the successors; its items
    leave the portal's search.

    Raises:
        UnknownCentre, InvalidInput, CentreAbolished, ChildrenUnassigned. DelegationsInForce. Nothing was changed.
    """
    with outside_centres():
        _refuse_delegations(centre_by_code(code))
        with transaction.atomic():
            centre = _locked(code)
            changes.abolish(
                centre,
                into=[centre_by_code(successor) for successor in into],
                children={child: centre_by_code(to) for child, to in (children or {}).items()},
            )
            ItemIndexEntry.objects.filter(centre_code=centre.code).delete()
    return centre


def _rows(model: type[models.Model]) -> models.QuerySet[Any]:
    return model._default_manager.all()


def _locked(code: str) -> Centre:
    return Centre.objects.select_for_update(of=("self",)).get(id=centre_by_code(code).id)


def _partners(centre: Centre) -> list[Centre]:
    """The centres whose schemas may name this one: above, below, across a stream, across a delegation."""
    codes = {above.code for above in ancestors(centre)}
    streams = OutboundStream.objects.filter(Q(source_code=centre.code) | Q(destination_code=centre.code))
    for pair in streams.values_list("source_code", "destination_code"):
        codes.update(pair)
    table = _qualified(centre.schema_name, Delegation)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT from_centre_code FROM {table} UNION SELECT to_centre_code FROM {table}")  # noqa: S608
        codes.update(row[0] for row in cursor.fetchall())
    below = Q(parent=centre) | Q(parent__parent=centre) | Q(parent__parent__parent=centre)
    return list(Centre.objects.open().filter(Q(code__in=codes) | below).exclude(id=centre.id))


def _refuse_elsewhere(partners: Sequence[Centre]) -> None:
    elsewhere = [partner.code for partner in partners if partner.transport != Transport.LOCAL]
    if elsewhere:
        raise PartnerElsewhere(partners="、".join(elsewhere))


def _refuse_messages_under_way(cursor: Any, code: str, centres: Sequence[Centre]) -> None:
    pending = OutboxMessage.objects.filter(
        Q(stream__source_code=code) | Q(stream__destination_code=code), state__in=PENDING
    )
    count = pending.count()
    for centre in centres:
        own = centre.code == code
        cursor.execute(
            f"SELECT count(*) FROM {_qualified(centre.schema_name, InboxMessage)}"  # noqa: S608
            " WHERE state = ANY(%s) AND (%s OR source_code = %s)",
            [[state.value for state in UNAPPLIED], own, code],
        )
        count += cursor.fetchone()[0]
    if count:
        raise MessagesUnderWay(count=count)


def _qualified(schema: str, model: type[models.Model]) -> str:
    return f"{connection.ops.quote_name(schema)}.{connection.ops.quote_name(model._meta.db_table)}"


def _follow(cursor: Any, schema: str, old: str, new: str) -> None:
    for model, column in CENTRES_CODES:
        cursor.execute(
            f"UPDATE {_qualified(schema, model)} SET {column} = %s WHERE {column} = %s",  # noqa: S608
            [new, old],
        )
    cursor.execute(
        f"UPDATE {_qualified(schema, Case)}"  # noqa: S608
        " SET declined_by = (declined_by - %s::text) || to_jsonb(%s::text) WHERE declined_by @> to_jsonb(%s::text)",
        [old, new, old],
    )


def _refuse_delegations(centre: Centre) -> None:
    with enter(centre):
        count = Delegation.objects.in_force(clock.today()).count()
    if count:
        raise DelegationsInForce(count=count)
