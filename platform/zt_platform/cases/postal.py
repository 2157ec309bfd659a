"""A result by post: to whom, by which carrier, when it left and when it came back. Pure; lies sealed in the case."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from zt_platform.accounts.rules import full_name, mobile_phone
from zt_platform.cases.models import Case
from zt_platform.cases.vocabulary import DeliveryMethod
from zt_tenants.errors import InvalidInput

POST_NUMBER: Final = re.compile(r"[A-Z0-9]{8,30}")
SHORTEST_ADDRESS, LONGEST_ADDRESS, LONGEST_CARRIER = 6, 200, 40


@dataclass(frozen=True, slots=True)
class Postal:
    """Where a result goes by post. What begins with ``posted`` is empty until it left, ``returned`` until it came back."""

    recipient: str
    phone: str
    address: str
    carrier: str = ""
    post_number: str = ""
    posted_at: str = ""
    returned_at: str = ""
    return_reason: str = ""

    def to_stored(self) -> dict[str, str]:
        """As ``Case.delivery`` holds it."""
        return asdict(self)

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> Self:
        """From ``Case.delivery``."""
        return cls(**{name: str(stored.get(name, "")) for name in cls.__slots__})

    @property
    def address_payload(self) -> dict[str, str]:
        """What a message to the centre that delivers carries."""
        return {"recipient": self.recipient, "phone": self.phone, "address": self.address}


def postal_of(case: Case) -> Postal | None:
    """Where the result of a case goes by post, or went; None when no address was ever given."""
    return Postal.from_stored(case.delivery) if case.delivery else None


def is_by_post(case: Case) -> bool:
    """Whether the applicant wants the result by post now."""
    return case.delivery_method == DeliveryMethod.POST


def checked_address(recipient: str, phone: str, address: str) -> Postal:
    """An address that a parcel can be sent to. Raises InvalidInput naming the field."""
    place = " ".join(address.split())
    if not SHORTEST_ADDRESS <= len(place) <= LONGEST_ADDRESS:
        raise InvalidInput(
            field="address",
            zh="请填写详细地址：省、市、县（区）、街道和门牌号。",
            en="Give the full address: province, city, county, street and number.",
        )
    return Postal(
        recipient=full_name(recipient, field="recipient"), phone=mobile_phone(phone, field="phone"), address=place
    )


def checked_parcel(carrier: str, post_number: str) -> tuple[str, str]:
    """Carrier and its number as they are kept. Raises InvalidInput naming the field."""
    name, number = carrier.strip(), re.sub(r"[\s\-]", "", post_number).upper()
    if not 0 < len(name) <= LONGEST_CARRIER:
        raise InvalidInput(field="carrier", zh="请填写承运单位，例如邮政EMS。", en="Name the carrier, EMS for example.")
    if not POST_NUMBER.fullmatch(number):
        raise InvalidInput(
            field="post_number",
            zh="邮件号码有误，应为8至30位字母和数字，请对照面单核对。",
            en="The carrier's number has 8 to 30 letters and digits; compare it with the label.",
        )
    return name, number
