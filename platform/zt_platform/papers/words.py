"""The word of an organ in the numbers of its papers (发文机关代字): 合肥市自然资源和规划局 → 合自然资. Pure."""

from __future__ import annotations

_FUNCTIONS = (
    ("自然资源", "自然资"),
    ("市场监督管理", "市监"),
    ("人力资源和社会保障", "人社"),
    ("发展和改革", "发改"),
    ("经济发展", "经发"),
    ("城乡建设", "建"),
    ("住房和城乡建设", "建"),
    ("村镇建设", "村建"),
    ("生态环境", "环"),
    ("卫生健康", "卫"),
    ("卫生院", "卫"),
    ("应急管理", "应急"),
    ("消防", "消"),
    ("文化和旅游", "文旅"),
    ("文化", "文"),
    ("科学技术", "科"),
    ("科技", "科"),
    ("交通", "交"),
    ("公安", "公"),
    ("派出所", "公"),
    ("税务", "税"),
    ("审计", "审"),
    ("海关", "关"),
    ("政务服务", "政务"),
    ("行政服务", "政务"),
    ("便民服务", "便民"),
    ("为民服务", "为民"),
)
_PROVINCES = {"安徽": "皖", "四川": "川", "江苏": "苏", "黑龙江": "黑", "辽宁": "辽", "山西": "晋"}
_SHARED_FIRST_CHARACTER = frozenset({"淮南", "淮北", "广元", "广安"})
"""Cities of one province that their first character would not tell apart."""
_ZONES = (
    ("高新技术产业开发区", "高新"),
    ("高新技术开发区", "高新"),
    ("经济技术开发区", "经开"),
    ("经济开发区", "经开"),
    ("产业开发区", "开发"),
    ("开发区", "开发"),
)
"""A zone's kind in its short form, so that its papers' numbers stay short."""
_SUFFIXES = ("自治州", "自治县", "街道", "地区", "县", "区", "镇", "乡")


def paper_word(organ: str) -> str:
    """The word of an organ: that of its place and that of its function; for an unknown function its first two
    characters.
    """
    found = [(organ.find(name), -len(name), word) for name, word in _FUNCTIONS if name in organ]
    if found:
        start, _, word = min(found)
        return _place_word(organ[:start]) + word
    for mark in ("省", "市", "县", "区", "镇", "乡", "街道"):
        place, separator, function = organ.partition(mark)
        if separator and len(place) > 1 and function:
            return _place_word(place + mark) + function[:2]
    return organ[:4]


def place_in(organ: str) -> str:
    """The place in an organ's name: 合肥市自然资源和规划局 → 合肥市; "" when the name begins with its function."""
    starts = [organ.find(name) for name, _ in _FUNCTIONS if name in organ]
    return organ[: min(starts)] if starts else ""


def _place_word(place: str) -> str:
    """皖 for a province, the first character of a city, the whole name of a county or township without its kind, that of
    a zone with its kind in short.
    """
    if place.endswith("省"):
        name = place.removesuffix("省")
        return _PROVINCES.get(name, name[:1])
    if place.endswith("市"):
        name = place.removesuffix("市")
        return name if name in _SHARED_FIRST_CHARACTER else name[:1]
    for kind, short in _ZONES:
        if place.endswith(kind) and len(place) > len(kind):
            return place.removesuffix(kind).removesuffix("市") + short
    for suffix in _SUFFIXES:
        if place.endswith(suffix) and len(place) > len(suffix) + 1:
            return place.removesuffix(suffix)
    return place
