"""Django forms as accessible markup: label, hint, error, control, all tied together by ids."""

import copy
import json
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

register = template.Library()

CHOICES = (forms.RadioSelect, forms.CheckboxSelectMultiple)


def _widget(bound: BoundField) -> forms.Widget:
    """The control as phones like it: native date picker, number pad without spinner."""
    widget: forms.Widget = copy.copy(bound.field.widget)
    widget.attrs = dict(widget.attrs)
    if isinstance(widget, forms.DateInput) and widget.input_type == "text":
        widget.input_type, widget.format = "date", "%Y-%m-%d"
    elif isinstance(widget, forms.NumberInput):
        widget.input_type = "text"
        is_whole = isinstance(bound.field, forms.IntegerField) and not isinstance(
            bound.field, forms.FloatField | forms.DecimalField
        )
        widget.attrs.setdefault("inputmode", "numeric" if is_whole else "decimal")
        for rule in ("min", "max", "step"):
            widget.attrs.pop(rule, None)  # the form says it in words, in the reader's language
    return widget


def _kind(bound: BoundField) -> str:
    widget = bound.field.widget
    if isinstance(widget, CHOICES):
        return "choices"
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, forms.FileInput):
        return "file"
    return (
        "select"
        if isinstance(widget, forms.Select)
        else "textarea"
        if isinstance(widget, forms.Textarea)
        else "text"
    )


def _first_id(bound: BoundField) -> str:
    """Where a link from the error summary lands: the control, or the first of its choices."""
    base = bound.id_for_label or bound.auto_id
    return f"{bound.auto_id}_0" if isinstance(bound.field.widget, CHOICES) else str(base)


REQUIRED = {
    "choices": _("请选择：%(label)s"),
    "select": _("请选择：%(label)s"),
    "check": _("请勾选：%(label)s"),
    "file": _("请上传：%(label)s"),
}


def _errors(bound: BoundField, label: str | Promise) -> list[str]:
    """What is wrong, in words that name the question; "this field is required" helps nobody."""
    plain = str(forms.Field.default_error_messages["required"])
    asked = REQUIRED.get(_kind(bound), _("请填写：%(label)s")) % {"label": label}
    return [asked if text == plain else str(text) for text in bound.errors]


@register.simple_tag
def field(
    bound: BoundField,
    *,
    label: str | Promise = "",
    hint: str | Promise = "",
    prefix: str | Promise = "",
    suffix: str | Promise = "",
    source: str | Promise = "",
    width: str = "",
    as_title: bool = False,
    **attributes: Any,
) -> SafeString:
    """One question with its control.

    prefix / suffix: what stands at the control ("¥", "元"); source: where a known value comes from; width: short |
    medium | "" (full); as_title: the label is the heading of a page that asks one thing. Attributes go to the control.
    A field with `is_wanted` may stay open for now and is not called optional.
    """
    kind = _kind(bound)
    hint = hint or bound.help_text
    described = [
        f"{bound.auto_id}_{part}"
        for part, is_there in (("hint", hint), ("source", source), ("error", bound.errors))
        if is_there
    ]
    attrs = {name.replace("_", "-"): value for name, value in attributes.items()}
    attrs["class"] = f"control control--{kind}" + (f" control--{width}" if width else "")
    if described and kind != "choices":
        attrs["aria-describedby"] = " ".join(described)
    is_group = kind == "choices"
    return render_to_string(
        "ui/field.html",
        {
            "bound": bound,
            "kind": kind,
            "label": label or bound.label,
            "hint": hint,
            "prefix": prefix,
            "suffix": suffix,
            "source": source,
            "as_title": as_title,
            "errors": _errors(bound, label or bound.label),
            "first_id": _first_id(bound),
            "described": " ".join(described),
            "control": "" if is_group else bound.as_widget(widget=_widget(bound), attrs=attrs),
            "needs_one": is_group and bound.field.required,
            "options": list(bound.subwidgets) if is_group else [],
            "is_optional": not bound.field.required
            and kind != "check"
            and not getattr(bound.field, "is_wanted", False),
        },
    )


@register.simple_tag
def form_fields(form: forms.BaseForm) -> SafeString:
    """Every question of a form in its order, hidden ones included.

    `when` on a field is a rule over the names of other controls: catalogue/when.js shows it when the rule holds.
    """
    rules = [getattr(bound.field, "when", None) for bound in form.visible_fields()]
    rows = [
        (bound, json.dumps(rule) if rule else "")
        for bound, rule in zip(form.visible_fields(), rules, strict=True)
    ]
    has_rules = any(rules)
    return render_to_string(
        "ui/form_fields.html", {"form": form, "rows": rows, "has_rules": has_rules}
    )


@register.simple_tag
def error_summary(*all_forms: forms.BaseForm | list[forms.BaseForm]) -> SafeString | str:
    """What is wrong, on top of the page, each line a link to its question. Nothing when nothing is wrong."""
    flat = [f for each in all_forms for f in (each if isinstance(each, list) else [each])]
    bound = [form for form in flat if form.is_bound]
    lines = [{"text": text, "target": ""} for form in bound for text in form.non_field_errors()]
    lines += [
        {"text": text, "target": _first_id(question)}
        for form in bound
        for question in form
        for text in _errors(question, question.label)
    ]
    return render_to_string("ui/error_summary.html", {"lines": lines}) if lines else ""
