"""The words of a case inside its centre: what can be done to it, by whom and through which channel.

Its statuses, roles, results and steps, which supervisors read too, are those of :mod:`zt_platform.case_vocabulary`."""

from __future__ import annotations

from enum import StrEnum

from django.db import models

from zt_platform.case_vocabulary import BEFORE_ACCEPTANCE as BEFORE_ACCEPTANCE
from zt_platform.case_vocabulary import CLOSED as CLOSED
from zt_platform.case_vocabulary import DECIDED as DECIDED
from zt_platform.case_vocabulary import CaseRole as CaseRole
from zt_platform.case_vocabulary import Result as Result
from zt_platform.case_vocabulary import Status as Status
from zt_platform.case_vocabulary import Step as Step
from zt_platform.lights import Light as Light
from zt_tenants.language import bilingual


class Channel(models.TextChoices):
    """How the application came in."""

    ONLINE = "ONLINE", bilingual("网上", "Online")
    WINDOW = "WINDOW", bilingual("窗口", "At the window")
    MESSAGE = "MESSAGE", bilingual("其他中心转来", "From another centre")


class DeliveryMethod(models.TextChoices):
    """How the applicant wants the result (art. 44)."""

    PICK_UP = "PICK_UP", bilingual("窗口领取", "Collected at the window")
    POST = "POST", bilingual("邮寄送达", "By post")


class ActingParty(StrEnum):
    """Who may act besides the staff roles of :class:`zt_platform.organisation.roles.Role`."""

    APPLICANT = "APPLICANT"
    SYSTEM = "SYSTEM"
    CENTRE = "CENTRE"


class Action(StrEnum):
    """What can be done to a case. ``RECORD_…`` is done by another centre's signed message."""

    START = "START"
    AMEND = "AMEND"
    SUBMIT = "SUBMIT"
    RETURN_FOR_CORRECTION = "RETURN_FOR_CORRECTION"
    RESUBMIT = "RESUBMIT"
    PASS_PRE_REVIEW = "PASS_PRE_REVIEW"
    ACCEPT = "ACCEPT"
    ACCEPT_TO_PASS_ON = "ACCEPT_TO_PASS_ON"
    REFUSE = "REFUSE"
    HAND_DOWN = "HAND_DOWN"
    TRANSFER = "TRANSFER"
    REVIEW = "REVIEW"
    GRANT = "GRANT"
    DENY = "DENY"
    COMPLETE = "COMPLETE"
    DELIVER = "DELIVER"
    WITHDRAW = "WITHDRAW"
    DECLINE = "DECLINE"
    RECEIVE_APPLICATION = "RECEIVE_APPLICATION"
    RECEIVE_CASE = "RECEIVE_CASE"
    RECORD_RECEIPT = "RECORD_RECEIPT"
    RECORD_CORRECTION = "RECORD_CORRECTION"
    RECORD_RESUBMISSION = "RECORD_RESUBMISSION"
    RECORD_REFUSAL = "RECORD_REFUSAL"
    RECORD_GRANT = "RECORD_GRANT"
    RECORD_DENIAL = "RECORD_DENIAL"
    RECORD_COMPLETION = "RECORD_COMPLETION"
    RECORD_DELIVERY = "RECORD_DELIVERY"
    RECORD_WITHDRAWAL = "RECORD_WITHDRAWAL"
    RECORD_DECLINE = "RECORD_DECLINE"
    # The clock and the ways out (art. 32, 42, 45).
    PAUSE = "PAUSE"
    END_PROCEDURE = "END_PROCEDURE"
    RESUME = "RESUME"
    REQUEST_EXTENSION = "REQUEST_EXTENSION"
    EXTEND = "EXTEND"
    REFUSE_EXTENSION = "REFUSE_EXTENSION"
    TERMINATE = "TERMINATE"
    TRANSFER_BY_COMPETENCE = "TRANSFER_BY_COMPETENCE"
    SECOND_CORRECTION_NOTICE = "SECOND_CORRECTION_NOTICE"
    ADD_MATERIALS = "ADD_MATERIALS"
    # The special ways: what is deemed, commitments and temporary permits, special approval (art. 50, I-04, I-05, E-17).
    DEEM_GRANTED = "DEEM_GRANTED"
    SIGN_COMMITMENT = "SIGN_COMMITMENT"
    GRANT_ON_COMMITMENT = "GRANT_ON_COMMITMENT"
    CONVERT_PERMIT = "CONVERT_PERMIT"
    WITHDRAW_PERMIT = "WITHDRAW_PERMIT"
    APPROVE_SPECIALLY = "APPROVE_SPECIALLY"
    # Delivery by post (art. 44).
    CHOOSE_DELIVERY = "CHOOSE_DELIVERY"
    POST_RESULT = "POST_RESULT"
    CONFIRM_RECEIPT = "CONFIRM_RECEIPT"
    TAKE_BACK = "TAKE_BACK"
    RECORD_DELIVERY_CHOICE = "RECORD_DELIVERY_CHOICE"
    RECORD_POSTING = "RECORD_POSTING"
    RECORD_RETURN = "RECORD_RETURN"
    RECORD_COMMITMENT = "RECORD_COMMITMENT"
    RECORD_CONVERSION = "RECORD_CONVERSION"
    RECORD_PERMIT_WITHDRAWAL = "RECORD_PERMIT_WITHDRAWAL"
    RECORD_PAUSE = "RECORD_PAUSE"
    RECORD_RESUMPTION = "RECORD_RESUMPTION"
    RECORD_EXTENSION = "RECORD_EXTENSION"
    RECORD_TERMINATION = "RECORD_TERMINATION"
    RECORD_TRANSFER_BY_COMPETENCE = "RECORD_TRANSFER_BY_COMPETENCE"
    RECORD_MATERIALS = "RECORD_MATERIALS"


class SpecialProcedure(models.TextChoices):
    """What art. 45 lists: its time is not counted. A site survey (现场踏勘) is not in the list."""

    HEARING = "HEARING", bilingual("听证", "Hearing")
    BIDDING = "BIDDING", bilingual("招标", "Bidding")
    AUCTION = "AUCTION", bilingual("拍卖", "Auction")
    INSPECTION = "INSPECTION", bilingual("检验", "Inspection")
    TESTING = "TESTING", bilingual("检测", "Testing")
    QUARANTINE = "QUARANTINE", bilingual("检疫", "Quarantine")
    APPRAISAL = "APPRAISAL", bilingual("鉴定", "Appraisal")
    EXPERT_REVIEW = "EXPERT_REVIEW", bilingual("专家评审", "Expert review")


PERMIT_VALID, PERMIT_CONVERTED, PERMIT_WITHDRAWN, PERMIT_ENDED = "VALID", "CONVERTED", "WITHDRAWN", "ENDED"
"""How a temporary permit stands."""
