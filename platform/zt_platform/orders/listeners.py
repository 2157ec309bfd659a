"""Who else writes down what happens to an order about a case: the app of cases registers itself when it is ready."""

from __future__ import annotations

from collections.abc import Callable

from zt_platform.actors import Actor
from zt_platform.orders.models import SupervisionOrder
from zt_platform.orders.vocabulary import Act

Listener = Callable[[SupervisionOrder, Act, str, Actor], None]
_listeners: list[Listener] = []


def register(listener: Listener) -> None:
    """Call ``listener`` with the order, the act, what was said and who acts, in the act's transaction. Safe to repeat."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell(order: SupervisionOrder, act: Act, text: str, actor: Actor) -> None:
    """Tell all listeners of an act on an order about a case."""
    if order.tracking_number:
        for listener in _listeners:
            listener(order, act, text, actor)
