"""``zhengtong calendar``: the operator shows, sets and enters days for the whole province."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date

import pytest
from click.testing import CliRunner

from zt_platform.project.cli import calendar as command
from zt_platform.workcalendar.models import CalendarOverride, CalendarYear
from zt_platform.workcalendar.rules import PUBLISHED_YEARS
from zt_tenants.errors import InvalidInput

pytestmark = pytest.mark.req("A-27", "G-01")
NEXT_YEAR = max(PUBLISHED_YEARS) + 1


@pytest.fixture
def run(world, monkeypatch):
    monkeypatch.setattr(command, "platform_running", nullcontext)
    return lambda *arguments: CliRunner().invoke(command.calendar, list(arguments))


def test_a_day_is_set_shown_and_let_go(run) -> None:
    assert "已公布" in run("show", "2026").output
    done = run("override", "2026-03-10", "--off", "--reason", "省运动会开幕")
    assert done.exit_code == 0, done.output
    kept = CalendarOverride.objects.get()
    assert (kept.day, kept.working, kept.reason) == (date(2026, 3, 10), False, "省运动会开幕")
    assert "2026-03-10 放假" in run("show", "2026").output
    assert "已取消" in run("withdraw", "2026-03-10").output
    assert "没有调整过" in run("withdraw", "2026-03-10").output
    assert "2026-03-10" not in run("show", "2026").output


def test_a_year_is_entered_with_ranges_and_worked_weekends(run) -> None:
    assert "暂定" in run("show", str(NEXT_YEAR)).output
    first, last, worked = f"{NEXT_YEAR}-02-08", f"{NEXT_YEAR}-02-10", f"{NEXT_YEAR}-02-14"
    done = run(
        "declare", str(NEXT_YEAR), "--document", "国办发明电〔…〕", "--off", f"{first}..{last}", "--working", worked
    )
    assert done.exit_code == 0, done.output
    assert CalendarYear.objects.get().document_number == "国办发明电〔…〕"
    shown = run("show", str(NEXT_YEAR)).output
    assert "已公布" in shown
    assert "国办发明电〔…〕" in shown


def test_what_cannot_be_meant_is_refused_and_changes_nothing(run) -> None:
    assert run("override", "10.3.2026", "--off", "--reason", "x").exit_code == 2
    assert run("override", "2026-03-10", "--reason", "x").exit_code == 2
    assert isinstance(run("override", "2026-03-10", "--off", "--reason", " ").exception, InvalidInput)
    assert run("declare", str(NEXT_YEAR), "--document", "x", "--off", "soon").exit_code == 2
    wrong_year = run("declare", str(NEXT_YEAR), "--document", "x", "--off", "2026-02-08")
    assert isinstance(wrong_year.exception, InvalidInput)
    assert not CalendarOverride.objects.exists()
    assert not CalendarYear.objects.exists()


def test_a_recount_is_asked_of_every_centre(run, world) -> None:
    done = run("recount")
    assert done.exit_code == 0, done.output
    assert f"已通知 {len(world.all)} 个中心" in done.output
