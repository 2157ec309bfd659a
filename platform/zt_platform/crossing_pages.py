"""What the pages of orders and of joint tasks share: the way to the paper, and the history with its files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from django.http import HttpResponse
from django.shortcuts import redirect

from zt_platform.crossing_rows import CrossingLine, CrossingRow
from zt_platform.papers.commands import rendered
from zt_storage.models import Attachment
from zt_storage.uploads import download_url
from zt_tenants.errors import NotFound

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
