"""What all forms of pages have in common. They check presence and shape; the commands behind them check everything else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import FileExtensionValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from zt_platform.texts import LONGEST_TEXT
from zt_storage.uploads import put_bytes
from zt_tenants.errors import DomainError
from zt_tenants.language import bilingual

FILE_TYPES = ("pdf", "jpg", "jpeg", "png")
"""Endings of files that people add to what they write."""


class _SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once: PDF or photographs unless ``validators`` says otherwise."""

    widget = _SeveralFiles

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"validators": [FileExtensionValidator(FILE_TYPES)], **kwargs})

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Each of them, checked like one."""
        given = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(FilesField, self).clean(one, initial) for one in given]


def stored_files(given: Iterable[UploadedFile[Any]], owner_account_id: UUID | None) -> list[int]:
    """Keys of the files that came with a form, now in the store. Raises what ``put_bytes`` raises."""
    return [
        put_bytes(
            data=file.read(),
            file_name=file.name or "file",
            content_type=str(getattr(file, "content_type", "")),
            owner_account_id=owner_account_id,
        ).pk
        for file in given
    ]


def text_field(
    zh: str,
    en: str,
    *,
    help_zh: str = "",
    help_en: str = "",
    required: bool = True,
    rows: int = 4,
    longest: int = LONGEST_TEXT,
) -> forms.CharField:
    """A field for several lines of text; ``longest`` in characters."""
    return forms.CharField(
        label=bilingual(zh, en),
        required=required,
        max_length=longest,
        help_text=bilingual(help_zh, help_en) if help_zh else "",
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class PlainForm(forms.Form):
    """A form whose errors name the field and say what to fill in, in the reader's language."""

    use_required_attribute = False  # the browser's own bubbles replace neither summary nor translation

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.error_messages["required"] = bilingual("请填写“{name}”。", "Fill in “{name}”.", name=field.label)

    def refuse(self, error: DomainError) -> None:
        """Show what a command refused, beside its field when it named one."""
        self.add_error(error.field if error.field in self.fields else None, error.text())


_P = ParamSpec("_P")
_View = Callable[Concatenate[HttpRequest, _P], HttpResponse]


def part_of_page(address: Callable[[], str]) -> Callable[[_View[_P]], _View[_P]]:
    """For a view that takes one of the forms of a page and shows that page again with what is wrong.

    The address in the bar is then the form's own; a reload, a bookmark or a change of language opens it without a form
    and leads to the page (RFC 9110, 15.4.3) instead of ending nowhere.
    """

    def decorate(view: _View[_P]) -> _View[_P]:
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(view)
        def answer(request: HttpRequest, /, *args: _P.args, **kwargs: _P.kwargs) -> HttpResponse:
            return view(request, *args, **kwargs) if request.method == "POST" else redirect(address())

        return answer

    return decorate
