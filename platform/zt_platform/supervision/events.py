"""The messages supervision handles: ``supervision.event.v1``, in batches (R-03, R-11)."""

from __future__ import annotations

from collections.abc import Sequence

from zt_interop import handlers
from zt_interop.handlers import Message
from zt_platform.supervision.ingest import ingest, note_head
from zt_tenants.centres import province
from zt_tenants.context import current_centre
from zt_tenants.models import Centre, Transport

EVENT_TYPE = "supervision.event.v1"
CHANNEL = "supervision"


def register_handlers() -> None:
    """Tell the message room who takes supervision events in. Safe to repeat."""
    handlers.register_batch(EVENT_TYPE, take_batch)
    handlers.register_gap_witness(CHANNEL, witness_gap)


def take_batch(messages: Sequence[Message]) -> None:
    """Take a batch in that reached the current centre.

    Raises:
        StepOfAnotherCentre: a centre reported a step of another one.
    """
    if keeps_the_store(current_centre()):
        ingest(messages)


def witness_gap(source: str, destination: str, last_sequence: int) -> None:
    """Make a refused delivery visible: events up to ``last_sequence`` exist, and some before them are missing."""
    if keeps_the_store(current_centre()):
        note_head(source=source, destination=destination, sequence=last_sequence)


def keeps_the_store(centre: Centre) -> bool:
    """Whether what reaches this centre goes into this deployment's store.

    Where the province runs here, its feed alone fills the store, and a city's supervisors read their part of it: the
    copies that cities receive would count every step twice. A city that runs elsewhere keeps a store of its own.
    """
    here = province()
    return here.transport != Transport.LOCAL or here.id == centre.id
