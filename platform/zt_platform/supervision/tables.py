"""The tables of supervision as they are taken along: a name, a header, rows."""

from __future__ import annotations

from collections.abc import Iterable

from zt_platform.exports import Table, moment_cell
from zt_platform.supervision import queries
from zt_platform.supervision.board_page import BoardPage, heat_lines, league_rows
from zt_platform.supervision.durations import duration_text
from zt_platform.supervision.queries import CaseRow, FeedSummary
from zt_platform.supervision.vocabulary import KINDS, MEASURES, ROLES, STATUSES, STEPS, word
from zt_tenants.language import bi


def league_table(page: BoardPage) -> Table:
    """The league of a board."""
    header = [
        bi("名次", "Rank"),
        bi("中心", "Centre"),
        bi("受理", "Accepted"),
        bi("办结", "Completed"),
        bi("按时办结", "On time"),
        bi("超时办结", "Late"),
        bi("按时办结率", "On-time rate"),
        bi("当场办结率", "On-the-spot rate"),
        bi("在办", "Running"),
        bi("预警", "Near limit"),
        bi("黄牌", "Yellow"),
        bi("红牌", "Red"),
    ]
    rows = [
        [
            row.rank,
            row.name,
            row.figures.accepted,
            row.figures.completed,
            row.figures.on_time,
            row.figures.late,
            row.figures.on_time_rate.text,
            row.figures.instant_rate.text,
            row.lights.running,
            row.lights.warning,
            row.lights.yellow,
            row.lights.red,
        ]
        for row in league_rows(page)
    ]
    return Table(bi("{c}近14天排名 {d}", "{c} league {d}", c=page.here.short_name, d=page.on), header, rows)


def heat_table(page: BoardPage) -> Table:
    """The heat map of a board."""
    header = [bi("中心", "Centre"), *(day.isoformat() for day in page.branches[0].days)]
    rows = [[line.name, *(cell.value for cell in line.cells)] for line in heat_lines(page)]
    measure = word(MEASURES, page.measure)
    name = bi("{c}每日{m} {d}", "{c} {m} by day {d}", c=page.here.short_name, m=measure, d=page.on)
    return Table(name, header, rows)


def cases_table(rows: Iterable[CaseRow]) -> Table:
    """Cases as listed."""
    header = [
        bi("灯色", "Light"),
        bi("办件编号", "Tracking number"),
        bi("事项", "Item"),
        bi("中心", "Centre"),
        bi("部门", "Department"),
        bi("办件类型", "Kind"),
        bi("中心角色", "Role"),
        bi("状态", "Status"),
        bi("受理时间", "Accepted at"),
        bi("承诺期限", "Due at"),
        bi("决定时间", "Decided at"),
        bi("办结时间", "Completed at"),
    ]
    lines = (
        [
            row.light.label,
            row.record.tracking_number,
            row.record.item_name,
            row.centre.name if row.centre else row.record.centre_code,
            row.record.department,
            word(KINDS, row.record.kind),
            word(ROLES, row.record.role),
            word(STATUSES, row.record.status),
            moment_cell(row.record.accepted_at),
            moment_cell(row.record.due_at),
            moment_cell(row.record.decided_at),
            moment_cell(row.record.completed_at),
        ]
        for row in rows
    )
    return Table(bi("办件清单", "cases"), header, lines)


def steps_table(trail: queries.CaseTrail) -> Table:
    """Every step of one case."""
    header = [
        bi("时间", "Time"),
        bi("中心", "Centre"),
        bi("环节", "Step"),
        bi("状态", "Status"),
        bi("部门", "Department"),
        bi("上报序号", "Sequence"),
        bi("收到时间", "Received at"),
    ]
    rows = [
        [
            moment_cell(row.step.occurred_at),
            row.centre.name if row.centre else row.step.centre_code,
            word(STEPS, row.step.step),
            word(STATUSES, row.step.status),
            row.step.department,
            row.step.sequence,
            moment_cell(row.step.received_at),
        ]
        for row in trail.steps
    ]
    return Table(f"{trail.tracking_number}", header, rows)


def feeds_table(found: FeedSummary) -> Table:
    """The feeds of a scope."""
    header = [
        bi("状态", "State"),
        bi("中心", "Centre"),
        bi("最新序号", "Last sequence"),
        bi("缺数据条数", "Missing"),
        bi("缺号", "Gaps"),
        bi("缺数起始", "Gap since"),
        bi("最近办件时间", "Last event"),
        bi("最近收到", "Last received"),
        bi("在途用时", "Lag"),
    ]
    rows = [
        [
            row.state.label,
            row.centre.name,
            row.last_sequence,
            row.missing,
            " ".join(f"{first}–{last}" for first, last in row.gaps),
            moment_cell(row.gap_since),
            moment_cell(row.last_event_at),
            moment_cell(row.last_received_at),
            duration_text(row.lag),
        ]
        for row in found.rows
    ]
    return Table(bi("数据上报情况", "feeds"), header, rows)
