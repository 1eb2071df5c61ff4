"""What a form tells its fields once it knows who asks and about what."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms


def offer(form: forms.BaseForm, name: str, choices: Iterable[Any]) -> None:
    """What may be chosen: pairs of value and label, or groups of them."""
    cast(forms.ChoiceField, form.fields[name]).choices = list(choices)


def want(field: forms.Field) -> None:
    """It may stay open for now, or another may stand in for it; it is not called optional (`ui_forms.field`)."""
    field.is_wanted = True  # type: ignore[attr-defined]  # a mark of ours, which Django does not know
