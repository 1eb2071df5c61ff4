"""The questions of an item as Django forms: what is asked comes from the catalogue, never from the browser."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from community.governance.models import StationCoverage
from servicehall.models import ItemVersion
from servicehall.models.catalogue import in_language


class SituationForm(forms.Form):
    """情形: a few choices that decide which papers and questions follow. Optional on the guide page."""

    def __init__(self, version: ItemVersion, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        for question in version.content.get("situations") or []:
            self.fields[question["key"]] = forms.ChoiceField(
                label=in_language(question["question"]),
                choices=[(o["value"], in_language(o["label"])) for o in question["options"]],
                widget=forms.RadioSelect,
                required=False,
            )

    def chosen(self) -> dict[str, str]:
        """The answers that are among the options, by question."""
        if not self.is_bound:
            return {}
        self.is_valid()
        return {key: value for key, value in self.cleaned_data.items() if value}


class StationForm(forms.Form):
    """Where do you live: communities under their streets; the answer leads to the station's page."""

    community = forms.ChoiceField(label=_("您住在哪个社区？"), required=True)

    def __init__(
        self, coverages: Iterable[StationCoverage], chosen: StationCoverage | None = None
    ) -> None:
        super().__init__(initial={"community": chosen.community.code if chosen else ""})
        streets: dict[str, list[tuple[str, str]]] = {}
        for coverage in coverages:
            place = coverage.community
            street = place.parent.label if place.parent else ""
            streets.setdefault(street, []).append((place.code, place.label))
        self.fields["community"].choices = [("", _("请选择")), *streets.items()]  # type: ignore[attr-defined]
