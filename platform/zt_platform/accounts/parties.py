"""An applicant by value: what a case keeps (sealed) and what travels to another centre, which has none of our accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from zt_platform.accounts.models import Account, Authorisation
from zt_platform.accounts.rules import mask_name, mask_number, mask_phone
from zt_tenants.errors import InvalidInput


class IdType(StrEnum):
    """What identifies a party."""

    RESIDENT_ID = "RESIDENT_ID"
    USCC = "USCC"


@dataclass(frozen=True, slots=True)
class Party:
    """A person, or a legal person with the agent who acts for it (申请人/代理人).

    ``verified`` says whether a clerk or a data service has proven the identity and, for a legal person, the
    authorisation. The agent fields are empty when a person applies for himself.
    """

    name: str
    id_type: IdType
    id_number: str
    phone: str
    verified: bool
    agent_name: str = ""
    agent_id_number: str = ""
    agent_phone: str = ""
    authorised_until: str = ""

    @classmethod
    def for_person(cls, account: Account) -> Party:
        """The person whose account it is. Raises InvalidInput(field="resident_id") when none was given yet."""
        if not account.resident_id:
            raise InvalidInput(
                field="resident_id",
                zh="请先在“我的账户”中填写身份证号码。",
                en="Enter your resident id in “My account” first.",
            )
        return cls(
            name=account.full_name,
            id_type=IdType.RESIDENT_ID,
            id_number=account.resident_id,
            phone=account.phone,
            verified=account.is_verified,
        )

    @classmethod
    def for_organisation(cls, account: Account, authorisation: Authorisation, *, today: date) -> Party:
        """The legal person for which the account acts.

        Raises InvalidInput(field="authorisation_id") when the authorisation is revoked or outside its dates.
        """
        live = authorisation.revoked_at is None and authorisation.account_id == account.id
        if not live or not authorisation.valid_from <= today <= authorisation.valid_until:
            raise InvalidInput(
                field="authorisation_id",
                zh="该单位的授权不在有效期内，请重新登记授权。",
                en="The authorisation for this organisation is not valid today; enter a new one.",
            )
        return cls(
            name=authorisation.organisation_name,
            id_type=IdType.USCC,
            id_number=authorisation.uscc,
            phone=account.phone,
            verified=account.is_verified and authorisation.is_verified,
            agent_name=account.full_name,
            agent_id_number=account.resident_id or "",
            agent_phone=account.phone,
            authorised_until=authorisation.valid_until.isoformat(),
        )

    @property
    def masked_name(self) -> str:
        """The name as others see it; a legal person's is public."""
        return self.name if self.id_type == IdType.USCC else mask_name(self.name)

    @property
    def masked_id(self) -> str:
        """The identifying number as others see it."""
        return mask_number(self.id_number)

    @property
    def masked_phone(self) -> str:
        """The telephone number as others see it."""
        return mask_phone(self.phone)

    def to_payload(self) -> dict[str, Any]:
        """A JSON object; :meth:`from_payload` reads it."""
        return {**asdict(self), "id_type": str(self.id_type)}

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Party:
        """The party in a JSON object. Raises InvalidInput(field="applicant") when it is not one."""
        try:
            return cls(
                name=str(payload["name"]),
                id_type=IdType(payload["id_type"]),
                id_number=str(payload["id_number"]),
                phone=str(payload["phone"]),
                verified=payload["verified"] is True,
                agent_name=str(payload.get("agent_name", "")),
                agent_id_number=str(payload.get("agent_id_number", "")),
                agent_phone=str(payload.get("agent_phone", "")),
                authorised_until=str(payload.get("authorised_until", "")),
            )
        except (KeyError, ValueError, TypeError) as wrong:
            raise InvalidInput(
                field="applicant", zh="申请人信息不完整。", en="The applicant's data are incomplete."
            ) from wrong
