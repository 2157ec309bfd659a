"""Model fields that seal what they store, and JSON columns that an older release may leave out."""

from __future__ import annotations

import json
from typing import Any

from django.db import models

from zt_tenants.vault import open_sealed, seal


class SealedTextField(models.BinaryField):  # type: ignore[type-arg]
    """A text in Python, sealed bytes in the database (:mod:`zt_tenants.vault`); bound to ``app.model.field``.

    It cannot be searched: keep a blind index beside it where look-ups are needed.
    """

    description = "Sealed text"

    @property
    def purpose(self) -> str:
        """What the seal is bound to."""
        return f"{self.model._meta.label_lower}.{self.name}"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None:
            return None
        return super().get_db_prep_value(seal(self.to_text(value), purpose=self.purpose), connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else self.from_text(open_sealed(bytes(value), purpose=self.purpose))

    def get_default(self) -> Any:
        return models.Field.get_default(self)

    def value_to_string(self, obj: models.Model) -> str:
        return self.to_text(self.value_from_object(obj))

    def to_python(self, value: Any) -> Any:
        return value

    def to_text(self, value: Any) -> str:
        """What is sealed for a Python value."""
        return str(value)

    def from_text(self, text: str) -> Any:
        """The Python value of an opened text."""
        return text


class SealedJSONField(SealedTextField):
    """A JSON value in Python (dict or list), sealed in the database."""

    description = "Sealed JSON"

    def to_text(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)

    def from_text(self, text: str) -> Any:
        return json.loads(text)


def json_object(help_text: str) -> models.JSONField[Any, Any]:
    """A column with a JSON object: ``{}`` in Python and, for rows that an older release writes, in the database."""
    return models.JSONField(blank=True, default=dict, db_default=_empty({}), help_text=help_text)


def json_list(help_text: str) -> models.JSONField[Any, Any]:
    """A column with a JSON list: ``[]`` in Python and, for rows that an older release writes, in the database."""
    return models.JSONField(blank=True, default=list, db_default=_empty([]), help_text=help_text)


def _empty(value: dict[str, Any] | list[Any]) -> models.Value:
    return models.Value(value, output_field=models.JSONField())
