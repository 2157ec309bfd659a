"""Making centres: the row and the schema in one transaction, or neither."""

from __future__ import annotations

import re
from datetime import date

from django.db import IntegrityError, transaction

from zt_tenants import clock
from zt_tenants.context import outside_centres
from zt_tenants.errors import Conflict, InvalidInput
from zt_tenants.models import Centre, Level, Transport
from zt_tenants.schema import make_schema
from zt_tenants.uuid7 import uuid7

_CODE = re.compile(r"\d{6}(\d{3})?")


class CentreExists(Conflict):
    """A centre with this code is there already."""

    code = "CENTRE_EXISTS"
    zh = "代码为 {centre} 的政务服务中心已存在。"
    en = "A centre with code {centre} exists already."


def provision_centre(
    *,
    code: str,
    name: str,
    level: Level | str,
    parent: Centre | None,
    short_name: str = "",
    pinyin: str = "",
    pinyin_initials: str = "",
    opened_on: date | None = None,
    transport: Transport | str = Transport.LOCAL,
    endpoint: str = "",
) -> Centre:
    """Make a centre (A-01) with its schema. A centre that runs elsewhere (``https``) gets a row only.

    Raises:
        InvalidInput: the code is not six (township: nine) digits; ``field`` is ``code``.
        CentreExists: the code is taken; nothing was made.
    """
    if not _CODE.fullmatch(code) or (len(code) == 9) != (level == Level.TOWNSHIP):
        raise InvalidInput(
            field="code",
            zh="行政区划代码应为6位数字(乡镇、街道9位)。",
            en="A division code has six digits (nine for townships).",
        )
    centre_id = uuid7()
    centre = Centre(
        id=centre_id,
        schema_name=Centre.schema_name_for(centre_id),
        code=code,
        name=name,
        short_name=short_name or name,
        level=level,
        parent=parent,
        pinyin=pinyin,
        pinyin_initials=pinyin_initials,
        transport=transport,
        endpoint=endpoint,
        opened_on=opened_on or clock.today(),
    )
    with outside_centres():
        try:
            with transaction.atomic():
                if transport == Transport.LOCAL:
                    make_schema(centre)
                Centre.objects.bulk_create([centre])
        except IntegrityError as taken:
            raise CentreExists(centre=code) from taken
    return centre
