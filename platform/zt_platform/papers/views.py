"""The public verify page: by the QR code, by number and code, or by the file itself."""

from __future__ import annotations

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from zt_platform.accounts.errors import TooManyTries
from zt_platform.accounts.sessions import client_address
from zt_platform.papers import queries
from zt_platform.papers.errors import InvalidVerifyCode, NotOurPaper
from zt_platform.papers.queries import MAX_PAPER_BYTES, Verification
from zt_tenants.language import bi, bilingual


class VerifyForm(forms.Form):
    """Code and number as printed, or the file."""

    use_required_attribute = False
    code = forms.CharField(
        label=bilingual("核验码", "Verification code"),
        required=False,
        max_length=60,
        help_text=bilingual(
            "在文书左下角二维码旁边；上传PDF文件就不用填", "Beside the QR code; not needed with the file"
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    number = forms.CharField(
        label=bilingual("文书编号", "Number of the paper"),
        required=False,
        max_length=80,
        help_text=bilingual("例如 合自然资受〔2026〕00017号，填了就一并核对", "Compared as well when given"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    file = forms.FileField(
        label=bilingual("文书PDF文件", "The paper's PDF file"),
        required=False,
        help_text=bilingual(
            "上传原始文件，逐字节核对；文件不会被保存", "The original file is compared byte by byte; it is not kept"
        ),
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf"}),
    )

    def clean_file(self) -> UploadedFile[bytes] | None:
        """Small enough to be one of ours."""
        file: UploadedFile[bytes] | None = self.cleaned_data["file"]
        if file is not None and (file.size or 0) > MAX_PAPER_BYTES:
            raise forms.ValidationError(
                bi("文件超过5MB，不是本平台的文书。", "The file is larger than 5 MB: not one of our papers.")
            )
        return file

    def clean(self) -> None:
        """Either the code or the file."""
        if not self.errors and not self.cleaned_data.get("code") and not self.cleaned_data.get("file"):
            self.add_error("code", bi("请输入核验码，或者上传PDF文件。", "Type the code, or choose the PDF file."))


@never_cache
@require_http_methods(["GET", "POST"])
def verify_form(request: HttpRequest) -> HttpResponse:
    """Code and number, or the file."""
    posted = request.method == "POST"
    form = VerifyForm(request.POST, request.FILES) if posted else VerifyForm()
    if posted and form.is_valid():
        try:
            found = _verified(form, client_address(request))
        except InvalidVerifyCode as wrong:
            form.add_error("code", wrong.text())
        except NotOurPaper as wrong:
            form.add_error("file", wrong.text())
        except TooManyTries as refused:
            form.add_error(None, refused.text())
        else:
            return _answer(request, found)
    return render(request, "papers/verify.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@require_GET
def verify_code(request: HttpRequest, code: str) -> HttpResponse:
    """What the QR code opens."""
    try:
        return _answer(request, queries.verify(code=code, address=client_address(request)))
    except InvalidVerifyCode as wrong:
        form = VerifyForm({"code": code})
        form.full_clean()
        form.add_error("code", wrong.text())
        return render(request, "papers/verify.html", {"form": form}, status=422)
    except TooManyTries as refused:
        form = VerifyForm({"code": code})
        form.full_clean()
        form.add_error(None, refused.text())
        return render(request, "papers/verify.html", {"form": form}, status=429)


def _verified(form: VerifyForm, address: str) -> Verification:
    code, number, file = (form.cleaned_data[name] for name in ("code", "number", "file"))
    if file is not None:
        return queries.verify_file(chunks=file.chunks(), address=address, code=code, number=number)
    return queries.verify(code=code, number=number, address=address)


def _answer(request: HttpRequest, found: Verification) -> HttpResponse:
    return render(request, "papers/verified.html", {"found": found, "verdict": found.verdict})
