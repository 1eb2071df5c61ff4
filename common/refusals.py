"""How a form shows what an action refused: beside the field that is named, else above all fields."""

from django import forms

from common.errors import Conflict, Invalid, NotAllowed


def refuse(form: forms.Form, refusal: NotAllowed) -> int:
    """Put the refusal where it belongs; the status of the answer: 409 where the row moved on, else 422."""
    fields = refusal.fields if isinstance(refusal, Invalid) else {}
    named = {name: text for name, text in fields.items() if name in form.fields}
    for name, text in named.items():
        form.add_error(name, str(text))
    if not named:
        form.add_error(None, str(refusal.message))
    return 409 if isinstance(refusal, Conflict) else 422


class TakingForm(forms.Form):
    """Takes the refusal of an action back to where it belongs."""

    def take(self, refusal: NotAllowed) -> int:
        return refuse(self, refusal)

    def take_focus(self) -> None:
        """The first field has the focus when the page opens: whoever pressed the button begins to write."""
        for first in self.fields.values():
            first.widget.attrs["autofocus"] = True
            break
