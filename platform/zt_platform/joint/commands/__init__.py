"""What can be done in joint handling: one function a use case."""

from zt_platform.joint.commands.answering import give_opinion, open_opinion_upload, sign_for_task
from zt_platform.joint.commands.asking import Ask, ask_participants, recall_task
from zt_platform.joint.commands.meetings import Call, cancel_meeting, close_meeting, convene_meeting
from zt_platform.joint.commands.opening import open_joint_handling, record_coordination
from zt_platform.joint.exchange import Shared

__all__ = [
    "Ask",
    "Call",
    "Shared",
    "ask_participants",
    "cancel_meeting",
    "close_meeting",
    "convene_meeting",
    "give_opinion",
    "open_joint_handling",
    "open_opinion_upload",
    "recall_task",
    "record_coordination",
    "sign_for_task",
]
