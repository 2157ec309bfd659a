"""Words of the operations pages."""

from __future__ import annotations

from datetime import datetime

from django import template

from zt_interop.circuit import RESUMED, CircuitState
from zt_interop.handling import CLOSED, PROPOSED, REPAIRED
from zt_tenants.language import bi, in_chinese

register = template.Library()


@register.filter
def circuit_word(state: CircuitState) -> str:
    """The word for the state of a circuit."""
    words = {
        CircuitState.CLOSED: bi("接通", "Closed"),
        CircuitState.OPEN: bi("已熔断", "Open"),
        CircuitState.HALF_OPEN: bi("试通中", "Half open"),
    }
    return words[state]


@register.filter
def act_word(act: str) -> str:
    """The word for what a person did."""
    words = {
        "REPLAYED": bi("重新处理", "Replayed"),
        REPAIRED: bi("更正重发", "Repaired and sent again"),
        PROPOSED: bi("提出结案", "Closing proposed"),
        CLOSED: bi("确认结案", "Closed"),
        RESUMED: bi("恢复连接", "Resumed"),
    }
    return words.get(act, act)


@register.filter
def in_words(error: str) -> str:
    """An error in the active language: Chinese and English are kept one below the other."""
    zh, _, en = error.partition("\n")
    return zh if in_chinese() or not en else en


@register.filter
def moment(text: str) -> datetime:
    """The moment that a line of an act's record holds."""
    return datetime.fromisoformat(text)
