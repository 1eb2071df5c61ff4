"""Forms of whoever keeps the base in order."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.errors import Invalid, NotAllowed


def refuse(form: forms.Form, refusal: NotAllowed) -> None:
    """Show what an action refused, beside the field that it names where the form has one."""
    fields = refusal.fields if isinstance(refusal, Invalid) else {}
    known = {name: text for name, text in fields.items() if name in form.fields}
    for name, text in known.items():
        form.add_error(name, str(text))
    if not known:
        form.add_error(None, str(refusal.message))


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("依据"), max_length=200, help_text=_("写明核对了什么，如证件原件、本人确认。")
    )


class PairForm(ReasonForm):
    """Whether two entries are one human being, and if so which of them stays."""

    keep = forms.ChoiceField(label=_("保留哪一份"), widget=forms.RadioSelect, required=False)

    def __init__(self, choices: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["keep"].choices = choices  # type: ignore[attr-defined]
        self.order_fields(["keep", "reason"])
