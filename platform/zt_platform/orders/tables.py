"""Supervision orders as they are taken along."""

from __future__ import annotations

from collections.abc import Iterable

from zt_platform.exports import Table, moment_cell
from zt_platform.orders.models import Finding, SupervisionOrder
from zt_tenants.clock import now
from zt_tenants.language import bi


def orders_table(orders: Iterable[SupervisionOrder]) -> Table:
    """The list."""
    header = [
        bi("督办文号", "Number"),
        bi("类别", "Side"),
        bi("等级", "Grade"),
        bi("状态", "Status"),
        bi("灯色", "Light"),
        bi("督办单位", "Given by"),
        bi("承办单位", "To"),
        bi("办件编号", "Case"),
        bi("事由", "What"),
        bi("下达时间", "Given at"),
        bi("回复期限", "Answer due"),
        bi("回复时间", "Answered at"),
        bi("逾期情形", "Escalation"),
    ]
    moment = now()
    rows = (
        [
            order.number,
            order.get_side_display(),
            order.get_kind_display(),
            order.get_status_display(),
            str(order.light_at(moment).label),
            order.issuer_name,
            order.department_name or order.addressee_name,
            order.tracking_number,
            order.reason,
            moment_cell(order.issued_at),
            moment_cell(order.answer_due_at),
            moment_cell(order.answered_at),
            order.get_escalation_display(),
        ]
        for order in orders
    )
    return Table(bi("督办清单", "supervision-orders"), header, rows)


def findings_table(rows: Iterable[tuple[SupervisionOrder, Finding]]) -> Table:
    """The register of findings."""
    header = [
        bi("责任人", "Who answers"),
        bi("问责情形", "Ground"),
        bi("事实和证据", "Facts"),
        bi("处理决定", "Decided"),
        bi("督办文号", "Order"),
        bi("办件编号", "Case"),
        bi("认定人", "Found by"),
        bi("认定时间", "Found at"),
        bi("撤销理由", "Withdrawn because"),
    ]
    lines = (
        [
            finding.name,
            finding.ground_label,
            finding.facts,
            finding.decision,
            order.number or order.subject,
            order.tracking_number,
            finding.by,
            moment_cell(finding.moment),
            finding.withdrawn_reason,
        ]
        for order, finding in rows
    )
    return Table(bi("审批问责台账", "accountability"), header, lines)
