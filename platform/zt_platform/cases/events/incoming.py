"""Which message of another centre leads to which command; registered once, when the app is ready.

``prepare`` copies files outside the transaction; ``apply`` runs in the receiver's transaction, exactly once.
"""

from __future__ import annotations

from zt_interop.handlers import Message, register
from zt_platform.cases.commands import arrivals, mirroring, mirroring_clock
from zt_platform.cases.commands.mirroring_papers import with_papers


def register_handlers() -> None:
    """Register the handlers of every message type about cases (docs/protocol.md)."""
    register("application.handed_down.v1", prepare=arrivals.copy_materials, apply=_receive_application)
    register("case.transferred.v1", prepare=arrivals.copy_materials, apply=_receive_case)
    register("case.received.v1", apply=_record_receipt)
    register("case.declined.v1", apply=_record_decline)
    register("case.corrected.v1", prepare=with_papers(arrivals.copy_materials), apply=_record_correction)
    register("case.progressed.v1", prepare=with_papers(mirroring.copy_certificate), apply=_record_progress)
    register("case.decided.v1", prepare=with_papers(mirroring.copy_decision_paper), apply=_record_decision)
    register("case.withdrawn.v1", apply=_record_withdrawal)
    register("case.paused.v1", prepare=with_papers(), apply=_record_pause)
    register("case.resumed.v1", prepare=with_papers(), apply=_record_resumption)
    register("case.extended.v1", prepare=with_papers(), apply=_record_extension)
    register("case.materials_added.v1", prepare=arrivals.copy_materials, apply=_record_materials)


def _receive_application(message: Message) -> None:
    arrivals.receive_application(message)


def _receive_case(message: Message) -> None:
    arrivals.receive_case(message)


def _record_receipt(message: Message) -> None:
    mirroring.record_receipt(message)


def _record_decline(message: Message) -> None:
    mirroring.record_decline(message)


def _record_correction(message: Message) -> None:
    mirroring.record_correction(message)


def _record_progress(message: Message) -> None:
    mirroring.record_progress(message)


def _record_decision(message: Message) -> None:
    mirroring.record_decision(message)


def _record_withdrawal(message: Message) -> None:
    mirroring.record_withdrawal(message)


def _record_pause(message: Message) -> None:
    mirroring_clock.record_pause(message)


def _record_resumption(message: Message) -> None:
    mirroring_clock.record_resumption(message)


def _record_extension(message: Message) -> None:
    mirroring_clock.record_extension(message)


def _record_materials(message: Message) -> None:
    mirroring_clock.record_materials(message)
