"""Tables as files that office programs open rightly: CSV (UTF-8 with a mark) or XLSX. No cell ever runs as a formula."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from xlsxwriter import Workbook

from zt_tenants.clock import CHINA

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_IN_MEMORY: Final = 2 * 1024 * 1024
_WIDEST: Final = 40


@dataclass(frozen=True, slots=True)
class Table:
    """What is taken along: a file name without its ending, a header, rows that may be made as they are written."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[object]]


@dataclass(frozen=True, slots=True)
class Export:
    """The wish for a file: its format, and which table where a page has several."""

    format: str
    which: str

    def of(self, table: Table) -> HttpResponseBase:
        """The table as a download."""
        return csv_response(table) if self.format == "csv" else xlsx_response(table)


def moment_cell(moment: datetime | None) -> str:
    """A moment as a table shows it, in China; '' for none."""
    return f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M}" if moment else ""


def asked_for(request: HttpRequest) -> Export | None:
    """What ``?csv=…`` or ``?xlsx=…`` asks for."""
    for name in ("csv", "xlsx"):
        if name in request.GET:
            return Export(name, request.GET[name])
    return None


def csv_response(table: Table) -> HttpResponse:
    """A CSV download (RFC 4180) under a Chinese name (RFC 8187)."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([_cell(value) for value in table.header])
    writer.writerows([_cell(value) for value in row] for row in table.rows)
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, f"{table.name}.csv") or "attachment"
    return response


def xlsx_response(table: Table) -> FileResponse:
    """An Excel download (ISO/IEC 29500): numbers are numbers, everything else is text, the header stays in sight.

    Rows are written as they come (``constant_memory``), so ten thousand need no more memory than ten.
    """
    sink = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - the response closes it
    with Workbook(sink, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True, "bottom": 1})
        sheet.freeze_panes(1, 0)
        for column, text in enumerate(table.header):
            sheet.set_column(column, column, min(_WIDEST, 4 + 2 * len(text)))
        for column, text in enumerate(table.header):
            sheet.write_string(0, column, text, bold)
        for number, row in enumerate(table.rows, start=1):
            for column, value in enumerate(row):
                if isinstance(value, int | float) and not isinstance(value, bool):
                    sheet.write_number(number, column, value)
                elif value is not None:
                    sheet.write_string(number, column, str(value))
    sink.seek(0)
    return FileResponse(sink, as_attachment=True, filename=f"{table.name}.xlsx", content_type=_XLSX)


def _cell(value: object) -> str:
    """A cell's text; what an office program would take for a formula is quoted (OWASP: CSV injection)."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) and not isinstance(value, int | float) else text
