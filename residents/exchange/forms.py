"""Forms of the data clerk: a file, its columns, its codes, who somebody is, what holds of two claims."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from common.errors import Invalid
from common.refusals import TakingForm
from community.governance.models import Place
from residents.base.attributes import ATTRIBUTES
from residents.base.enums import RevealReason
from residents.base.models import SourceSystem
from residents.exchange.headings import COMMUNITY, Column


class FileForm(forms.Form):
    """What file, whose, of what day."""

    source = forms.ChoiceField(label=_("数据来源"), help_text=_("哪个部门的系统导出的。"))
    as_of = forms.DateField(
        label=_("数据截止日期"),
        help_text=_("名单反映的是哪一天的情况。来源不一致时要看日期，请不要随意填今天。"),
        widget=forms.DateInput,
    )
    community = forms.ChoiceField(
        label=_("新人员归入的社区"),
        required=False,
        help_text=_("只用于名单里没有写社区的新人员。"),
    )
    file = forms.FileField(
        label=_("文件"),
        help_text=_(".xlsx、.xls 或 .csv，不设密码、不带宏。"),
        allow_empty_file=True,
    )

    def __init__(
        self, sources: Iterable[SourceSystem], communities: Iterable[Place], *args: Any, **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        self.sources = {source.pk: source for source in sources}
        self.places = {place.code: place for place in communities}
        fields: Any = self.fields
        named = [(pk, str(source)) for pk, source in self.sources.items()]
        fields["source"].choices = [("", _("请选择")), *named]  # the first would be wrong unseen
        none = [("", _("不指定"))] if len(self.places) > 1 else []
        fields["community"].choices = [*none, *((c, p.label) for c, p in self.places.items())]

    def clean_as_of(self) -> date:
        day: date = self.cleaned_data["as_of"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("数据截止日期不能晚于今天。"))
        return day

    def arguments(self) -> dict[str, Any]:
        return {
            "source": self.sources[self.cleaned_data["source"]],
            "as_of": self.cleaned_data["as_of"],
            "community": self.places.get(self.cleaned_data["community"]),
        }


class ColumnsForm(forms.Form):
    """What each column carries; those that a rule keeps out have no field."""

    def __init__(self, columns: Sequence[Column], *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        choices = [
            ("", _("不读取")),
            *((key, attribute.label) for key, attribute in ATTRIBUTES.items()),
            (COMMUNITY, _("所属社区")),
        ]
        for column in columns:
            if not column.refused:
                self.fields[f"c{column.place}"] = forms.ChoiceField(
                    label=f"{column.letter} {column.heading}",
                    choices=choices,
                    required=False,
                    initial=column.target,
                    widget=forms.Select(attrs={"class": "control control--select"}),
                )

    def targets(self) -> dict[int, str]:
        return {int(name[1:]): value for name, value in self.cleaned_data.items() if value}


class CodesForm(forms.Form):
    """What the department's own codes mean."""

    def __init__(self, strange: dict[str, list[str]], known: Any, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.names: dict[str, tuple[str, str]] = {}
        for key, texts in strange.items():
            codes = [("", _("不认得，这些行算有错误")), *ATTRIBUTES[key].codes.items()]
            for place, text in enumerate(texts):
                name = f"{key}-{place}"
                self.names[name] = (key, text)
                self.fields[name] = forms.ChoiceField(
                    label=format_lazy(_("{where}：{text}"), where=ATTRIBUTES[key].label, text=text),
                    choices=codes,
                    required=False,
                    initial=known.get(key, {}).get(text, ""),
                )

    def codes(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for name, (key, text) in self.names.items():
            found.setdefault(key, {})[text] = self.cleaned_data[name]
        return found


class SettleForm(forms.Form):
    """Which source is right, or what is; and why. The values themselves stand in no form."""

    OTHER = "other"
    choice = forms.ChoiceField(label=_("以哪一个为准？"), widget=forms.RadioSelect)
    value = forms.CharField(
        label=_("核实后的内容"), max_length=160, required=False, help_text=_("都不对时填这里。")
    )
    note = forms.CharField(
        label=_("核实的经过或依据"), max_length=200, help_text=_("例如：核对户口簿原件。")
    )

    def __init__(self, attribute: str, options: Any, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.attribute = ATTRIBUTES[attribute]
        fields: Any = self.fields
        fields["choice"].choices = [*options, (self.OTHER, _("都不对，另填"))]
        if self.attribute.codes:
            codes = [("", "—"), *self.attribute.codes.items()]
            label, hint = fields["value"].label, fields["value"].help_text
            fields["value"] = forms.ChoiceField(
                label=label, help_text=hint, choices=codes, required=False
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("choice") == self.OTHER:
            try:
                if not data.get("value"):
                    self.add_error("value", _("请填写核实后的内容。"))
                else:
                    self.attribute.read(data["value"])
            except Invalid as error:
                self.add_error("value", str(error.message))
        return data


class ManyForm(TakingForm):
    """Which side of all the ticked conflicts is right, and why."""

    THEIRS = "theirs"
    side = forms.ChoiceField(
        label=_("勾选的以哪一方为准？"),
        choices=[("ours", _("保留现在采用的")), (THEIRS, _("采用另一方说的"))],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("核实的经过或依据"),
        max_length=200,
        help_text=_("每一张都记这一句。例如：已与名单报送人核对，名单是旧的。"),
    )


class ReasonForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("为什么要看完整内容？"),
        choices=RevealReason.choices,
        widget=forms.RadioSelect(attrs={"autofocus": True}),
    )
