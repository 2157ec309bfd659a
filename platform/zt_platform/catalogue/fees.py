"""What is charged for an item, charge by charge, and the one notice of all charges of several items (F-07, K-02). Pure.

Amounts are whole fen (分). They belong to the item's version, so that a case is charged what was published when it began.
An item whose charge follows from something else, such as a tax rate, names none: the notice shows its words and leaves it
out of the sum.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Self

from zt_tenants.errors import InvalidInput
from zt_tenants.language import bi

FREE: Final = "不收费"
"""How the catalogue says that an item costs nothing."""
MOST_CHARGES: Final = 30
DEAREST: Final = 100_000_000_00
MOST_UNITS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Charge:
    """One charge of an item: how much (fen) for each of what.

    ``always``: everybody pays it once; others depend on the case.
    """

    name: str
    name_en: str
    amount: int
    unit: str
    unit_en: str
    always: bool = True

    @property
    def label(self) -> str:
        """The name in the active language."""
        return bi(self.name, self.name_en)

    @property
    def rate(self) -> str:
        """“100元/副” in the active language."""
        return bi("{sum}元/{unit}", "{sum} yuan per {unit}", sum=yuan(self.amount), unit=bi(self.unit, self.unit_en))

    def to_stored(self) -> dict[str, Any]:
        """As the version holds it."""
        return asdict(self)

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> Self:
        """From the version; what a later release added is left aside."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in stored.items() if name in known})


def checked_charges(fee: str, charges: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The charges as the version holds them. Raises InvalidInput(field="charges") for the first unsound one, and where an
    item that costs nothing names any."""
    if charges and fee.strip() == FREE:
        raise InvalidInput(
            field="charges", zh="不收费的事项不能列收费项目。", en="An item that costs nothing names no charges."
        )
    rows = []
    for position, stored in enumerate(charges[: MOST_CHARGES + 1], start=1):
        charge = Charge.from_stored({"name_en": "", "unit_en": "", **stored})
        texts = (charge.name, charge.name_en, charge.unit, charge.unit_en)
        whole = isinstance(charge.amount, int) and not isinstance(charge.amount, bool)
        sound = all(text.strip() for text in texts) and whole and 0 < charge.amount <= DEAREST
        if not sound or position > MOST_CHARGES:
            raise InvalidInput(
                field="charges",
                zh="第{n}项收费不完整：请写明名称、单位（中英文）和以分为单位的金额。",
                en="Charge {n} is incomplete: name and unit in both languages, and an amount in whole fen.",
                n=position,
            )
        rows.append(charge.to_stored())
    return rows


def yuan(fen: int) -> str:
    """An amount in yuan as people write it: 120, 12.50."""
    whole, rest = divmod(fen, 100)
    return f"{whole}.{rest:02d}" if rest else str(whole)


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """One charge on the notice: how many, and what that comes to (fen). ``key`` names its field on the page."""

    key: str
    charge: Charge
    quantity: int

    @property
    def sum(self) -> int:
        """Fen."""
        return self.charge.amount * self.quantity

    @property
    def sum_text(self) -> str:
        """In yuan."""
        return yuan(self.sum)


@dataclass(frozen=True, slots=True)
class ChargedItem:
    """One item on the notice: who charges, what its version says in words, by what basis, and its charges."""

    code: str
    name: str
    department: str
    fee: str
    basis: str
    lines: Sequence[ChargeLine]

    @property
    def free(self) -> bool:
        """It costs nothing."""
        return self.fee == FREE

    @property
    def open_amount(self) -> bool:
        """It costs something that only the deciding department can work out."""
        return not self.free and not self.lines

    @property
    def sum(self) -> int:
        """Fen."""
        return sum(line.sum for line in self.lines)


@dataclass(frozen=True, slots=True)
class FeeNotice:
    """一揽子收费告知单: everything that is charged for what somebody wants to do."""

    items: Sequence[ChargedItem]

    @property
    def total(self) -> int:
        """Fen; without what has no amount of its own."""
        return sum(item.sum for item in self.items)

    @property
    def total_text(self) -> str:
        """In yuan."""
        return yuan(self.total)

    @property
    def left_out(self) -> list[str]:
        """The names of items that cost something that the sum does not hold."""
        return [item.name for item in self.items if item.open_amount]


def charge_lines(code: str, charges: Sequence[Mapping[str, Any]], asked: Mapping[str, int]) -> list[ChargeLine]:
    """The charges of an item with the quantities asked for; those that everybody pays count once where none is given."""
    lines = []
    for position, stored in enumerate(charges):
        charge, key = Charge.from_stored(stored), f"n.{code}.{position}"
        quantity = asked.get(key, 1 if charge.always else 0)
        lines.append(ChargeLine(key, charge, max(0, min(quantity, MOST_UNITS))))
    return lines
