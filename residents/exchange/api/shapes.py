"""What departments' systems send and receive: two families of classes that share nothing."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.api import PageQuery, StrictSerializer
from residents.base.attributes import ATTRIBUTES
from residents.base.enums import TicketState
from residents.exchange.actions.pulling import Change
from residents.exchange.enums import BatchState, Fate
from residents.exchange.headings import COMMUNITY
from residents.exchange.models import ImportBatch, ImportRow
from residents.exchange.person_key import person_key
from residents.exchange.statements import Because

LONGEST = 200  # signs of one value; the attributes themselves are stricter
CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
KNOWN = {key: attribute.label for key, attribute in ATTRIBUTES.items()} | {
    COMMUNITY: _("所属社区（代码或名称），新人员必填")
}
# What whoever sent a row has to do about it.
TODO = {
    Fate.CONFLICT: _("与其他来源不一致的内容等待核实，结果见 statements。"),
    Fate.DECIDE: _("由社区数据专员认定是谁，不需要重新报送。"),
    Fate.ERROR: _("请按 problems 改正后重新报送这一行。"),
    Fate.LEFT_OUT: _("没有导入。请补上证件号码后重新报送。"),
    Fate.REPEAT: _("与同一批的另一行相同，不需要处理。"),
    Fate.REMARK: _("没有人员信息，请检查这一行。"),
}


# --- in -------------------------------------------------------------------------------------------
def _schema_of_row() -> dict[str, Any]:
    properties = {
        key: {"type": "string", "maxLength": LONGEST, "description": label}
        for key, label in KNOWN.items()
    }
    return {"type": "object", "properties": properties, "additionalProperties": False}


@extend_schema_field(_schema_of_row())
class RowField(serializers.Field[Any, Any, Any, Any]):
    """One person as texts by attribute; empty texts say nothing and take nothing away."""

    default_error_messages = {
        "shape": _("每一行应是由文字组成的对象。"),
        "empty": _("这一行没有内容。"),
        "unknown": _("没有这个字段。可用的字段：{known}"),
        "text": _("请填写文字，最多{longest}个字，不含控制字符。"),
    }

    def to_internal_value(self, data: Any) -> dict[str, str]:
        if not isinstance(data, Mapping):
            self.fail("shape")
        errors: dict[str, str] = {}
        row: dict[str, str] = {}
        for key, text in data.items():
            if key not in KNOWN:
                known = gettext("、").join(KNOWN)
                errors[key] = self.error_messages["unknown"].format(known=known)
            elif not isinstance(text, str) or len(text) > LONGEST or CONTROLS.search(text):
                errors[key] = self.error_messages["text"].format(longest=LONGEST)
            elif text.strip():
                row[key] = text.strip()
        if errors:
            raise serializers.ValidationError(errors)
        if not row:
            self.fail("empty")
        return row


class PushSerializer(StrictSerializer):
    as_of = serializers.DateField(help_text=_("数据截止日期：内容反映的是哪一天的情况。"))
    rows = serializers.ListField(
        child=RowField(),
        min_length=1,
        help_text=_("一人一行，行号从 1 起。行数超过上限时返回 too_many_rows。"),
    )


class RowQuery(PageQuery):
    fate = serializers.ChoiceField(
        choices=Fate.choices, required=False, help_text=_("只要这一结果的行。")
    )


class ChangesQuery(StrictSerializer):
    since = serializers.CharField(
        required=False, max_length=1000, help_text=_("上一次返回的 next；不填从头开始。")
    )
    size = serializers.IntegerField(
        required=False, min_value=1, max_value=100, default=100, help_text=_("最多 100。")
    )


# --- out ------------------------------------------------------------------------------------------
class BatchSerializer(serializers.Serializer[Any]):
    """A batch of the caller's own department, sent by a program or as a file."""

    id = serializers.UUIDField()
    source = serializers.CharField(  # type: ignore[assignment]  # DRF keeps declared fields elsewhere
        source="source_id", help_text=_("数据来源的代码。")
    )
    state = serializers.ChoiceField(choices=BatchState.choices)
    state_label = serializers.CharField(source="get_state_display")
    as_of = serializers.DateField()
    received_at = serializers.DateTimeField()
    applied_at = serializers.DateTimeField(allow_null=True)
    rows = serializers.IntegerField(source="total")
    counts = serializers.DictField(
        child=serializers.IntegerField(), help_text=_("各种结果的行数，核对完成后才有。")
    )
    trouble = serializers.SerializerMethodField()

    def get_trouble(self, batch: ImportBatch) -> str:
        return gettext(batch.trouble) if batch.trouble else ""


class RowProblemSerializer(serializers.Serializer[Any]):
    field = serializers.CharField(allow_blank=True, help_text=_("空表示整行。"))
    message = serializers.CharField()


class RowSerializer(serializers.Serializer[Any]):
    """What becomes of a row. What was sent is not repeated."""

    row = serializers.IntegerField(source="number")
    fate = serializers.ChoiceField(choices=Fate.choices)
    fate_label = serializers.CharField(source="get_fate_display")
    person = serializers.SerializerMethodField()
    problems = serializers.SerializerMethodField()
    todo = serializers.SerializerMethodField()

    @extend_schema_field(
        serializers.UUIDField(allow_null=True, help_text=_("这个人在您部门的代号，导入后才有。"))
    )
    def get_person(self, row: ImportRow) -> str | None:
        batch: ImportBatch = self.context["batch"]
        if row.person_id is None or batch.state != BatchState.APPLIED:
            return None
        return person_key(self.context["body_key"], row.person_id)

    @extend_schema_field(RowProblemSerializer(many=True))
    def get_problems(self, row: ImportRow) -> list[dict[str, str]]:
        fields = {each["place"]: each["target"] for each in self.context["batch"].columns}
        return [
            {
                "field": fields.get(place, ""),
                "message": gettext(message).format(row=rest[0], longest=rest[0])
                if rest
                else gettext(message),
            }
            for place, message, *rest in row.problems
        ]

    def get_todo(self, row: ImportRow) -> str:
        return str(TODO.get(Fate(row.fate), ""))


class TicketSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=TicketState.choices)
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField(allow_blank=True, help_text=_("裁定的依据。"))


class WordSerializer(serializers.Serializer[Any]):
    attribute = serializers.CharField()
    sent = serializers.CharField(help_text=_("您报送的内容，按代码表读出。"))
    is_kept = serializers.BooleanField()
    because = serializers.ChoiceField(choices=Because.choices)
    because_label = serializers.CharField(source="because.label")
    source = serializers.CharField(  # type: ignore[assignment]
        allow_blank=True, help_text=_("现有内容的来源。")
    )
    as_of = serializers.CharField(allow_blank=True, help_text=_("现有内容的截止日期。"))
    ticket = TicketSerializer(allow_null=True)


class StatementSerializer(serializers.Serializer[Any]):
    """One row that was sent, with what is kept of each of its attributes now."""

    row = serializers.IntegerField()
    fate = serializers.ChoiceField(choices=Fate.choices)
    person = serializers.UUIDField(allow_null=True)
    attributes = WordSerializer(many=True)


class ValueSerializer(serializers.Serializer[Any]):
    attribute = serializers.CharField()
    value = serializers.CharField(allow_blank=True, help_text=_("现有内容；空表示已不再有。"))
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    as_of = serializers.CharField(allow_blank=True)


class ChangeSerializer(serializers.Serializer[Any]):
    """What became new of one person. A value may come more than once; the latest counts."""

    person = serializers.UUIDField(help_text=_("这个人在您部门的代号，与其他部门的不同。"))
    id_number = serializers.SerializerMethodField()
    changed_at = serializers.DateTimeField()
    values = ValueSerializer(many=True)

    @extend_schema_field(
        serializers.CharField(allow_null=True, help_text=_("只给依法可取得证件号码的部门。"))
    )
    def get_id_number(self, change: Change) -> str | None:
        return change.id_number or None


class ChangesSerializer(serializers.Serializer[Any]):
    items = ChangeSerializer(many=True)
    next = serializers.CharField(help_text=_("下一次的 since，没有变更时也有。"))
    more = serializers.BooleanField(help_text=_("后面可能还有，请立即再取。"))
