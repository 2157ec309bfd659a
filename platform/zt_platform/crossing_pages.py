"""What the pages of orders and of joint tasks share: the paper, the history with its files, the acts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from zt_platform.crossing_rows import CrossingLine, CrossingRow
from zt_platform.forms import PlainForm
from zt_platform.papers.commands import rendered
from zt_storage.models import Attachment
from zt_storage.uploads import download_url
from zt_tenants.errors import Conflict, DomainError, NotFound

Line = TypeVar("Line", bound=CrossingLine)


def to_paper(row: CrossingRow, missing: type[NotFound]) -> HttpResponse:
    """The paper: the centre's own, or its copy of the other centre's. Raises ``missing`` when it has neither."""
    file = rendered(row.paper) if row.paper is not None else row.paper_copy
    if file is None:
        raise missing
    return redirect(download_url(file, inline=True))


def file_links(wanted: Iterable[int], files: Mapping[int, Attachment]) -> list[tuple[str, str]]:
    """Name and address of each wanted file that is there, in the order wanted."""
    return [(files[pk].file_name, download_url(files[pk], inline=True)) for pk in wanted if pk in files]


def with_links(lines: Iterable[Line], files: Mapping[int, Attachment]) -> list[tuple[Line, list[tuple[str, str]]]]:
    """A history's lines, each with the links of its files."""
    return [(line, file_links(line.files, files)) for line in lines]


def carried_out(
    request: HttpRequest,
    form: PlainForm,
    run: Callable[[], object],
    *,
    stale: type[DomainError],
    possible: Callable[[], bool],
    done: str,
) -> bool:
    """Run what a form asks for and say that it is done; False when it was refused, which the form then says.

    An act that came too late (a newer version, or ``stale``: it stands elsewhere now) is only warned of. Raises what ``run``
    raises when the act is not ``possible`` for the reader at all.
    """
    try:
        run()
    except (Conflict, stale) as late:
        messages.warning(request, late.text())
    except DomainError as refused:
        if not possible():
            raise
        form.refuse(refused)
        return False
    else:
        messages.success(request, done)
    return True
