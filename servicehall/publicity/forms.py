"""What is written about a notice: what it shows, an objection, its answer, the numbers of a vote."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.refusals import TakingForm
from servicehall.cases.forms_staff import ActForm
from servicehall.catalogue.answering import load_answers

MOST_WORDS = 1000


def _words(label: Any, hint: Any = "", *, rows: int = 4, most: int = MOST_WORDS) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=most,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class PublicForm(ActForm):
    """公示: only what may be public; name and community come from the case by the local rule."""

    household_size = forms.IntegerField(
        label=_("家庭人口"), required=False, min_value=1, max_value=30
    )
    benefit_class = forms.CharField(
        label=_("类别"),
        required=False,
        max_length=60,
        help_text=_("例如：A 类、全额。不要写号码、门牌、病情和家人姓名。"),
    )
    amount = forms.DecimalField(
        label=_("拟批准金额（元）"), required=False, min_value=0, max_digits=9, decimal_places=2
    )

    def build(self) -> None:
        self.intro = _(
            "在社区公示 %(days)s 天：姓名按当地规定遮住，另加下面填的内容。"
            "这段时间不计入办理期限，没有异议的到期自动继续。"
        ) % {"days": self.file.version.publicity_days}
        if not self.file.version.content.get("publicity_shows_names"):
            del self.fields["household_size"], self.fields["amount"]
            return
        self.fields["household_size"].initial = self._size()

    def _size(self) -> int:
        """As the applicant filled it in, else as the base knows the household."""
        given = load_answers(self.file.case.answers or "{}")
        key = next(
            (q["key"] for q in self.file.version.questions if q["type"] == "household_member"), ""
        )
        members = given.get(key)
        chosen = {str(member) for member in members} if isinstance(members, list) else set()
        if chosen:
            return len(chosen | {str(self.file.case.applicant_id)})
        return max(1, len(self.file.kin))


class ObjectionForm(TakingForm):
    """For anybody, without an account; a name is not needed."""

    words = _words(_("您有什么异议？"), _("写清楚哪里不对、您怎么知道的，便于核查。"), rows=5)
    name = forms.CharField(
        label=_("您的姓名"),
        required=False,
        max_length=40,
        help_text=_("可以不填。填了我们保密，不告诉申请人。"),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = forms.CharField(
        label=_("手机号"),
        required=False,
        max_length=20,
        help_text=_("可以不填。填了，有答复时短信提醒您。"),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"key": uuid.uuid4()})


class LookUpForm(forms.Form):
    code = forms.CharField(
        label=_("查询编号"),
        max_length=20,
        help_text=_("提出异议时给您的 12 位编号。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"]).strip().lower().replace(" ", "")


class StaffForm(TakingForm):
    """For the desk: whoever opens it begins to write."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.take_focus()


class AnswerForm(StaffForm):
    inquiry = _words(_("核查经过"), _("怎样核查的、查到什么；只给办理人员看。"))
    is_upheld = forms.TypedChoiceField(
        label=_("核查结果"),
        choices=[("no", _("异议不成立")), ("yes", _("异议成立"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    answer = _words(_("答复和理由"), _("提出异议的人看得到。不要写申请人的病情、号码、门牌。"))


class AppraisalForm(StaffForm):
    """Numbers only: nobody may read from it who voted how."""

    held_on = forms.DateField(label=_("评议日期"), widget=forms.DateInput(attrs={"type": "date"}))
    venue = forms.CharField(label=_("地点"), max_length=80)
    attended = forms.IntegerField(label=_("到会代表人数"), min_value=0, max_value=999)
    votes_for = forms.IntegerField(label=_("同意票"), min_value=0, max_value=999)
    votes_against = forms.IntegerField(label=_("不同意票"), min_value=0, max_value=999)
    abstained = forms.IntegerField(label=_("弃权票"), min_value=0, max_value=999)
    minutes = _words(_("评议记录"), _("写评议的过程和意见，不写谁投了什么票。"), rows=5, most=3000)
