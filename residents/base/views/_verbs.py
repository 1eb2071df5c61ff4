"""What a clerk can write down about a person: the table behind the buttons, forms and keys."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.errors import Invalid
from community.governance.scopes import Scope
from residents.base import forms_life as forms
from residents.base.actions import households, life, moving
from residents.base.enums import EventKind, PersonState
from residents.base.models import Household, PersonEvent

ACTIVE, MISSING = PersonState.ACTIVE, PersonState.MISSING
GONE = PersonState.MOVED_OUT


@dataclass(frozen=True, slots=True)
class Doing:
    """Who acts, when, on whom; `household_id` is the household of the person."""

    person_id: UUID
    household_id: UUID | None
    by: Scope
    now: datetime

    @property
    def _by(self) -> dict[str, Any]:
        return {"by": self.by, "now": self.now}

    def to_person(self, action: Callable[..., UUID], given: dict[str, Any]) -> UUID:
        return action(self.person_id, **given, **self._by)

    def to_household(self, action: Callable[..., UUID], given: dict[str, Any]) -> UUID:
        return action(self.household_id, **given, **self._by)

    def birth(self, given: dict[str, Any]) -> UUID:
        child = life.register_birth(_some(self.household_id), **given, **self._by)
        event: PersonEvent = child.events.get()
        return event.act_id

    def join(self, given: dict[str, Any]) -> UUID:
        number, is_marriage = given.pop("number").strip(), given.pop("is_marriage")
        home = Household.objects.visible_to(self.by).filter(number=number).first()
        if home is None:
            text = _("没有找到这个户号，或不在您服务的社区，请核对户口簿。")
            raise Invalid("number_unknown", text, {"number": text})
        kind = EventKind.MARRIAGE if is_marriage else EventKind.JOIN
        return households.join_household(self.person_id, home.pk, kind=kind, **given, **self._by)


def _some(household_id: UUID | None) -> UUID:
    assert household_id is not None  # noqa: S101  verbs of a household are offered to members only
    return household_id


@dataclass(frozen=True, slots=True)
class Verb:
    """`of_household`: only for members of one; `states`: what the person may be."""

    slug: str
    label: str | Promise
    key: str
    form: type[forms.ActForm]
    run: Callable[[Doing, dict[str, Any]], UUID]
    hint: str | Promise = ""
    of_household: bool = False
    states: frozenset[str] = frozenset({ACTIVE})

    def is_open(self, state: str, *, has_household: bool) -> bool:
        return state in self.states and (has_household or not self.of_household)


_ALL = (
    Verb("birth", _("登记出生"), "b", forms.BirthForm, lambda d, g: d.birth(g),
         _("孩子加入这一户，跟随父母的住处和户籍。"), of_household=True),
    Verb("death", _("登记死亡"), "d", forms.DeathForm,
         lambda d, g: d.to_person(life.register_death, g),
         _("住址、户内关系到这一天为止，账号停用。"), states=frozenset({ACTIVE, MISSING})),
    Verb("move", _("整户迁移"), "m", forms.MoveForm,
         lambda d, g: d.to_household(moving.move_household, g),
         _("住在一起的人一次全部迁到新住处。"), of_household=True),
    Verb("in", _("单人迁入"), "i", forms.MoveInForm, lambda d, g: d.to_person(moving.move_in, g),
         _("一个人迁到您服务的社区，或从市外迁回。"),
         states=frozenset({ACTIVE, MISSING, GONE})),
    Verb("out", _("迁往市外"), "o", forms.MoveOutForm,
         lambda d, g: d.to_person(moving.move_out, g), _("人离开本市；户籍可以留下。"),
         states=frozenset({ACTIVE, MISSING})),
    Verb("split", _("分户"), "s", forms.SplitForm,
         lambda d, g: d.to_household(households.split_household, g),
         _("部分成员分出，另立户号。"), of_household=True),
    Verb("head", _("变更户主"), "h", forms.HeadForm,
         lambda d, g: d.to_household(households.change_head, g),
         _("其他人与户主的关系一起更新。"), of_household=True),
    Verb("join", _("加入另一户"), "e", forms.JoinForm, lambda d, g: d.join(g),
         _("婚入、投靠等：离开原户，住到新户的住处。"), states=frozenset({ACTIVE, GONE})),
    Verb("missing", _("登记失踪"), "x", forms.MissingForm,
         lambda d, g: d.to_person(life.report_missing, g), _("只改变状态，户和住址不变。")),
    Verb("found", _("登记找回"), "f", forms.MissingForm,
         lambda d, g: d.to_person(life.report_found, g), _("恢复在册。"),
         states=frozenset({MISSING})),
)  # fmt: skip
VERBS = {verb.slug: verb for verb in _ALL}
