"""What goes in and what comes out about a case: two families of classes that share nothing."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.api import CodeAndName, PageQuery, StrictSerializer
from common.errors import Invalid
from common.identity import check_id_number, normalise_phone
from common.masking import mask_name
from servicehall.cases.casefile import CaseFile, Entry
from servicehall.cases.enums import CaseState, Light, Outcome
from servicehall.cases.explaining import light_of
from servicehall.cases.models import Case
from servicehall.catalogue.enums import Channel

NUMBER = r"^[0-9]{8,32}\Z"
QUERY_CODE = r"^[0-9]{6}\Z"
MOST_ANSWERS, LONGEST_ANSWER, MOST_VALUES = 100, 4000, 50


# --- in -------------------------------------------------------------------------------------------
class CaseQuery(PageQuery):
    state = serializers.ChoiceField(choices=CaseState.choices, required=False)
    window = serializers.SlugField(required=False, max_length=20)
    filed_from = serializers.DateField(required=False, help_text=_("提交日期，含当天。"))
    filed_to = serializers.DateField(required=False, help_text=_("提交日期，含当天。"))


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "maxLength": LONGEST_ANSWER},
            {"type": "number"},
            {"type": "array", "maxItems": MOST_VALUES, "items": {"type": "string"}},
        ]
    }
)
class AnswerField(serializers.Field[Any, Any, Any, Any]):
    """One answer: a text, a number, or several texts. The item says which (answering.check_answers)."""

    default_error_messages = {"shape": _("请填写文字、数字或文字列表。")}

    def to_internal_value(self, data: Any) -> Any:
        is_text = isinstance(data, str) and len(data) <= LONGEST_ANSWER
        is_number = isinstance(data, int | float) and not isinstance(data, bool)
        is_list = isinstance(data, list) and len(data) <= MOST_VALUES
        if not (is_text or is_number or (is_list and all(isinstance(x, str) for x in data))):
            self.fail("shape")
        return data


class ApplicantSerializer(StrictSerializer):
    id_number = serializers.CharField(max_length=30, help_text=_("身份证号。"))

    def validate_id_number(self, text: str) -> str:
        try:
            return check_id_number(text).number
        except Invalid as refusal:
            raise serializers.ValidationError(str(refusal.message)) from None


class FilingSerializer(StrictSerializer):
    item = serializers.SlugField(max_length=50, help_text=_("事项代码。"))
    answers = serializers.DictField(
        child=AnswerField(), help_text=_("按事项指南 questions 的 key 作答。")
    )
    contact_phone = serializers.CharField(
        max_length=30, required=False, help_text=_("不填时用系统里登记的电话。")
    )
    applicant = ApplicantSerializer(
        required=False, help_text=_("服务站为居民提交时必填；居民本人提交时不填。")
    )

    def validate_answers(self, answers: dict[str, Any]) -> dict[str, Any]:
        if len(answers) > MOST_ANSWERS:
            raise serializers.ValidationError(_("内容太多。"))
        return answers

    def validate_contact_phone(self, text: str) -> str:
        try:
            return normalise_phone(text)
        except Invalid as refusal:
            raise serializers.ValidationError(str(refusal.message)) from None


class WithdrawalSerializer(StrictSerializer):
    reason = serializers.CharField(
        max_length=200, required=False, default="", allow_blank=True, help_text=_("可以不填。")
    )


class TrackingSerializer(StrictSerializer):
    number = serializers.RegexField(NUMBER, help_text=_("办件编号。"))
    query_code = serializers.RegexField(QUERY_CODE, help_text=_("查询码，6 位数字。"))


# --- out ------------------------------------------------------------------------------------------
class CaseItemSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(source="item_id")
    name = serializers.CharField(source="label")


class CaseSerializer(serializers.Serializer[Any]):
    """A case as a list shows it: the name is masked."""

    number = serializers.CharField()
    item = CaseItemSerializer(source="version")
    window = CodeAndName()
    applicant_name = serializers.SerializerMethodField()
    community = CodeAndName()
    station = CodeAndName()
    handler = CodeAndName(help_text=_("目前由谁办理。"))
    channel = serializers.ChoiceField(choices=Channel.choices)
    state = serializers.ChoiceField(choices=CaseState.choices)
    state_label = serializers.CharField(source="get_state_display")
    outcome = serializers.ChoiceField(choices=Outcome.choices, allow_blank=True)
    light = serializers.SerializerMethodField()
    filed_at = serializers.DateTimeField()
    act_by_on = serializers.DateField(
        allow_null=True, help_text=_("经办单位应在这天前办理下一步。")
    )
    promised_due_on = serializers.DateField(allow_null=True)
    due_is_provisional = serializers.BooleanField(help_text=_("放假通知未公布，日期暂定。"))
    closed_at = serializers.DateTimeField(allow_null=True)

    def get_applicant_name(self, case: Case) -> str:
        return mask_name(case.applicant.full_name)

    @extend_schema_field(serializers.ChoiceField(choices=Light.choices))
    def get_light(self, case: Case) -> str:
        return light_of(case, timezone.localdate()).value


class NoticeItemSerializer(serializers.Serializer[Any]):
    title = serializers.CharField(default="")
    what = serializers.CharField(default="")


class NoticeSerializer(serializers.Serializer[Any]):
    """The open 一次性告知: what is missing, and until when."""

    due_on = serializers.DateField()
    items = NoticeItemSerializer(many=True)


class EntrySerializer(serializers.Serializer[Any]):
    """One line of the timeline: what happened, where it stands, what comes."""

    title = serializers.CharField()
    state = serializers.ChoiceField(
        choices=[
            ("done", _("已完成")),
            ("now", _("进行中")),
            ("paused", _("计时暂停")),
            ("next", _("下一步")),
            ("stopped", _("已终止")),
        ]
    )
    who = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField(allow_null=True)
    due = serializers.DateField(allow_null=True)
    note = serializers.SerializerMethodField()

    def get_note(self, entry: Entry) -> str:
        return entry.note if self.context["is_personal"] else ""


class CaseDetailSerializer(CaseSerializer):
    """A case with its story. By number and query code alone, the personal parts stay empty."""

    applicant_name = serializers.SerializerMethodField(help_text=_("凭查询码查看时为空。"))
    statutory_due_on = serializers.DateField(allow_null=True)
    outcome_reason = serializers.SerializerMethodField(help_text=_("凭查询码查看时为空。"))
    notice = serializers.SerializerMethodField()
    timeline = serializers.SerializerMethodField()

    _read: CaseFile | None = None

    @property
    def is_personal(self) -> bool:
        return bool(self.context["is_personal"])

    def get_applicant_name(self, case: Case) -> str:
        return case.applicant.full_name if self.is_personal else ""

    def get_outcome_reason(self, case: Case) -> str:
        return case.outcome_reason if self.is_personal else ""

    @extend_schema_field(NoticeSerializer(allow_null=True))
    def get_notice(self, case: Case) -> Any:
        notice = self._file(case).open_notice
        return NoticeSerializer(notice).data if notice and self.is_personal else None

    @extend_schema_field(EntrySerializer(many=True))
    def get_timeline(self, case: Case) -> Any:
        return EntrySerializer(self._file(case).timeline, many=True, context=self.context).data

    def _file(self, case: Case) -> CaseFile:
        """One for both fields that read it."""
        if self._read is None:
            self._read = CaseFile(case=case, by=self.context["by"], today=timezone.localdate())
        return self._read


class ReceiptSerializer(serializers.Serializer[Any]):
    """What the applicant keeps: with number and code he follows his case anywhere."""

    number = serializers.CharField()
    query_code = serializers.CharField()
    item = CaseItemSerializer(source="version")
    station = CodeAndName()
    filed_at = serializers.DateTimeField()


class WithdrawnSerializer(serializers.Serializer[Any]):
    number = serializers.CharField()
    state = serializers.ChoiceField(choices=CaseState.choices)
    state_label = serializers.CharField(source="get_state_display")
    closed_at = serializers.DateTimeField()
