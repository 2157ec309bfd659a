"""What all forms of pages have in common. They check presence and shape; the commands behind them check everything else."""

from __future__ import annotations

from typing import Any

from django import forms

from zt_tenants.errors import DomainError
from zt_tenants.language import bilingual


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
