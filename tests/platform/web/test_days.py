"""Days with their weekday: limits are counted in working days, and people plan by the week."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.template import Context, Template
from django.utils import translation

from zt_platform.days import day_text, moment_text
from zt_tenants import clock

NOW = datetime(2026, 12, 30, 4, 0, tzinfo=UTC)


def test_each_day_of_a_week() -> None:
    week = [day_text(date(2026, 11, 16 + number)) for number in range(7)]
    assert [text[-2:] for text in week] == ["周一", "周二", "周三", "周四", "周五", "周六", "周日"]
    assert week[0].startswith("2026-11-16 ")


def test_in_english() -> None:
    with translation.override("en"):
        assert day_text(date(2026, 11, 22)) == "2026-11-22 Sun"


def test_a_moment_is_read_in_china_and_names_the_year_only_when_it_is_another() -> None:
    late_in_london = datetime(2026, 12, 30, 17, 30, tzinfo=UTC)
    with clock.at(NOW):
        assert moment_text(late_in_london) == "12-31 周四 01:30"
        assert moment_text(datetime(2027, 1, 4, 9, 0, tzinfo=UTC)) == "2027-01-04 周一 17:00"


def test_templates_show_nothing_for_no_date() -> None:
    page = Template("{% load web %}[{{ no|day }}][{{ no|moment }}][{{ at|day }}]")
    assert page.render(Context({"no": None, "at": NOW})) == "[][][2026-12-30 周三]"
