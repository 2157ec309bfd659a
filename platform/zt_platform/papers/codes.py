"""The code by which anybody verifies a paper: the issuing centre's code and 74 random bits that a person can type.

``340100-7K3M-9QXT-2WBD-VN4C``: 31 digits and letters without I, L, O, U and Z, so that nothing is misread; the last one
is a check over all others, which finds every single wrong character and every swap of neighbours. The code carries the
centre: no index of all papers is needed to find one.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from dataclasses import dataclass

from zt_platform.papers.errors import InvalidVerifyCode

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXY"
_RANDOM = 15
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "Z": "2"})
_CODE = re.compile(rf"(?P<centre>\d{{6}}(?:\d{{3}})?)(?P<secret>[{ALPHABET}]{{{_RANDOM + 1}}})", re.ASCII)
IN_METADATA = re.compile(rb"zt-verify:([0-9]{6,9}(?:-[0-9A-Z]{4}){4})")
"""How the code stands in the metadata of the PDF file, which PDF/A leaves uncompressed."""


@dataclass(frozen=True, slots=True)
class VerifyCode:
    """A well-formed code; whether there is such a paper only the centre knows."""

    centre_code: str
    secret: str

    def __str__(self) -> str:
        groups = [self.secret[start : start + 4] for start in range(0, len(self.secret), 4)]
        return "-".join([self.centre_code, *groups])


def new_code(centre_code: str) -> VerifyCode:
    """A fresh, unguessable code of a centre."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(_RANDOM))
    return VerifyCode(centre_code, drawn + _check(centre_code + drawn))


def parse_code(text: str) -> VerifyCode:
    """Read a code as a person types it: any case, spaces or hyphens anywhere, full width, O for 0, I and L for 1, Z
    for 2.

    Raises InvalidVerifyCode (field ``code``): not a code, or mistyped.
    """
    plain = re.sub(r"[\s\-‐-―_.]", "", unicodedata.normalize("NFKC", text)).upper().translate(_MISREAD)
    for length in (9, 6):
        found = _CODE.fullmatch(plain)
        if found and len(found["centre"]) == length and _check(plain[:-1]) == plain[-1]:
            return VerifyCode(found["centre"], found["secret"])
    raise InvalidVerifyCode(field="code")


def _check(text: str) -> str:
    """A weighted sum modulo 31, which is prime and the alphabet's size: no single change and no swap keeps it."""
    total = sum(weight * ALPHABET.index(character) for weight, character in enumerate(text, start=1))
    return ALPHABET[total % len(ALPHABET)]
