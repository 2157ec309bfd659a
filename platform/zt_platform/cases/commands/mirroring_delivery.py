"""What the other centre of a case tells about the delivery of its result: the choice, the parcel, its arrival or return."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from zt_interop.handlers import Message
from zt_platform.actors import Actor
from zt_platform.cases.commands.delivery import issue_postal_receipt, take_choice
from zt_platform.cases.events.payloads import arrived_delivery, calendar_date
from zt_platform.cases.models import Case
from zt_platform.cases.postal import Postal, postal_of
from zt_platform.cases.vocabulary import CaseRole, DeliveryMethod, Step
from zt_tenants.clock import CHINA


def record_delivery_facts(case: Case, step: Step, message: Message, at: datetime) -> None:
    """Write what a step of the delivery told into a case whose edge was taken (not saved); other steps tell nothing here.

    The centre that posted the result issues the receipt, also when the applicant confirms it at the portal.
    """
    match step:
        case Step.DELIVERY_CHOSEN:
            take_choice(case, *arrived_delivery(message.data.get("delivery", {})))
        case Step.POSTED:
            parcel = message.data.get("post", {})
            where = postal_of(case) or Postal("", "", "")
            number = str(parcel.get("number", ""))
            left = at.astimezone(CHINA).isoformat()
            sent = replace(where, carrier=str(parcel.get("carrier", "")), post_number=number, posted_at=left)
            case.delivery, case.delivery_method = sent.to_stored(), DeliveryMethod.POST
        case Step.RETURNED:
            case.delivery_method = DeliveryMethod.PICK_UP
        case Step.DELIVERED:
            case.delivered_at = at
            if case.role == CaseRole.SOLE:
                arrived = calendar_date(message.data.get("received_on")) or at.astimezone(CHINA).date()
                issue_postal_receipt(case, Actor.remote(message.source, ""), arrived)
        case _:
            return
