"""Forms of what happens to people: short, one a verb. They clean; actions decide."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.forms import offer, want
from common.identity import InvalidIdNumber
from common.names import normalise_name
from community.governance.models import Place
from residents.base.documents import read_document
from residents.base.enums import OccupancyKind, Relation, Sex

RELATIONS = [(value, label) for value, label in Relation.choices if value not in {"01", "02"}]


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the household as a form offers him."""

    person_id: UUID
    name: str
    relation: str
    is_head: bool = False


@dataclass(frozen=True, slots=True)
class About:
    """What a form has to know: the person, his household, and where the viewer takes people in."""

    person_id: UUID
    members: Sequence[Member]
    communities: Sequence[Place]
    here: str  # code of the person's community

    @property
    def others(self) -> list[Member]:
        return [each for each in self.members if each.person_id != self.person_id]

    @property
    def is_head(self) -> bool:
        return any(each.is_head and each.person_id == self.person_id for each in self.members)


def _people(members: Iterable[Member]) -> list[tuple[str, str]]:
    return [(str(each.person_id), f"{each.name}（{each.relation}）") for each in members]


class ActForm(forms.Form):
    """The day on which it happened, and what proves it."""

    on = forms.DateField(label=_("发生日期"))
    paper = forms.CharField(
        label=_("凭据"),
        max_length=80,
        required=False,
        help_text=_("看过的证明、文书编号，如“户口簿”“出生医学证明”“租房合同”。不写证件号码。"),
    )
    order: Sequence[str] = ()

    def __init__(self, about: About, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.about = about
        self.prepare()
        self.order_fields(list(self.order))
        next(iter(self.fields.values())).widget.attrs["autofocus"] = True

    def prepare(self) -> None:
        """Offer what this person and this household allow."""

    def clean_on(self) -> date:
        day: date = self.cleaned_data["on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("发生日期不能晚于今天。"))
        return day

    def choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        offer(self, name, choices)

    def drop(self, *names: str) -> None:
        for name in names:
            del self.fields[name]

    def arguments(self) -> dict[str, Any]:
        """For the action."""
        return dict(self.cleaned_data)


def _id(text: str) -> UUID | None:
    return UUID(text) if text else None


class SuccessorForm(ActForm):
    """If the person heads others, one of them has to follow."""

    successor = forms.ChoiceField(label=_("新户主"), widget=forms.RadioSelect, required=False)

    def prepare(self) -> None:
        if self.about.is_head and self.about.others:
            self.choose("successor", _people(self.about.others))
        else:
            self.drop("successor")

    def arguments(self) -> dict[str, Any]:
        data = super().arguments()
        return data | {"successor": _id(data.get("successor", ""))}


class DeathForm(SuccessorForm):
    order = ("on", "paper", "successor")

    def prepare(self) -> None:
        super().prepare()
        if "successor" in self.fields:
            self.fields["successor"].required = True


class MoveOutForm(SuccessorForm):
    keeps_registration = forms.BooleanField(
        label=_("户籍留在本市"), required=False, help_text=_("只是人离开，户口没有迁走。")
    )
    reason = forms.CharField(label=_("去向或原因"), max_length=200, required=False)
    order = ("on", "keeps_registration", "reason", "paper", "successor")


class MissingForm(ActForm):
    reason = forms.CharField(label=_("情况说明"), max_length=200, required=False)
    order = ("on", "reason", "paper")


class BirthForm(ActForm):
    full_name = forms.CharField(label=_("孩子姓名"), max_length=60)
    sex = forms.ChoiceField(
        label=_("性别"),
        choices=[(Sex.FEMALE, Sex.FEMALE.label), (Sex.MALE, Sex.MALE.label)],
        widget=forms.RadioSelect,
    )
    relation = forms.ChoiceField(label=_("与户主关系"), choices=RELATIONS)
    parents = forms.MultipleChoiceField(
        label=_("父母"), widget=forms.CheckboxSelectMultiple, required=False
    )
    certificate = forms.CharField(
        label=_("出生医学证明编号"),
        max_length=20,
        required=False,
        help_text=_("1个字母加9位数字；还没有的空着。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    order = ("full_name", "sex", "on", "relation", "parents", "certificate")

    def prepare(self) -> None:
        self.drop("paper")
        self.fields["on"].label = _("出生日期")
        self.fields["relation"].initial = Relation.SON
        self.choose("parents", _people(self.about.members))

    def clean_full_name(self) -> str:
        return normalise_name(self.cleaned_data["full_name"])

    def clean_certificate(self) -> str:
        text = self.cleaned_data["certificate"].strip()
        try:
            return read_document(text).number
        except InvalidIdNumber as error:
            raise forms.ValidationError(str(error.message)) from None

    def arguments(self) -> dict[str, Any]:
        data = super().arguments()
        data["born_on"] = data.pop("on")
        return data | {"parents": [UUID(each) for each in data["parents"]]}


class WhereForm(ActForm):
    """A community of the viewer, and the door as far as it is known."""

    community = forms.ChoiceField(label=_("迁到的社区"))
    door = forms.CharField(
        label=_("房屋"),
        max_length=160,
        required=False,
        help_text=_("地址中的几个字，如“青年小区3号楼 301”。不知道的空着。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def prepare(self) -> None:
        places = self.about.communities
        self.choose("community", [(place.code, place.label) for place in places])
        if any(place.code == self.about.here for place in places):
            self.fields["community"].initial = self.about.here

    @property
    def place(self) -> Place:
        code = self.cleaned_data["community"]
        return next(place for place in self.about.communities if place.code == code)

    def arguments(self) -> dict[str, Any]:
        data = super().arguments()
        del data["community"], data["door"]
        return data | {"place": self.place}


class MoveForm(WhereForm):
    is_rented = forms.BooleanField(label=_("租住"), required=False)
    with_registration = forms.BooleanField(label=_("户籍一起迁"), required=False)
    order = ("community", "door", "on", "is_rented", "with_registration", "paper")


class MoveInForm(WhereForm):
    kind = forms.ChoiceField(
        label=_("居住关系"),
        choices=[
            (OccupancyKind.ACTUAL, OccupancyKind.ACTUAL.label),
            (OccupancyKind.RENTED, OccupancyKind.RENTED.label),
        ],
        initial=OccupancyKind.ACTUAL,
        widget=forms.RadioSelect,
    )
    with_registration = forms.BooleanField(label=_("户籍一起迁"), required=False)
    order = ("community", "door", "on", "kind", "with_registration", "paper")


class RelationsForm(ActForm):
    """A select for each member; `kept` is what an empty one means."""

    kept: Any = ""

    def members(self) -> Sequence[Member]:
        return self.about.members

    def choices(self) -> list[tuple[str, Any]]:
        return [("", self.kept), *RELATIONS]

    def prepare(self) -> None:
        for number, member in enumerate(self.members()):
            self.fields[f"member_{number}"] = forms.ChoiceField(
                label=member.name, choices=self.choices(), required=False, help_text=member.relation
            )
            # Nothing chosen says something too: stays, or as before.
            want(self.fields[f"member_{number}"])

    def relations(self) -> dict[UUID, str]:
        data = self.cleaned_data
        return {
            member.person_id: data[f"member_{number}"]
            for number, member in enumerate(self.members())
            if data[f"member_{number}"]
        }

    def arguments(self) -> dict[str, Any]:
        data = super().arguments()
        rest = {key: value for key, value in data.items() if not key.startswith("member_")}
        return rest | {"relations": self.relations()}


class SplitForm(RelationsForm):
    kept = _("留在原户")
    number = forms.CharField(label=_("新户号"), max_length=30, help_text=_("新户口簿上的户号。"))
    successor = forms.ChoiceField(label=_("原户的新户主"), required=False)
    order = ("number", "on")

    def choices(self) -> list[tuple[str, Any]]:
        return [("", self.kept), (Relation.HEAD.value, _("分出，任新户户主")), *RELATIONS]

    def prepare(self) -> None:
        super().prepare()
        self.choose("successor", [("", _("户主不变")), *_people(self.about.members)])

    def arguments(self) -> dict[str, Any]:
        data = super().arguments()
        return data | {"successor": _id(data["successor"])}


class HeadForm(RelationsForm):
    kept = _("按亲属关系推算")
    head = forms.ChoiceField(label=_("新户主"), widget=forms.RadioSelect)
    order = ("head", "on", "paper")

    def prepare(self) -> None:
        super().prepare()
        self.choose("head", _people(each for each in self.about.members if not each.is_head))

    def arguments(self) -> dict[str, Any]:
        data = super().arguments()
        return data | {"head": UUID(data["head"])}


class JoinForm(SuccessorForm):
    number = forms.CharField(label=_("要加入的户号"), max_length=30)
    relation = forms.ChoiceField(label=_("与户主关系"), choices=RELATIONS)
    is_marriage = forms.BooleanField(label=_("因结婚"), required=False)
    with_registration = forms.BooleanField(label=_("户籍一起迁"), required=False)
    order = ("number", "relation", "on", "is_marriage", "with_registration", "paper", "successor")


class CorrectForm(forms.Form):
    """Why it is wrong; with a day it stands again on that day."""

    reason = forms.CharField(label=_("哪里登记错了"), max_length=200)
    on = forms.DateField(
        label=_("正确的发生日期"),
        required=False,
        help_text=_("只是日期写错的填这里；空着就是整项撤销。"),
    )
