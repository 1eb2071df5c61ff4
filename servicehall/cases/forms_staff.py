"""What staff write when they act on a case. Each form hands its words to one action."""

import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import offer
from common.refusals import TakingForm
from residents.base.enums import RevealReason
from servicehall.cases.actions import looking, rerouting
from servicehall.cases.casefile import CaseFile, masked
from servicehall.cases.enums import SPECIAL_REASONS, DeliveryWay
from servicehall.cases.forms_page import PageForm
from servicehall.cases.granting import gift_of
from servicehall.cases.prefill import Fact
from servicehall.cases.replying import Reply, replies
from servicehall.catalogue import answering
from servicehall.catalogue.enums import ReplyOutcome
from servicehall.catalogue.models import in_language

MAX_WORDS = 1000
FREE_LINES = 3


def _words(label: Any, *, required: bool = True, hint: Any = "", rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=MAX_WORDS,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class ActForm(TakingForm):
    """The base: knows the case, gives the keyword arguments of its action, takes a refusal back.

    `reply_to` is the outcome for which the item keeps texts ready; they fill `reason`.
    """

    reply_to: ReplyOutcome | None = None
    intro: Any = ""  # what the act brings with it, above its fields

    def __init__(self, file: CaseFile, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, prefix="act")
        self.file = file
        self.build()
        self.take_focus()

    def build(self) -> None:
        """Fields that depend on the case."""

    @property
    def replies(self) -> list[Reply]:
        return replies(self.file.case, self.reply_to, self.file.today) if self.reply_to else []

    @property
    def replies_into(self) -> str:
        return str(self["reason"].id_for_label) if self.reply_to else ""

    def arguments(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class ConfirmForm(ActForm):
    """Nothing to write: the act is its own content."""


class AcceptForm(ActForm):
    """Where the item allows it, papers that may follow or are vouched for are ticked here, once."""

    def build(self) -> None:
        papers = self.file.materials
        self.marks = {paper["code"]: paper for paper in self.file.version.materials}
        for mark, label, hint in (
            (
                "deferrable",
                _("容缺受理"),
                _("勾选的材料可以以后补交，期限会告知申请人；请当面签承诺书。"),
            ),
            (
                "commitment",
                _("告知承诺"),
                _("勾选的材料由申请人书面承诺，不再收取；请当面签承诺书。"),
            ),
        ):
            choices = [
                (paper.code, paper.name)
                for paper in papers
                if self.marks[paper.code].get(mark) and paper.state != "uploaded"
            ]
            if choices:
                self.fields["deferred" if mark == "deferrable" else "committed"] = (
                    forms.MultipleChoiceField(
                        label=label,
                        help_text=hint,
                        choices=choices,
                        required=False,
                        widget=forms.CheckboxSelectMultiple,
                    )
                )


class ExtendForm(ActForm):
    days = forms.IntegerField(label=_("延长多久"), min_value=1)
    reason = _words(_("延长的理由"), hint=_("申请人看得到；只能延长一次。"))

    def build(self) -> None:
        most = self.file.version.extendable
        self.fields["days"] = forms.IntegerField(
            label=_("延长多久"),
            min_value=1,
            max_value=most or 1,
            help_text=_("最多延长 %(most)s。") % {"most": self.file.version.extendable_label},
        )


class SpecialForm(ActForm):
    reason = forms.ChoiceField(
        label=_("哪一种特别程序"),
        choices=[(kind.value, kind.label) for kind in SPECIAL_REASONS],
        widget=forms.RadioSelect,
    )
    expected_on = forms.DateField(
        label=_("预计结束日期"),
        help_text=_("这段时间不计入办理期限，会书面告知申请人。"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    note = _words(_("为什么需要"), hint=_("申请人看得到，请用平常话写清楚。"), rows=2)


class EndSpecialForm(ActForm):
    note = _words(_("结果"), required=False, hint=_("申请人看得到，可以不填。"), rows=2)


class ReopenForm(ActForm):
    reason = _words(_("撤销决定的理由"), hint=_("写明原决定哪里不对；申请人看得到。"))


class AssignForm(ActForm):
    body_id = forms.TypedChoiceField()
    reason = _words(_("转交理由"), hint=_("如本单位人员都要回避；只给办理人员看。"), rows=2)

    def build(self) -> None:
        bodies = rerouting.alike(self.file.case, self.file.today)
        self.fields["body_id"] = forms.TypedChoiceField(
            label=_("转给谁"),
            choices=[("", _("请选择")), *((str(body.pk), body.label) for body in bodies)],
            coerce=uuid.UUID,
        )


class FinishForm(ActForm):
    note = _words(_("办理结果"), required=False, hint=_("申请人看得到，可以不填。"), rows=2)


class DeclineForm(ActForm):
    reply_to = ReplyOutcome.DECLINED
    reason = _words(_("不予受理的理由"), hint=_("申请人看得到，请用平常话写清楚。"))
    right_office = forms.CharField(
        label=_("应当去哪里办"), max_length=200, help_text=_("写明部门和电话，不让人白跑。")
    )

    def build(self) -> None:
        self.fields["right_office"].initial = self.file.right_office


class OpinionForm(ActForm):
    opinion = _words(_("审核意见"), hint=_("只给办理人员看。"))


class ReasonInsideForm(ActForm):
    reason = _words(_("退回理由"), hint=_("写明上一环节要补做什么；只给办理人员看。"))


class GrantForm(ActForm):
    """The amount is asked where the item gives a benefit that is reckoned for each household."""

    reply_to = ReplyOutcome.GRANTED
    amount = forms.DecimalField(
        label=_("核定金额（元）"), min_value=Decimal("0.01"), max_digits=9, decimal_places=2
    )
    reason = _words(_("决定说明"), required=False, hint=_("申请人看得到，可以不填。"), rows=2)

    def build(self) -> None:
        gift = gift_of(self.file.case)
        if gift is None or gift.is_fixed:
            del self.fields["amount"]
            return
        amount, proposed = self.fields["amount"], gift.amount
        amount.initial = proposed
        amount.required = bool(proposed)
        amount.help_text = (
            _("前面拟定的金额，核对以后写进决定书。")
            if proposed
            else _("按月发放的写每月多少；写进决定书。不发钱的不填。")
        )


class RefuseForm(ActForm):
    reply_to = ReplyOutcome.REFUSED
    reason = _words(_("不予的理由"), hint=_("写明事实和依据；申请人看得到，救济途径会自动附上。"))


class DeliverForm(ActForm):
    way = forms.ChoiceField(
        label=_("送达方式"),
        choices=DeliveryWay.choices,
        initial=DeliveryWay.COUNTER,
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("送达说明"), required=False, max_length=200, help_text=_("申请人看得到，可以不填。")
    )


class WithdrawForm(ActForm):
    reason = _words(_("撤回原因"), hint=_("申请人在窗口当面要求撤回，请按他说的写。"), rows=2)


class SupplementForm(ActForm):
    """一次性告知: every paper and every answer of the case with a box for what is wrong with it."""

    reason = _words(_("新情况说明"), required=False, rows=2)
    is_new_circumstance = forms.BooleanField(label=_("确有新情况，需要再次告知"), required=False)

    def build(self) -> None:
        second = {name: self.fields.pop(name) for name in ("is_new_circumstance", "reason")}
        self.titles: dict[str, tuple[str, str]] = {}
        for paper in self.file.materials:
            self._ask(f"m-{paper.code}", paper.key, paper.name)
        if self.file.case.signatures.missing().exists():
            self._ask("m-cosign", "cosign", str(_("家庭成员签字")))
        delivered = {paper.key for paper in self.file.materials}
        for question in self.file.version.questions:
            key = question["key"]
            if key not in delivered and answering.applies(
                question.get("condition"), self.file.given
            ):
                self._ask(f"f-{key}", key, in_language(question["label"]))
        for number in range(1, FREE_LINES + 1):
            self._ask(f"x-{number}", "", str(_("其他%(number)s") % {"number": number}))
        if self.file.notices:
            self.fields |= second

    def _ask(self, name: str, key: str, title: str) -> None:
        self.titles[name] = (key, title)
        self.fields[name] = forms.CharField(
            label=title,
            required=False,
            max_length=200,
            widget=forms.TextInput(attrs={"list": "gap-words"}),
        )

    @property
    def papers(self) -> list[forms.BoundField]:
        return self._bound("m-")

    @property
    def questions(self) -> list[forms.BoundField]:
        return self._bound("f-")

    @property
    def others(self) -> list[forms.BoundField]:
        return self._bound("x-")

    def _bound(self, start: str) -> list[forms.BoundField]:
        return [self[name] for name in self.titles if name.startswith(start)]

    def arguments(self) -> dict[str, Any]:
        """`key` of an item is the key of the question that mends it (or of the paper), "" where none does."""
        data = self.cleaned_data
        items = [
            {"key": key, "title": title if key else "", "what": data[name].strip()}
            for name, (key, title) in self.titles.items()
            if data.get(name, "").strip()
        ]
        return {
            "items": items,
            "is_new_circumstance": bool(data.get("is_new_circumstance")),
            "reason": data.get("reason", ""),
        }


class AnswerForm(ActForm):
    """补正 at the counter: the papers that were brought, and the answers that change."""

    note = _words(_("补充说明"), required=False, rows=2)

    def __init__(self, file: CaseFile, data: Mapping[str, Any] | None = None) -> None:
        self.asked = file.open_notice.items if file.open_notice else []
        wanted = {item["key"] for item in self.asked if item["key"]}
        questions = [
            question
            for question in file.version.questions
            if question["key"] in wanted and question["type"] != "file"
        ]
        people = {q["key"] for q in questions if q["type"] == "person"}
        self.page = PageForm(
            questions,
            # A third person's phone does not travel to the browser; it is asked again.
            answers={key: value for key, value in file.given.items() if key not in people},
            facts={
                question["prefill"]: Fact(value, masked(question, str(value)), "", None)
                for question in questions
                if looking.is_masked(question) and (value := file.given.get(question["key"]))
                if question.get("prefill")
            },
            household=[(str(member.person_id), member.person.full_name) for member in file.kin],
            papers_shown=True,
            data=data,
        )
        self.answered = {question["key"] for question in questions}
        super().__init__(file, data)

    def build(self) -> None:
        self.brought: dict[str, dict[str, str]] = {}
        titles = self.file.version.shown_titles
        for number, item in enumerate(self.asked, start=1):
            if item["key"] in self.answered:
                continue
            recorded = item["title"] or item["what"]
            title = titles.get(item["key"]) or recorded
            self.brought[f"item-{number}"] = {"key": item["key"], "title": recorded}
            self.fields[f"item-{number}"] = forms.BooleanField(
                label=_("已收到：%(title)s") % {"title": title},
                help_text=item["what"] if item["title"] else "",
                required=False,
            )
        self.order_fields([*self.brought, "note"])

    def is_valid(self) -> bool:
        return all([super().is_valid(), self.page.is_valid()])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        ticked = any(data.get(name) for name in self.brought)
        if self.brought and not ticked and not self.answered:
            raise forms.ValidationError(_("请勾选收到了哪些材料。"))
        return data

    def arguments(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "answers": self.page.answers(),
            "note": data.get("note", "").strip(),
            "received": [thing for name, thing in self.brought.items() if data.get(name)],
        }


class ChecklistForm(forms.Form):
    """The papers as they lie on the desk. Nothing of it is stored: what is ticked goes onto the receipt."""

    m = forms.MultipleChoiceField(
        label=_("收到的材料"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self, file: CaseFile, data: Mapping[str, Any] | None = None, *, prefix: str | None = None
    ) -> None:
        here = [paper.code for paper in file.materials if paper.state in {"uploaded", "answered"}]
        super().__init__(data, initial={"m": here}, prefix=prefix)
        offer(
            self,
            "m",
            [
                (
                    paper.code,
                    _("%(paper)s（系统里有）") % {"paper": paper.name}
                    if paper.is_held
                    else paper.name,
                )
                for paper in file.materials
            ],
        )


class FindCaseForm(forms.Form):
    q = forms.CharField(
        label=_("找办件"),
        max_length=60,
        required=False,
        help_text=_("办件编号后几位，或申请人姓名、拼音首字母、证件号、电话"),
        widget=forms.TextInput(
            attrs={
                "class": "control",
                "aria-describedby": "id_q_hint",
                "autocomplete": "off",
                "data-search": True,
                "enterkeyhint": "search",
            }
        ),
    )


class RevealForm(forms.Form):
    """Why a masked value is wanted in full; the person reads the reason, so nothing is chosen for the clerk."""

    reason = forms.ChoiceField(
        label=_("为什么要看完整内容？"),
        choices=RevealReason.choices,
        widget=forms.RadioSelect(attrs={"autofocus": True}),
    )
