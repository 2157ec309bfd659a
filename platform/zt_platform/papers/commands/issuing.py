"""Issuing a paper: number, code and snapshot, inside the transaction of the act that it documents."""

from __future__ import annotations

from datetime import date
from functools import partial

from django.conf import settings
from django.db import connection, transaction

from zt_platform.actors import Actor
from zt_platform.organisation.models import Department
from zt_platform.papers.codes import new_code
from zt_platform.papers.commands.making import ring
from zt_platform.papers.content import PaperContent, Snapshot
from zt_platform.papers.errors import PaperNumbersExhausted, RemediesMissing
from zt_platform.papers.kinds import TITLES, WITH_REMEDIES, WORDS, PaperKind
from zt_platform.papers.models import Paper
from zt_platform.papers.words import paper_word
from zt_tenants.clock import now, today
from zt_tenants.context import current_centre, on_commit
from zt_tenants.models import Centre
from zt_tenants.urls import portal_url

_DIGITS = 5


def issue_paper(
    *,
    kind: PaperKind | str,
    department: Department | None,
    subject: str,
    content: PaperContent,
    actor: Actor,
    on: date | None = None,
) -> Paper:
    """Issue a paper of the current centre; part of the caller's transaction, so that a rolled-back act uses no number.

    ``department`` issues it; None for the centre itself (supervision orders, F-04). ``on`` is its date, today unless
    given. The file is made after the commit, or by :func:`zt_platform.papers.commands.fixed` at once where a message
    must carry its digest.

    Raises RemediesMissing (an adverse kind without remedies), PaperNumbersExhausted.
    """
    kind = PaperKind(kind)
    if kind in WITH_REMEDIES and content.remedies is None:
        raise RemediesMissing
    centre, day = current_centre(), on or today()
    code = str(new_code(centre.code))
    with transaction.atomic(savepoint=False):
        snapshot = compose(kind, department, content, centre, day, number=_next_number(kind, department, content, day))
        snapshot = _with_code(snapshot, code)
        paper = Paper.objects.create(
            kind=kind,
            number=snapshot.number,
            code=code,
            subject=subject,
            department_code=department.code if department else "",
            department_name=snapshot.letterhead,
            addressee_masked=content.addressee_masked,
            content=snapshot.to_json(),
            issued_on=day,
            issued_at=now(),
            issued_by=actor.account_id,
        )
        on_commit(partial(ring, centre.code, paper.pk))
    return paper


def compose(
    kind: PaperKind,
    department: Department | None,
    content: PaperContent,
    centre: Centre,
    day: date,
    *,
    number: str,
    preview: bool = False,
) -> Snapshot:
    """The snapshot of a paper; with ``preview`` of one that nobody has issued yet."""
    letterhead = _letterhead(department, content, centre)
    own_name = department.name if department else centre.name
    return Snapshot(
        kind=kind.value,
        number=number,
        title=content.title or TITLES[kind],
        letterhead=letterhead,
        addressee=content.addressee,
        paragraphs=list(content.paragraphs),
        issued_on=day.isoformat(),
        entries=list(content.entries),
        facts=list(content.facts),
        legal_basis=content.legal_basis,
        remedies=content.remedies,
        deemed=content.deemed,
        tracking_number=content.tracking_number,
        acting_for=content.acting_for,
        contact=content.contact,
        seal_name=content.seal_name if department else "业务专用章",
        seal_code=centre.code if letterhead != own_name else "",
        issuer=centre.name,
        preview=preview,
    )


def _with_code(snapshot: Snapshot, code: str) -> Snapshot:
    values = snapshot.to_json()
    values["code"] = code
    values["verify_url"] = f"{settings.ZT_PUBLIC_URL.rstrip('/')}{portal_url('verify-code', code=code)}"
    return Snapshot.from_json(values)


def _letterhead(department: Department | None, content: PaperContent, centre: Centre) -> str:
    return content.legal_name or (department.name if department else centre.name)


def _next_number(kind: PaperKind, department: Department | None, content: PaperContent, day: date) -> str:
    """The next number of the series, such as 合自然资受〔2026〕00017号; concurrent callers queue at the counter's row.

    An entrusted centre numbers in the entrusting organ's name with its own code, so that several entrusted centres and
    the organ itself never give the same number: 合市监（340123）许〔2026〕00001号.
    """
    centre = current_centre()
    organ = _letterhead(department, content, centre)
    place = f"（{centre.code}）" if organ != (department.name if department else centre.name) else ""
    series = f"{paper_word(organ)}{place}{WORDS[kind]}"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO papers_papercounter (series, year, last) VALUES (%s, %s, 1)"
            " ON CONFLICT (series, year) DO UPDATE SET last = papers_papercounter.last + 1 RETURNING last",
            [series, day.year],
        )
        last = int(cursor.fetchone()[0])
    if last >= 10**_DIGITS:
        raise PaperNumbersExhausted
    return f"{series}〔{day.year}〕{last:0{_DIGITS}d}号"
