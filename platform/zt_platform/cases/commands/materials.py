"""The files of a case: sending them, small or large, putting them into the case, and taking them out again (L-01)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction

from zt_platform.actors import Actor
from zt_platform.cases import tolerance
from zt_platform.cases.commands.amending import note_amendment
from zt_platform.cases.commands.ledger import advance, conclude, locked_case, permitted_edge, readable_case
from zt_platform.cases.errors import CaseNotFound
from zt_platform.cases.models import Case, CaseMaterial
from zt_platform.cases.vocabulary import Action, Status
from zt_platform.catalogue.models import Material
from zt_platform.catalogue.queries import material_of
from zt_storage import large_uploads
from zt_storage.filetypes import EXTENSIONS
from zt_storage.large_uploads import LargeUpload, PartTicket, settle_upload
from zt_storage.uploads import UploadLimits, UploadTicket, free_files, open_upload
from zt_tenants.clock import now
from zt_tenants.errors import InvalidInput, NotPermitted


def open_material_upload(
    *, actor: Actor, case_id: int, material_code: str, file_name: str, size: int, content_type: str
) -> UploadTicket:
    """A form for uploading one file of a material straight to the store, within the material's size and types.

    Raises CaseNotFound, NotPermitted, TransitionNotAllowed, InvalidInput (no such material), and open_upload's errors.
    """
    case = _for_uploading(case_id, actor)
    return open_upload(
        file_name=file_name,
        size=size,
        content_type=content_type,
        owner_account_id=actor.account_id,
        limits=_limits_of(_material(case, material_code)),
    )


def open_large_material_upload(
    *, actor: Actor, case_id: int, material_code: str, file_name: str, size: int, content_type: str
) -> LargeUpload:
    """Announce a file that is sent in parts, or find the same one where it was left, within the material's limits.

    Raises CaseNotFound, NotPermitted, TransitionNotAllowed, InvalidInput (no such material), and open_large_upload's errors.
    """
    case = _for_uploading(case_id, actor)
    material = _material(case, material_code)
    return large_uploads.open_large_upload(
        file_name=file_name,
        size=size,
        content_type=content_type,
        owner_account_id=_account_of(actor),
        limits=_limits_of(material),
        purpose=f"{_purposes(case.pk)}{material.code}",
    )


def announce_material_parts(*, actor: Actor, attachment_id: int, digests: Mapping[int, str]) -> list[PartTicket]:
    """Addresses for parts of a large file that the actor began here. Raises NotFound, InvalidInput, PartDiffers."""
    return large_uploads.announce_parts(
        attachment_id=attachment_id, owner_account_id=_account_of(actor), digests=digests
    )


def abort_material_upload(*, actor: Actor, attachment_id: int) -> None:
    """Give a large file up that the actor began here. Raises NotFound."""
    large_uploads.abort_upload(attachment_id=attachment_id, owner_account_id=_account_of(actor))


def unfinished_materials(actor: Actor, case: Case) -> dict[str, list[LargeUpload]]:
    """The large files of a case that the actor began and did not finish, by material."""
    purposes = _purposes(case.pk)
    found: dict[str, list[LargeUpload]] = {}
    for purpose, upload in large_uploads.unfinished_uploads(owner_account_id=_account_of(actor), purposes=purposes):
        found.setdefault(purpose.removeprefix(purposes), []).append(upload)
    return found


def give_up_files(cases: Sequence[Case]) -> int:
    """Take all files out of drafts that are no more, also those on their way, and free the store of them, but for files
    that another case holds, too. Returns how many were freed; the caller holds the locks of the drafts."""
    held = CaseMaterial.objects.filter(case__in=cases)
    files = set(held.values_list("attachment_id", flat=True))
    held.delete()
    files -= set(CaseMaterial.objects.filter(attachment_id__in=files).values_list("attachment_id", flat=True))
    for case in cases:
        large_uploads.give_up_uploads(purposes=_purposes(case.pk))
    return free_files(files)


def _purposes(case_id: int) -> str:
    return f"case:{case_id}/"


def _account_of(actor: Actor) -> UUID:
    if actor.account_id is None:
        raise NotPermitted
    return actor.account_id


def _limits_of(material: Material) -> UploadLimits:
    extensions = tuple(ext for ext, media_type in EXTENSIONS.items() if media_type in material.accepted_types)
    return UploadLimits(max_size=material.max_size, extensions=extensions)


def attach_material(*, actor: Actor, case_id: int, material_code: str, attachment_id: int) -> CaseMaterial:
    """Check an uploaded file (size, real type, digest) and make it part of the case. Repeating it changes nothing.

    The check streams the object and so runs before the transaction. Raises CaseNotFound, NotPermitted,
    TransitionNotAllowed, InvalidInput, NotFound (not this account's upload), UploadNotArrived, UploadRejected,
    UploadBeingChecked (a large file: ask again).
    """
    case = readable_case(case_id, actor=actor)
    permitted_edge(case, Action.AMEND, actor)
    material = _material(case, material_code)
    attachment = settle_upload(attachment_id=attachment_id, owner_account_id=actor.account_id)
    with transaction.atomic():
        case = locked_case(case_id, actor=actor)
        advance(case, Action.AMEND, actor)
        attached = CaseMaterial.objects.filter(case=case, attachment=attachment).first()
        if attached is None:  # the case is locked: nobody else puts it in meanwhile
            attached = CaseMaterial.objects.create(
                case=case,
                attachment=attachment,
                material_code=material.code,
                name=material.name,
                added_at=now(),
                added_by=actor.account_id,
            )
            note_amendment(case, actor, "放入材料", material=material.code, file=attachment.pk)
        conclude(case)
    return attached


def detach_material(*, actor: Actor, case_id: int, case_material_id: int, expected_version: int | None = None) -> Case:
    """Take a file out of the case: from a draft it is removed, from a submitted case it is marked as replaced.

    Raises CaseNotFound (also when the file is not of this case), NotPermitted, TransitionNotAllowed, CaseChanged.
    """
    with transaction.atomic():
        case = locked_case(case_id, actor=actor, expected_version=expected_version)
        advance(case, Action.AMEND, actor)
        found = CaseMaterial.objects.filter(case=case, pk=case_material_id, superseded_at__isnull=True)
        taken = found.first()
        if taken is None:
            raise CaseNotFound
        note_amendment(case, actor, "取出材料", material=taken.material_code, file=taken.attachment_id)
        if case.status == Status.DRAFT:
            found.delete()
        else:
            found.update(superseded_at=now())
        return conclude(case)


def _for_uploading(case_id: int, actor: Actor) -> Case:
    """For a draft or a correction, or as a material that comes after acceptance."""
    case = readable_case(case_id, actor=actor)
    adding = tolerance.takes_materials(case)
    permitted_edge(case, Action.ADD_MATERIALS if adding else Action.AMEND, actor)
    return case


def _material(case: Case, material_code: str) -> Material:
    material = material_of(case.item_code, case.item_version_number, material_code)
    if material is None:
        raise InvalidInput(field="material_code", zh="该事项不需要这份材料。", en="The item has no such material.")
    return material
