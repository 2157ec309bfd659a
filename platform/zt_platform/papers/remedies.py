"""How a paper can be contested: reconsideration within 60 days, litigation within six months. Pure."""

from __future__ import annotations

from zt_platform.papers.content import Bilingual
from zt_platform.papers.words import place_in
from zt_tenants.models import Level

_VERTICAL = ("税务", "海关")
"""Led from above, not by the local government: reconsidered by the next higher authority (行政复议法 art. 27)."""


def remedies_against(organ: str, *, level: str, upper_place: str = "") -> Bilingual:
    """The sentence on remedies against an act of ``organ`` at a centre of ``level`` (行政复议法 art. 20, 24, 27; 行政诉讼法
    art. 45, 46).

    Reconsideration is with the government of the organ's own level; the bodies in a township are branches of the county's
    departments, so that there it is with ``upper_place``, the county.
    """
    organ_zh = _reconsidering_organ(organ, upper_place if level == Level.TOWNSHIP else "")
    return Bilingual(
        f"如不服本决定，可以自知道本决定之日起六十日内向{organ_zh}申请行政复议（《中华人民共和国行政复议法》第二十条），"
        "也可以自知道本决定之日起六个月内直接向有管辖权的人民法院提起行政诉讼"
        "（《中华人民共和国行政诉讼法》第四十五条、第四十六条）。",
        f"You may apply to {organ_zh} for administrative reconsideration within 60 days of learning of this decision "
        "(Administrative Reconsideration Law, art. 20), or sue at the competent people's court within six months of "
        "learning of it (Administrative Litigation Law, art. 45 and 46).",
    )


def _reconsidering_organ(organ: str, upper_place: str) -> str:
    for name in _VERTICAL:
        if name in organ:
            return f"上一级{name}机关"
    place = upper_place or place_in(organ)
    return f"{place}人民政府" if place else "本级人民政府"
