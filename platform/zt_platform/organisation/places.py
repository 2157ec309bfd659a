"""The place a centre serves, as it stands in the names of departments."""

from __future__ import annotations

from zt_tenants.divisions import pinyin_of
from zt_tenants.models import Centre

_CENTRE_TITLES = ("政务服务中心", "行政服务中心", "便民服务中心", "为民服务中心")
_DIVISION_SUFFIXES = ("自治县", "街道", "地区", "省", "市", "县", "区", "镇", "乡")


def place_of(centre: Centre) -> str:
    """The place of a centre: 肥西县政务服务中心 → 肥西县."""
    place = centre.short_name or centre.name
    for title in _CENTRE_TITLES:
        place = place.removesuffix(title)
    return place or centre.name


def english_place(centre: Centre) -> str:
    """The place in pinyin without the kind of division: 肥西县 → Feixi."""
    place = place_of(centre)
    for suffix in _DIVISION_SUFFIXES:
        if place.endswith(suffix) and len(place) > len(suffix) + 1:
            place = place.removesuffix(suffix)
            break
    return pinyin_of(place)[0].capitalize()
