"""Issuing a paper: number, code and snapshot, inside the transaction of the act that it documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
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
    return issue_papers([NewPaper(PaperKind(kind), department, subject, content)], actor=actor, on=on)[0]


@dataclass(frozen=True, slots=True)
class NewPaper:
    """A paper to be issued: what kind, by which department (None: the centre itself), about what, saying what."""

    kind: PaperKind
    department: Department | None
    subject: str
    content: PaperContent


def issue_papers(wanted: Sequence[NewPaper], *, actor: Actor, on: date | None = None) -> list[Paper]:
    """Issue papers like :func:`issue_paper`, two statements for all of them; their numbers follow their order here.

    Raises RemediesMissing, PaperNumbersExhausted: none is issued.
    """
    if any(paper.kind in WITH_REMEDIES and paper.content.remedies is None for paper in wanted):
        raise RemediesMissing
    if not wanted:
        return []
    centre, day, moment = current_centre(), on or today(), now()
    with transaction.atomic(savepoint=False):
        rows = []
        for paper, number in zip(wanted, _next_numbers(wanted, day), strict=True):
            snapshot = compose(paper.kind, paper.department, paper.content, centre, day, number=number)
            code = str(new_code(centre.code))
            rows.append(
                Paper(
                    kind=paper.kind,
                    number=number,
                    code=code,
                    subject=paper.subject,
                    department_code=paper.department.code if paper.department else "",
                    department_name=snapshot.letterhead,
                    addressee_masked=paper.content.addressee_masked,
                    content=_with_code(snapshot, code).to_json(),
                    issued_on=day,
                    issued_at=moment,
                    issued_by=actor.account_id,
                )
            )
        issued = Paper.objects.bulk_create(rows)
        for issued_paper in issued:
            on_commit(partial(ring, centre.code, issued_paper.pk))
    return issued


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
        track_url=content.track_url,
    )


def _with_code(snapshot: Snapshot, code: str) -> Snapshot:
    values = snapshot.to_json()
    values["code"] = code
    values["verify_url"] = f"{settings.ZT_PUBLIC_URL.rstrip('/')}{portal_url('verify-code', code=code)}"
    return Snapshot.from_json(values)


def _letterhead(department: Department | None, content: PaperContent, centre: Centre) -> str:
    return content.legal_name or (department.name if department else centre.name)


def _next_numbers(wanted: Sequence[NewPaper], day: date) -> list[str]:
    """A number for each paper, such as 合自然资受〔2026〕00017号; concurrent callers queue at the rows of the counters.

    An entrusted centre numbers in the entrusting organ's name with its own code, so that several entrusted centres and
    the organ itself never give the same number: 合市监（340123）许〔2026〕00001号.
    """
    series = [_series(paper) for paper in wanted]
    counts = sorted(Counter(series).items())  # in one order: two callers cannot wait for each other in a circle
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO papers_papercounter (series, year, last)"
            " SELECT series, %s, added FROM unnest(%s::text[], %s::int[]) new (series, added)"
            " ON CONFLICT (series, year) DO UPDATE SET last = papers_papercounter.last + excluded.last"
            " RETURNING series, last",
            [day.year, [name for name, _ in counts], [added for _, added in counts]],
        )
        last: dict[str, int] = dict(cursor.fetchall())
    if any(number >= 10**_DIGITS for number in last.values()):
        raise PaperNumbersExhausted
    given = {name: iter(range(last[name] - added + 1, last[name] + 1)) for name, added in counts}
    return [f"{name}〔{day.year}〕{next(given[name]):0{_DIGITS}d}号" for name in series]


def _series(paper: NewPaper) -> str:
    centre = current_centre()
    organ = _letterhead(paper.department, paper.content, centre)
    place = f"（{centre.code}）" if organ != (paper.department.name if paper.department else centre.name) else ""
    return f"{paper_word(organ)}{place}{WORDS[paper.kind]}"
