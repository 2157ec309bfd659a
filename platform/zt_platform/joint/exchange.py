"""What a participant is given of a case: who applies, chosen answers, chosen materials. Nothing else leaves the lead.

The identity number is masked, telephone and agent stay at home: an opinion needs to know who applies, not how to reach him.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from zt_platform.accounts.parties import Party
from zt_platform.cases.events.payloads import item_payload
from zt_platform.cases.models import Case, CaseMaterial
from zt_platform.catalogue.errors import UnknownItem
from zt_platform.catalogue.queries import item_version
from zt_platform.joint.models import JointTask
from zt_storage.copies import manifest
from zt_storage.models import Attachment
from zt_tenants.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Shared:
    """What the lead chooses to give: keys of the case's materials, names of fields of its form."""

    material_ids: Sequence[int] = ()
    form_fields: Sequence[str] = ()


NOTHING_MORE = Shared()
"""Who applies, and nothing else."""


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """What a participant reads of the case. ``form`` are labels and answers."""

    applicant_name: str
    applicant_id: str
    form: list[tuple[str, str]]


def shared_facts(case: Case, shared: Shared) -> dict[str, Any]:
    """What is given, as a task holds it (sealed). Raises InvalidInput: a material or field that the case has not."""
    party = Party.from_payload(case.applicant)
    return {
        "applicant": {"name": party.name, "id_type": party.id_type.value, "id_number": party.masked_id},
        "form": _answers(case, shared.form_fields),
        "materials": [
            {"code": one.material_code, "name": one.name, "attachment": one.attachment_id}
            for one in _materials(case, shared.material_ids)
        ],
    }


def _materials(case: Case, wanted: Sequence[int]) -> list[CaseMaterial]:
    keys = list(dict.fromkeys(wanted))
    if not keys:
        return []
    found = {one.pk: one for one in CaseMaterial.objects.filter(case=case, superseded_at__isnull=True, pk__in=keys)}
    if len(found) != len(keys):
        raise InvalidInput(
            field="material_ids",
            zh="所选材料不属于本件或已被替换，请刷新页面重新选择。",
            en="A chosen document is not among this case's, or was replaced; reload and choose again.",
        )
    return [found[key] for key in keys]


def _answers(case: Case, wanted: Sequence[str]) -> list[dict[str, str]]:
    if not wanted:
        return []
    labels = form_labels(case)
    unknown = [name for name in wanted if name not in case.form]
    if unknown:
        raise InvalidInput(
            field="form_fields",
            zh="申请表中没有这些内容：{names}。",
            en="The application form has no such fields: {names}.",
            names="、".join(unknown),
        )
    return [
        {"name": name, "label": labels.get(name, name), "value": str(case.form[name])} for name in dict.fromkeys(wanted)
    ]


def form_labels(case: Case) -> dict[str, str]:
    """The Chinese labels of the form's fields, as the item was published; none where it is not in this catalogue."""
    try:
        version = item_version(case.item_code, case.item_version_number)
    except UnknownItem:
        return {}
    return {str(field["name"]): str(field.get("zh", field["name"])) for field in version.form_schema}


def wire_facts(case: Case, task: JointTask) -> dict[str, Any]:
    """The same as a message carries it: materials with digest and key, copied by the receiver."""
    given = task.facts
    files = Attachment.objects.in_bulk([line["attachment"] for line in given["materials"]])
    return {
        "item": item_payload(case),
        "applicant": given["applicant"],
        "form": {line["name"]: line["value"] for line in given["form"]},
        "labels": {line["name"]: line["label"] for line in given["form"]},
        "materials": [
            {
                **manifest([files[line["attachment"]]])[0].to_payload(),
                "code": line["code"],
                "name": line["name"],
            }
            for line in given["materials"]
        ],
    }


def received_facts(data: dict[str, Any], copies: Sequence[Attachment]) -> dict[str, Any]:
    """What a message gave, as a task holds it; ``copies`` are the receiver's own files, in the message's order."""
    labels = data.get("labels") or {}
    applicant = {name: str(data["applicant"].get(name) or "") for name in ("name", "id_type", "id_number")}
    return {
        "applicant": applicant,
        "form": [
            {"name": name, "label": str(labels.get(name, name)), "value": str(value)}
            for name, value in (data.get("form") or {}).items()
        ],
        "materials": [
            {"code": line.get("code", ""), "name": line.get("name") or line["file_name"], "attachment": file.pk}
            for line, file in zip(data["materials"], copies, strict=True)
        ],
    }


def readable_facts(task: JointTask) -> TaskFacts:
    """What a person reads of it."""
    given = task.facts
    return TaskFacts(
        applicant_name=given["applicant"]["name"],
        applicant_id=given["applicant"]["id_number"],
        form=[(line["label"], line["value"]) for line in given["form"]],
    )
