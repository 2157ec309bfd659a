"""The file of a case (案卷): what is in it and in which order (F-17).

Cover and contents, the form as it was filled in, the materials in the item's order with what was replaced, every paper by
day (this centre's, those to its departments, and what the other centre issued), the course of the case.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import partial

from django.utils import translation

from zt_platform.actors import Actor
from zt_platform.cases import queries
from zt_platform.cases.foreign_papers import foreign_papers_of
from zt_platform.cases.item_forms import readable_answers
from zt_platform.cases.models import Case, CaseMaterial
from zt_platform.cases.numbers import grouped
from zt_platform.cases.presentation import applicant_facts, timeline_groups
from zt_platform.catalogue.models import ItemVersion
from zt_platform.catalogue.queries import item_version
from zt_platform.papers.binding import CoverSheet, FilePart, PaperPart, Part, TablePart, bind
from zt_platform.papers.models import Paper
from zt_storage.errors import DigestMismatch, ObjectMissing
from zt_storage.models import Attachment
from zt_storage.uploads import write_to
from zt_tenants.clock import CHINA, now
from zt_tenants.context import current_centre
from zt_tenants.errors import NotFound

_NOTHING_TO_BIND = (NotFound, ObjectMissing, DigestMismatch)


def bound_file(actor: Actor, case: Case) -> bytes:
    """The file of a case as one PDF, in Chinese. ``case`` is one that the actor may read (:func:`queries.case_for`).

    A material that is lost or cannot be shown has a sheet with its name and digest. The number of SQL statements does not
    depend on how much is in it. Raises StorageUnavailable, StorageRefused.
    """
    with translation.override("zh-hans"):
        version = item_version(case.item_code, case.item_version_number)
        return bind(_cover(actor, case), list(_parts(case, version)))


def _cover(actor: Actor, case: Case) -> CoverSheet:
    result = f"{case.get_result_display()}　{case.decision_number}" if case.result else "未决定"
    facts = [
        ("办件编号", grouped(case.tracking_number or "")),
        ("事项", case.item_name),
        ("办理部门", case.department.name if case.department else ""),
        ("申请人", applicant_facts(case)[0][1]),
        ("办件类型", str(case.get_kind_display())),
        ("收到申请", _day(case.submitted_at)),
        ("受理", _day(case.accepted_at)),
        ("决定", " ".join(said for said in (result, _day(case.decided_at)) if said)),
        ("办结", _day(case.completed_at)),
        ("状态", str(case.get_status_display())),
    ]
    if case.counterpart_name:
        facts.insert(3, ("共同办理的中心", case.counterpart_name))
    return CoverSheet(
        title=f"{case.item_name}案卷",
        keeper=current_centre().name,
        facts=[(label, value or "—") for label, value in facts],
        printed=f"{now().astimezone(CHINA):%Y-%m-%d %H:%M}　{actor.name}",
    )


def _parts(case: Case, version: ItemVersion) -> Iterable[Part]:
    yield TablePart("申请人", (), applicant_facts(case))
    yield TablePart("申请表", (), readable_answers(version, case.form))
    yield from _materials(case, version)
    yield from _papers(case)
    yield TablePart("办理经过", ("时间", "中心", "环节", "经办", "说明"), list(_course(case)))


def _materials(case: Case, version: ItemVersion) -> Iterable[Part]:
    """In the item's order; of each material what counts before what it replaced."""
    place = {material.code: index for index, material in enumerate(version.materials.all())}

    def order(material: CaseMaterial) -> tuple[int, str, bool, int]:
        code = material.material_code
        return place.get(code, len(place)), code, material.superseded_at is not None, material.pk

    for material in sorted(case.materials.select_related("attachment"), key=order):
        remark = f"{_day(material.superseded_at)}被替换" if material.superseded_at else ""
        yield _file(material.attachment, material.name, dated=_day(material.added_at), remark=remark)


def _papers(case: Case) -> Iterable[Part]:
    """By day; of one day this centre's first, as they were issued."""
    own = list(Paper.objects.filter(subject=case.tracking_number or ""))
    told = foreign_papers_of(case)
    copies = Attachment.objects.in_bulk([paper.file for paper in told])
    dated: list[tuple[date, Part]] = [
        (paper.issued_on, PaperPart(paper.snapshot, "已撤销" if paper.revoked_at else "")) for paper in own
    ]
    for paper in told:
        remark = f"{paper.centre_name}签发{'，已失效' if paper.void else ''}"
        part = _file(
            copies[paper.file], paper.label, number=paper.number, dated=paper.issued_on.isoformat(), remark=remark
        )
        dated.append((paper.issued_on, part))
    yield from (part for _, part in sorted(dated, key=lambda each: each[0]))
    known = {paper.attachment_id for paper in own} | set(copies)
    decision = case.decision_paper
    if decision is not None and decision.pk not in known:
        yield _file(decision, "决定书", number=case.decision_number, dated=_day(case.decided_at))


def _file(file: Attachment, title: str, *, number: str = "", dated: str = "", remark: str = "") -> FilePart:
    return FilePart(
        title=title,
        number=number,
        dated=dated,
        file_name=file.file_name,
        content_type=file.content_type,
        size=file.size or 0,
        sha256=file.sha256,
        write=partial(write_to, file),
        unavailable=_NOTHING_TO_BIND,
        remark=remark,
    )


def _course(case: Case) -> Iterable[tuple[str, str, str, str, str]]:
    """The public lines of both centres' logs: when, where, what, by whom, with what words."""
    for group in timeline_groups(queries.timeline(case), None, ("", "")):
        for line in group.entries:
            at = f"{line.at.astimezone(CHINA):%Y-%m-%d %H:%M}" if line.at else ""
            yield at, group.centre_name, line.title, line.who, line.note


def _day(at: datetime | None) -> str:
    return f"{at.astimezone(CHINA):%Y-%m-%d}" if at else ""
