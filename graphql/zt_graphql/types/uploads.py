"""Files: tickets to send one, and what is known of one that was sent."""

from __future__ import annotations

from typing import Any

import graphene
from graphene_django import DjangoObjectType

from zt_graphql.fields import WeighedField
from zt_graphql.types.enums import AttachmentStateEnum
from zt_storage import models
from zt_storage.uploads import download_url


class UploadField(graphene.ObjectType):
    """One field of an upload form."""

    name = graphene.String(required=True, resolver=lambda pair, _info: pair[0])
    value = graphene.String(required=True, resolver=lambda pair, _info: pair[1])


class UploadTicket(graphene.ObjectType):
    """A form for one upload: POST ``fields`` and then the file (field ``file``) to ``url`` before ``expiresAt``."""

    attachment_id = graphene.ID(required=True)
    url = graphene.String(required=True)
    fields = graphene.List(graphene.NonNull(UploadField), required=True)
    expires_at = graphene.DateTime(required=True)

    @staticmethod
    def resolve_fields(ticket: Any, _info: Any) -> list[tuple[str, str]]:
        """The fields in their order."""
        return list(ticket.fields.items())


class KnownPart(graphene.ObjectType):
    """A part of a large upload that was announced."""

    number = graphene.Int(required=True, description="From 1.")
    sha256 = graphene.String(required=True, name="sha256", description="As announced, hexadecimal.")
    arrived = graphene.Boolean(required=True, description="Whether the store has it in full.")


class LargeUpload(graphene.ObjectType):
    """How a file that is sent in parts stands. Every part but the last has ``partBytes`` bytes."""

    attachment_id = graphene.ID(required=True)
    file_name = graphene.String(required=True)
    size = graphene.Int(required=True, description="Bytes.")
    part_bytes = graphene.Int(required=True)
    part_count = graphene.Int(required=True)
    parts = graphene.List(graphene.NonNull(KnownPart), required=True, description="Those that were announced.")
    arrived_bytes = graphene.Int(required=True)
    expires_at = graphene.DateTime(required=True, description="When it is given up.")


class PartTicket(graphene.ObjectType):
    """Where one part is sent: PUT exactly ``size`` bytes to ``url`` before ``expiresAt``."""

    number = graphene.Int(required=True)
    size = graphene.Int(required=True, description="Bytes.")
    url = graphene.String(required=True)
    expires_at = graphene.DateTime(required=True)


class Attachment(DjangoObjectType):
    """A file. Size, digest and type are what was measured, not what was announced."""

    state = graphene.Field(AttachmentStateEnum, required=True)
    size = graphene.Int(description="Bytes.")
    sha256 = graphene.String(required=True, name="sha256", description="Hexadecimal; empty until checked.")

    download_url = WeighedField(
        graphene.String,
        weight=1,
        description="A signed link to the checked file, valid for minutes; null until checked.",
        inline=graphene.Boolean(required=True, default_value=False, description="Show it instead of saving it."),
    )

    class Meta:
        model = models.Attachment
        fields = ("id", "file_name", "content_type", "created_at", "verified_at")

    @staticmethod
    def resolve_download_url(attachment: Any, _info: Any, inline: bool) -> str | None:
        """Whoever sees the attachment may read it."""
        return download_url(attachment, inline=inline) if attachment.is_verified else None
