"""Errors of supervision."""

from __future__ import annotations

from zt_tenants.errors import DomainError


class StepOfAnotherCentre(DomainError):
    """A centre may report its own steps only."""

    code = "STEP_OF_ANOTHER_CENTRE"
    zh = "中心 {source} 上报了中心 {centre} 的办件环节，未予接收。"
    en = "Centre {source} reported a step of centre {centre}; it was not taken."
