"""Forms of the pages of this room."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from zt_platform.forms import PlainForm
from zt_platform.organisation.roles import Role
from zt_tenants.language import bi, bilingual


class SignInForm(PlainForm):
    """Username and password."""

    username = forms.CharField(
        label=bilingual("用户名", "Username"),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=bilingual("密码", "Password"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class RegisterForm(PlainForm):
    """What an account needs; the resident id may come later, at a window."""

    full_name = forms.CharField(
        label=bilingual("姓名", "Full name"),
        max_length=60,
        help_text=bilingual("与身份证上的一致", "As on your identity card"),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = forms.CharField(
        label=bilingual("手机号码", "Mobile phone"),
        max_length=20,
        help_text=bilingual("查进度时要用它的最后四位", "Its last four digits are needed to look up progress"),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    resident_id = forms.CharField(
        label=bilingual("身份证号码", "Resident id number"),
        max_length=24,
        required=False,
        help_text=bilingual(
            "加密保存，页面上只显示首尾几位。到窗口核验之前标为“未核验”。",
            "Kept encrypted and shown masked; marked unverified until a window has checked it.",
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    username = forms.CharField(
        label=bilingual("用户名", "Username"),
        max_length=64,
        help_text=bilingual("3个以上小写字母或数字", "Three or more lower-case letters or digits"),
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=bilingual("密码", "Password"),
        max_length=128,
        strip=False,
        help_text=bilingual("至少10个字符，不要用生日和电话", "At least ten characters; no birthday, no phone number"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class ResidentIdForm(PlainForm):
    """The number that was left out at registration."""

    resident_id = forms.CharField(
        label=bilingual("身份证号码", "Resident id number"),
        max_length=24,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class CardForm(PlainForm):
    """What the clerk reads from the identity card on the counter; the phone finds an account without a number."""

    resident_id = forms.CharField(
        label=bilingual("身份证号码", "Resident id number"),
        max_length=24,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    full_name = forms.CharField(
        label=bilingual("证件上的姓名", "Name on the card"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    phone = forms.CharField(
        label=bilingual("账户登记的手机号码", "Mobile phone of the account"),
        max_length=20,
        required=False,
        help_text=bilingual("账户还没有登记身份证号码时才要填", "Only when the account has no resident id yet"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )


class AuthorisationForm(PlainForm):
    """For which legal person the account acts, and until when."""

    organisation_name = forms.CharField(label=bilingual("单位名称", "Name of the organisation"), max_length=120)
    uscc = forms.CharField(
        label=bilingual("统一社会信用代码", "Unified social credit code"),
        max_length=24,
        help_text=bilingual("营业执照上的18位代码", "The 18 characters on the business licence"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )
    valid_from = forms.DateField(
        label=bilingual("授权从哪天起", "Valid from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    valid_until = forms.DateField(
        label=bilingual("到哪天止", "Valid until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class PostForm(PlainForm):
    """A post for somebody who has an account: where, and with which roles."""

    username = forms.CharField(
        label=bilingual("用户名", "Username"),
        max_length=64,
        help_text=bilingual("本人注册时用的用户名", "As chosen when registering"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    full_name = forms.CharField(
        label=bilingual("姓名", "Full name"),
        max_length=60,
        help_text=bilingual("与账户上的一致，防止设错人", "As in the account, so that nobody else is meant"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    roles = forms.MultipleChoiceField(
        label=bilingual("岗位", "Roles"), choices=Role.choices, widget=forms.CheckboxSelectMultiple
    )
    department_code = forms.ChoiceField(label=bilingual("部门", "Department"), required=False)
    window_code = forms.ChoiceField(label=bilingual("窗口", "Window"), required=False)

    def __init__(
        self, data: Any = None, *, departments: Iterable[tuple[str, str]], windows: Iterable[tuple[str, str]]
    ) -> None:
        super().__init__(data)
        for name, offered in (("department_code", departments), ("window_code", windows)):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = [("", bi("不属于某一个", "None in particular")), *offered]


class RolesForm(PlainForm):
    """The roles of a post."""

    roles = forms.MultipleChoiceField(
        label=bilingual("岗位", "Roles"), choices=Role.choices, widget=forms.CheckboxSelectMultiple
    )
