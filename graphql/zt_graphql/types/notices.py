"""Notices: what people are told, as the person and as the centre's staff see it."""

from __future__ import annotations

import graphene
from graphene_django import DjangoObjectType

from zt_graphql.types.centres import centre_field
from zt_graphql.types.enums import NoticeEventEnum, SmsStateEnum
from zt_platform.notices import models


class SiteMessage(DjangoObjectType):
    """A message on the site to the signed-in person."""

    event = graphene.Field(NoticeEventEnum, required=True)
    text = graphene.String(required=True, description="In the active language.")
    tracking_number = graphene.String(
        required=True, description="The case that it tells of; empty for a supervision order.", source="tracking_number"
    )
    centre = centre_field("centre_code")

    class Meta:
        model = models.Notice
        name = "SiteMessage"
        fields = ("id", "centre_name", "created_at", "read_at")
        skip_registry = True


class SentNotice(DjangoObjectType):
    """What a centre told somebody, for its staff: without what only the addressee may know, the telephone masked."""

    event = graphene.Field(NoticeEventEnum, required=True)
    text = graphene.String(required=True, description="In the active language.", source="text_for_staff")
    tracking_number = graphene.String(required=True, source="subject")
    sms_state = graphene.Field(SmsStateEnum, required=True)
    read = graphene.Boolean(required=True, description="Whether it was read on the site.")

    class Meta:
        model = models.Notice
        name = "SentNotice"
        fields = ("id", "created_at", "phone_masked")
        skip_registry = True

    @staticmethod
    def resolve_read(notice: models.Notice, _info: object) -> bool:
        """Whether, not when: that is the person's own."""
        return notice.read_at is not None
