"""Rules about people's data: what a valid number is and how it is shown. Pure: the date is passed in.

A valid check digit proves nothing about the person (domain.md): an identity stays *unverified* until a clerk or a data
service proves it.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

from zt_tenants.errors import InvalidInput

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,63}")
MOBILE = re.compile(r"1[3-9][0-9]{9}")
PASSWORD_LENGTH = range(10, 129)
OLDEST_AGE_YEARS = 130
_PROVINCES = "1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]"
_RESIDENT_ID = re.compile(rf"(?:{_PROVINCES})[0-9]{{15}}[0-9X]")


def normalised(text: str) -> str:
    """NFKC (full-width digits become plain), without spaces and hyphens, upper case: the form numbers are kept in."""
    return re.sub(r"[\s\-‐-―]", "", unicodedata.normalize("NFKC", text)).upper()


def resident_id(number: str, *, today: date, field: str = "resident_id") -> str:
    """The normalised resident identity number (居民身份证号码, GB 11643-1999).

    Eighteen characters, a province (with 71 and 81 to 83 for residents from Taiwan, Hong Kong and Macao), a real birth
    date that does not lie in the future, the check digit of ISO 7064 MOD 11-2. The county is not looked up: the number
    was given when the person was first registered, often decades after the birth and after a renaming, and lists of
    divisions lag behind. Raises InvalidInput naming ``field``.
    """
    number = normalised(number)
    if not _RESIDENT_ID.fullmatch(number):
        raise InvalidInput(
            field=field,
            zh="身份证号码格式有误，应为18位居民身份证号码。",
            en="This is not an 18-character resident id number.",
        )
    if resident_check_digit(number[:17]) != number[17]:
        raise InvalidInput(
            field=field,
            zh="身份证号码校验位不符，请核对每一位数字。",
            en="The check digit of the resident id does not match; compare every digit.",
        )
    impossible = InvalidInput(
        field=field,
        zh="身份证号码中的出生日期不成立，请核对第7至14位。",
        en="The birth date in the resident id is impossible; check digits 7 to 14.",
    )
    try:
        born = birth_date(number)
    except ValidationError as wrong:
        raise impossible from wrong
    if born > today or born.year < today.year - OLDEST_AGE_YEARS:
        raise impossible
    return number


def resident_check_digit(first_seventeen: str) -> str:
    """The check digit of a resident id (ISO 7064 MOD 11-2): a digit or X."""
    return str(ric.calc_check_digit(first_seventeen + "0"))


def birth_date(valid_resident_id: str) -> date:
    """The birth date inside a valid resident id."""
    born = ric.get_birth_date(valid_resident_id)
    return date(born.year, born.month, born.day)


def credit_code(number: str, *, field: str = "uscc") -> str:
    """The normalised unified social credit code (统一社会信用代码, GB 32100-2015). Raises InvalidInput."""
    number = normalised(number)
    try:
        return str(uscc.validate(number))
    except ValidationError as wrong:
        raise InvalidInput(
            field=field,
            zh="统一社会信用代码有误，应为营业执照上的18位代码。",
            en="This is not a valid unified social credit code; copy the 18 characters from the licence.",
        ) from wrong


def mobile_phone(number: str, *, field: str = "phone") -> str:
    """The normalised mainland mobile number: eleven digits without country code. Raises InvalidInput."""
    number = normalised(number)
    for prefix in ("+86", "0086"):
        number = number.removeprefix(prefix)
    if not MOBILE.fullmatch(number):
        raise InvalidInput(
            field=field, zh="手机号码有误，应为11位手机号码。", en="This is not an 11-digit mobile phone number."
        )
    return number


def phone_tail(phone: str) -> str:
    """The last four digits, with which a case is tracked without signing in (E-10)."""
    return phone[-4:]


def full_name(name: str, *, field: str = "full_name") -> str:
    """A person's or organisation's name, trimmed. Raises InvalidInput when empty, too long or with control characters."""
    name = " ".join(unicodedata.normalize("NFC", name).split())
    if not 2 <= len(name) <= 120 or any(unicodedata.category(character).startswith("C") for character in name):
        raise InvalidInput(field=field, zh="请填写姓名或名称(2至120个字)。", en="Give the name, 2 to 120 characters.")
    return name


def username(name: str, *, field: str = "username") -> str:
    """A login name: 3 to 64 of a–z, 0–9, dot, hyphen, underscore; lower case. Raises InvalidInput."""
    name = unicodedata.normalize("NFKC", name).strip().lower()
    if not USERNAME.fullmatch(name):
        raise InvalidInput(
            field=field,
            zh="用户名应为3至64位小写字母、数字、点、横线或下划线，并以字母或数字开头。",
            en="A username has 3 to 64 lower-case letters, digits, dots, hyphens or underscores.",
        )
    return name


def password(secret: str, *, username: str = "", common: frozenset[str] | None = None, field: str = "password") -> str:
    """An acceptable password (after NIST SP 800-63B: length and a list of known ones, no composition rules).

    10 to 128 characters, not the username, not among ``common`` passwords, more than one distinct character.
    Raises InvalidInput.
    """
    if len(secret) not in PASSWORD_LENGTH:
        raise InvalidInput(field=field, zh="密码长度应为10至128位。", en="A password has 10 to 128 characters.")
    lowered = secret.lower()
    if (username and username.lower() in lowered) or lowered in (common or frozenset()) or len(set(secret)) < 4:
        raise InvalidInput(
            field=field,
            zh="密码过于简单，请勿使用用户名或常见密码。",
            en="The password is too easy to guess: do not use your username or a well-known password.",
        )
    return secret


def mask_number(number: str) -> str:
    """A resident id or credit code as it is shown: four characters, stars, four characters."""
    return f"{number[:4]}{'*' * (len(number) - 8)}{number[-4:]}" if len(number) > 8 else "*" * len(number)


def mask_name(name: str) -> str:
    """A person's name as it is shown to others: family name and stars (张三丰 → 张**)."""
    return f"{name[:1]}{'*' * (len(name) - 1)}"


def mask_phone(phone: str) -> str:
    """A mobile number as it is shown: 138****5678."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 7 else "*" * len(phone)
