"""Changes of divisions in the centres' own rows. A centre is its id; its name, code and place may change."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from zt_tenants import clock
from zt_tenants.centres import centres_by_id
from zt_tenants.errors import Conflict, InvalidInput
from zt_tenants.models import Centre, FormerCode, Level

_CODE = re.compile(r"\d{6}(\d{3})?")


class CodeInUse(Conflict):
    """The code belongs to another centre, or did: letters that carry it must not arrive elsewhere."""

    code = "CODE_IN_USE"
    zh = "代码 {centre} 属于或曾属于另一中心，请换一个代码。"
    en = "Code {centre} belongs, or once belonged, to another centre; choose another one."


class CentreAbolished(Conflict):
    """The centre takes no new applications; its running cases finish where they are."""

    code = "CENTRE_ABOLISHED"
    zh = "{centre}已撤销，不再受理新的申请，请到{successors}办理。已受理的办件仍在原处办结。"
    en = "{centre} takes no new applications; please apply at {successors}. Running cases are finished where they are."


class ChildrenUnassigned(Conflict):
    """With several successors, each centre below must be told where it belongs."""

    code = "CHILDREN_UNASSIGNED"
    zh = "请指明下级中心归属哪一个承接中心：{children}。"
    en = "Say to which successor these centres below belong: {children}."


def require_taking_applications(centre: Centre) -> None:
    """Refuse a new application at an abolished centre.

    Raises:
        CentreAbolished: with the names of its successors.
    """
    if centre.abolished_on is not None:
        raise CentreAbolished(centre=centre.name, successors="、".join(one.name for one in successors(centre)))


def successors(centre: Centre) -> list[Centre]:
    """Who takes an abolished centre's applications, by code."""
    return (
        sorted(centres_by_id(centre.successor_ids).values(), key=lambda one: one.code) if centre.successor_ids else []
    )


def rename(centre: Centre, *, name: str, short_name: str, pinyin: str, pinyin_initials: str) -> None:
    """Give a centre another name.

    Raises:
        InvalidInput: an empty or overlong name.
    """
    if not 0 < len(name.strip()) <= 100 or not 0 < len(short_name.strip()) <= 60:
        raise InvalidInput(field="name", zh="名称应为1至100个字。", en="A name has 1 to 100 characters.")
    centre.name, centre.short_name = name.strip(), short_name.strip()
    centre.pinyin, centre.pinyin_initials = pinyin[:300], pinyin_initials[:60]
    centre.save()


def recode(centre: Centre, new_code: str) -> None:
    """Give a centre another code; the old one goes on answering. Inside the caller's transaction.

    Raises:
        InvalidInput: not a code of this level. CodeInUse: another centre has it, or had it.
    """
    if not _CODE.fullmatch(new_code) or (len(new_code) == 9) != (centre.level == Level.TOWNSHIP):
        raise InvalidInput(
            field="code",
            zh="行政区划代码应为6位数字(乡镇、街道9位)。",
            en="A division code has six digits, townships nine.",
        )
    taken = Centre.objects.filter(code=new_code).exists()
    if taken or FormerCode.objects.filter(code=new_code).exclude(centre=centre).exists():
        raise CodeInUse(centre=new_code)
    FormerCode.objects.filter(code=new_code).delete()  # its own code of long ago: it is the present one again
    FormerCode.objects.create(code=centre.code, centre=centre, valid_until=clock.today())
    centre.code = new_code
    centre.save()


def abolish(centre: Centre, *, into: Sequence[Centre], children: Mapping[str, Centre]) -> None:
    """Let a centre end: no new applications, successors named, the centres below given to them.

    ``children`` says to which successor a centre below (by code) goes; with one successor all go there.

    Raises:
        InvalidInput: no successor, itself, one of another level, or one that is abolished. CentreAbolished: it is already.
        ChildrenUnassigned: several successors and a centre below without one.
    """
    require_taking_applications(centre)
    into = list(dict.fromkeys(into))
    for successor in into:
        if (
            successor.id == centre.id
            or successor.level != centre.level
            or successor.abolished_on
            or successor.closed_on
        ):
            raise InvalidInput(
                field="successor", zh="承接中心须为另一个同级的、仍在受理的中心。",
                en="A successor is another centre of the same level that takes applications.",
            )  # fmt: skip
    if not into:
        raise InvalidInput(field="successor", zh="请指明承接中心。", en="Name a successor.")
    below = list(Centre.objects.open().filter(parent=centre))
    if len(into) > 1:
        missing = [child.code for child in below if children.get(child.code) not in into]
        if missing:
            raise ChildrenUnassigned(children="、".join(missing))
    for child in below:
        child.parent = children.get(child.code, into[0])
        child.save()
    centre.abolished_on, centre.successor_ids = clock.today(), [successor.id for successor in into]
    centre.save()
