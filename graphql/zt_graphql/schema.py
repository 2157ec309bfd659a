"""The schema: all root fields in one place, and the table of what they declare."""

from __future__ import annotations

import graphene
from graphql import print_schema

from zt_graphql.mutations.abort_upload import AbortUpload
from zt_graphql.mutations.accept_application import AcceptApplication
from zt_graphql.mutations.accept_supervision_reply import AcceptSupervisionReply
from zt_graphql.mutations.add_materials import AddMaterials
from zt_graphql.mutations.announce_parts import AnnounceParts
from zt_graphql.mutations.approve_extension import ApproveExtension
from zt_graphql.mutations.approve_specially import ApproveSpecially
from zt_graphql.mutations.ask_participants import AskParticipants
from zt_graphql.mutations.attach_material import AttachMaterial
from zt_graphql.mutations.authorise import Authorise
from zt_graphql.mutations.cancel_joint_meeting import CancelJointMeeting
from zt_graphql.mutations.change_roles import ChangeRoles
from zt_graphql.mutations.check_case import CheckCase
from zt_graphql.mutations.choose_delivery import ChooseDelivery
from zt_graphql.mutations.close_joint_meeting import CloseJointMeeting
from zt_graphql.mutations.close_message import CloseMessage
from zt_graphql.mutations.complete_handover_step import CompleteHandoverStep
from zt_graphql.mutations.confirm_receipt import ConfirmReceipt
from zt_graphql.mutations.confirm_upload import ConfirmUpload
from zt_graphql.mutations.convene_joint_meeting import ConveneJointMeeting
from zt_graphql.mutations.convert_permit import ConvertPermit
from zt_graphql.mutations.decide_case import DecideCase
from zt_graphql.mutations.decide_on_the_spot import DecideOnTheSpot
from zt_graphql.mutations.declare_year import DeclareYear
from zt_graphql.mutations.decline_case import DeclineCase
from zt_graphql.mutations.deliver_case import DeliverCase
from zt_graphql.mutations.detach_material import DetachMaterial
from zt_graphql.mutations.discard_draft import DiscardDraft
from zt_graphql.mutations.end_posting import EndPosting
from zt_graphql.mutations.give_joint_opinion import GiveJointOpinion
from zt_graphql.mutations.give_supervision_order import GiveSupervisionOrder
from zt_graphql.mutations.grant_on_commitment import GrantOnCommitment
from zt_graphql.mutations.hand_down_application import HandDownApplication
from zt_graphql.mutations.mark_notices_read import MarkNoticesRead
from zt_graphql.mutations.open_data_grant import OpenDataGrant
from zt_graphql.mutations.open_delegation import OpenDelegation
from zt_graphql.mutations.open_joint_handling import OpenJointHandling
from zt_graphql.mutations.open_large_upload import OpenLargeUpload
from zt_graphql.mutations.open_opinion_upload import OpenOpinionUpload
from zt_graphql.mutations.open_order_upload import OpenOrderUpload
from zt_graphql.mutations.open_upload import OpenUpload
from zt_graphql.mutations.override_day import OverrideDay
from zt_graphql.mutations.pass_pre_review import PassPreReview
from zt_graphql.mutations.pause_case import PauseCase
from zt_graphql.mutations.post_result import PostResult
from zt_graphql.mutations.post_staff_member import PostStaffMember
from zt_graphql.mutations.publish_item_version import PublishItemVersion
from zt_graphql.mutations.recall_joint_task import RecallJointTask
from zt_graphql.mutations.record_finding import RecordFinding
from zt_graphql.mutations.record_joint_coordination import RecordJointCoordination
from zt_graphql.mutations.refuse_application import RefuseApplication
from zt_graphql.mutations.refuse_extension import RefuseExtension
from zt_graphql.mutations.register_account import RegisterAccount
from zt_graphql.mutations.renew_keys import RenewKeys
from zt_graphql.mutations.repair_message import RepairMessage
from zt_graphql.mutations.replay_message import ReplayMessage
from zt_graphql.mutations.reply_to_supervision_order import ReplyToSupervisionOrder
from zt_graphql.mutations.request_extension import RequestExtension
from zt_graphql.mutations.restore_draft import RestoreDraft
from zt_graphql.mutations.resubmit_application import ResubmitApplication
from zt_graphql.mutations.resume_case import ResumeCase
from zt_graphql.mutations.resume_destination import ResumeDestination
from zt_graphql.mutations.return_for_correction import ReturnForCorrection
from zt_graphql.mutations.return_supervision_reply import ReturnSupervisionReply
from zt_graphql.mutations.review_case import ReviewCase
from zt_graphql.mutations.revoke_authorisation import RevokeAuthorisation
from zt_graphql.mutations.revoke_data_grant import RevokeDataGrant
from zt_graphql.mutations.revoke_delegation import RevokeDelegation
from zt_graphql.mutations.revoke_key import RevokeKey
from zt_graphql.mutations.save_form import SaveForm
from zt_graphql.mutations.seal_and_complete import SealAndComplete
from zt_graphql.mutations.second_correction_notice import SecondCorrectionNotice
from zt_graphql.mutations.set_item_active import SetItemActive
from zt_graphql.mutations.sign_commitment import SignCommitment
from zt_graphql.mutations.sign_for_joint_task import SignForJointTask
from zt_graphql.mutations.sign_in import SignIn
from zt_graphql.mutations.sign_out import SignOut
from zt_graphql.mutations.start_application import StartApplication
from zt_graphql.mutations.start_at_window import StartAtWindow
from zt_graphql.mutations.submit_application import SubmitApplication
from zt_graphql.mutations.switch_default_rule_off import SwitchDefaultRuleOff
from zt_graphql.mutations.switch_default_rule_on import SwitchDefaultRuleOn
from zt_graphql.mutations.take_back import TakeBack
from zt_graphql.mutations.terminate_case import TerminateCase
from zt_graphql.mutations.transfer_by_competence import TransferByCompetence
from zt_graphql.mutations.verify_authorisation import VerifyAuthorisation
from zt_graphql.mutations.verify_identity import VerifyIdentity
from zt_graphql.mutations.withdraw_case import WithdrawCase
from zt_graphql.mutations.withdraw_finding import WithdrawFinding
from zt_graphql.mutations.withdraw_override import WithdrawOverride
from zt_graphql.mutations.withdraw_permit import WithdrawPermit
from zt_graphql.mutations.withdraw_supervision_order import WithdrawSupervisionOrder
from zt_graphql.policies import policies_of
from zt_graphql.queries.accounts import AccountQueries
from zt_graphql.queries.calendar import CalendarQueries
from zt_graphql.queries.cases import CaseQueries
from zt_graphql.queries.centres import CentreQueries
from zt_graphql.queries.defaults import DefaultRuleQueries
from zt_graphql.queries.exchange import ExchangeQueries
from zt_graphql.queries.items import ItemQueries
from zt_graphql.queries.joint import JointQueries
from zt_graphql.queries.keys import KeyQueries
from zt_graphql.queries.messages import MessageQueries
from zt_graphql.queries.notices import NoticeQueries
from zt_graphql.queries.operations import OperationQueries
from zt_graphql.queries.orders import OrderQueries
from zt_graphql.queries.papers import PaperQueries
from zt_graphql.queries.staff import StaffQueries
from zt_graphql.queries.supervision import SupervisionQueries


class Query(
    CentreQueries,
    ItemQueries,
    CaseQueries,
    AccountQueries,
    StaffQueries,
    SupervisionQueries,
    MessageQueries,
    OperationQueries,
    KeyQueries,
    ExchangeQueries,
    PaperQueries,
    CalendarQueries,
    DefaultRuleQueries,
    NoticeQueries,
    OrderQueries,
    JointQueries,
):
    """What can be read. The same schema serves the portal and every centre."""


class Mutation(graphene.ObjectType):
    """What can be done. Each field runs one command of the platform."""

    sign_in = SignIn.root_field()
    sign_out = SignOut.root_field()
    register_account = RegisterAccount.root_field()
    verify_identity = VerifyIdentity.root_field()
    authorise = Authorise.root_field()
    verify_authorisation = VerifyAuthorisation.root_field()
    revoke_authorisation = RevokeAuthorisation.root_field()
    start_application = StartApplication.root_field()
    start_at_window = StartAtWindow.root_field()
    save_form = SaveForm.root_field()
    discard_draft = DiscardDraft.root_field()
    restore_draft = RestoreDraft.root_field()
    open_upload = OpenUpload.root_field()
    open_large_upload = OpenLargeUpload.root_field()
    announce_parts = AnnounceParts.root_field()
    abort_upload = AbortUpload.root_field()
    confirm_upload = ConfirmUpload.root_field()
    attach_material = AttachMaterial.root_field()
    detach_material = DetachMaterial.root_field()
    submit_application = SubmitApplication.root_field()
    resubmit_application = ResubmitApplication.root_field()
    pause_case = PauseCase.root_field()
    resume_case = ResumeCase.root_field()
    request_extension = RequestExtension.root_field()
    approve_extension = ApproveExtension.root_field()
    refuse_extension = RefuseExtension.root_field()
    terminate_case = TerminateCase.root_field()
    transfer_by_competence = TransferByCompetence.root_field()
    second_correction_notice = SecondCorrectionNotice.root_field()
    add_materials = AddMaterials.root_field()
    approve_specially = ApproveSpecially.root_field()
    convert_permit = ConvertPermit.root_field()
    grant_on_commitment = GrantOnCommitment.root_field()
    sign_commitment = SignCommitment.root_field()
    switch_default_rule_off = SwitchDefaultRuleOff.root_field()
    switch_default_rule_on = SwitchDefaultRuleOn.root_field()
    withdraw_permit = WithdrawPermit.root_field()
    override_day = OverrideDay.root_field()
    withdraw_override = WithdrawOverride.root_field()
    declare_year = DeclareYear.root_field()
    withdraw_case = WithdrawCase.root_field()
    pass_pre_review = PassPreReview.root_field()
    return_for_correction = ReturnForCorrection.root_field()
    accept_application = AcceptApplication.root_field()
    hand_down_application = HandDownApplication.root_field()
    refuse_application = RefuseApplication.root_field()
    decline_case = DeclineCase.root_field()
    review_case = ReviewCase.root_field()
    decide_case = DecideCase.root_field()
    decide_on_the_spot = DecideOnTheSpot.root_field()
    seal_and_complete = SealAndComplete.root_field()
    deliver_case = DeliverCase.root_field()
    choose_delivery = ChooseDelivery.root_field()
    post_result = PostResult.root_field()
    confirm_receipt = ConfirmReceipt.root_field()
    take_back = TakeBack.root_field()
    publish_item_version = PublishItemVersion.root_field()
    set_item_active = SetItemActive.root_field()
    open_delegation = OpenDelegation.root_field()
    complete_handover_step = CompleteHandoverStep.root_field()
    revoke_delegation = RevokeDelegation.root_field()
    post_staff_member = PostStaffMember.root_field()
    change_roles = ChangeRoles.root_field()
    end_posting = EndPosting.root_field()
    replay_message = ReplayMessage.root_field()
    repair_message = RepairMessage.root_field()
    close_message = CloseMessage.root_field()
    resume_destination = ResumeDestination.root_field()
    mark_notices_read = MarkNoticesRead.root_field()
    renew_keys = RenewKeys.root_field()
    revoke_key = RevokeKey.root_field()
    accept_supervision_reply = AcceptSupervisionReply.root_field()
    record_finding = RecordFinding.root_field()
    withdraw_finding = WithdrawFinding.root_field()
    give_supervision_order = GiveSupervisionOrder.root_field()
    open_order_upload = OpenOrderUpload.root_field()
    reply_to_supervision_order = ReplyToSupervisionOrder.root_field()
    return_supervision_reply = ReturnSupervisionReply.root_field()
    withdraw_supervision_order = WithdrawSupervisionOrder.root_field()
    open_joint_handling = OpenJointHandling.root_field()
    ask_participants = AskParticipants.root_field()
    recall_joint_task = RecallJointTask.root_field()
    sign_for_joint_task = SignForJointTask.root_field()
    open_opinion_upload = OpenOpinionUpload.root_field()
    give_joint_opinion = GiveJointOpinion.root_field()
    convene_joint_meeting = ConveneJointMeeting.root_field()
    close_joint_meeting = CloseJointMeeting.root_field()
    cancel_joint_meeting = CancelJointMeeting.root_field()
    record_joint_coordination = RecordJointCoordination.root_field()
    check_case = CheckCase.root_field()
    open_data_grant = OpenDataGrant.root_field()
    revoke_data_grant = RevokeDataGrant.root_field()


schema = graphene.Schema(query=Query, mutation=Mutation)
policies = policies_of(schema)


def schema_text() -> str:
    """The schema in the schema definition language, as ``graphql/schema.graphql`` holds it."""
    return print_schema(schema.graphql_schema) + "\n"
