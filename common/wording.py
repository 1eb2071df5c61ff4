"""What forms and the API say when an input is wrong: our words for the frameworks' own, in both languages.

Set once, on the classes: a form says something else only where it knows better (`error_messages`).
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, fields, serializers, validators

Texts = Mapping[str, str | Promise]

REQUIRED = _("请填写这一项。")
UNREADABLE = _("内容含有不能识别的字符，请重新输入。")
CHOOSE = _("请从选项中选择。")
NUMBER = _("请填写数字。")
WHOLE = _("请填写整数。")
DAY = _("请填写真实存在的日期，如 2026-03-05。")
MOMENT = _("请填写日期和时间，如 2026-03-05 09:30。")
CLOCK = _("请填写时间，如 09:30。")
NO_FILE = _("没有收到文件，请重新选择。")
UNUSABLE = _("这一项的内容无法使用，请重新填写。")
COMPLETE = _("还有没填的部分，请填完整。")
PICTURE = _("这不是能打开的图片，请换一张。")

FORMS: Mapping[type[forms.Field], Texts] = {
    forms.Field: {
        "required": REQUIRED,
        "max_length": _("最多 %(limit_value)s 个字，现在有 %(show_value)s 个，请缩短。"),
        "min_length": _("至少 %(limit_value)s 个字，现在有 %(show_value)s 个，请核对。"),
        "max_value": _("不能大于 %(limit_value)s，请核对。"),
        "min_value": _("不能小于 %(limit_value)s，请核对。"),
        "step_size": _("应是 %(limit_value)s 的倍数，请核对。"),
        "max_digits": _("数字太长，最多 %(max)s 位，请核对。"),
        "max_decimal_places": _("最多 %(max)s 位小数，请核对。"),
        "max_whole_digits": _("小数点前最多 %(max)s 位，请核对。"),
        "null_characters_not_allowed": UNREADABLE,
    },
    forms.IntegerField: {"invalid": WHOLE},
    forms.FloatField: {"invalid": NUMBER},
    forms.DecimalField: {"invalid": NUMBER},
    forms.DateField: {"invalid": DAY},
    forms.TimeField: {"invalid": CLOCK},
    forms.DateTimeField: {"invalid": MOMENT},
    forms.DurationField: {"invalid": CLOCK, "overflow": CLOCK},
    forms.FileField: {
        "invalid": NO_FILE,
        "missing": NO_FILE,
        "empty": _("这个文件是空的，请换一个。"),
        "max_length": _("文件名太长，请改短后再上传。"),
        "contradiction": _("请要么上传，要么勾选清除，不能两样都选。"),
    },
    forms.ImageField: {"invalid_image": PICTURE},
    forms.URLField: {"invalid": _("请填写完整的网址，如 https://example.cn/。")},
    forms.EmailField: {"invalid": _("请填写电子邮箱，如 name@example.cn。")},
    forms.ChoiceField: {"invalid_choice": CHOOSE},
    forms.MultipleChoiceField: {"invalid_choice": CHOOSE, "invalid_list": CHOOSE},
    forms.MultiValueField: {"invalid": UNUSABLE, "incomplete": COMPLETE},
    forms.SplitDateTimeField: {"invalid_date": DAY, "invalid_time": CLOCK},
    forms.UUIDField: {"invalid": UNUSABLE},
    forms.JSONField: {"invalid": UNUSABLE},
    forms.ModelChoiceField: {"invalid_choice": CHOOSE},
    forms.ModelMultipleChoiceField: {
        "invalid_choice": CHOOSE,
        "invalid_list": CHOOSE,
        "invalid_pk_value": CHOOSE,
    },
}

OBJECT = _("这里应是一个 JSON 对象。")
LIST = _("这里应是一个 JSON 列表。")
NOT_EMPTY = _("这一项不能为空。")
AT_MOST, AT_LEAST = _("不能大于 {max_value}。"), _("不能小于 {min_value}。")
LONGEST, SHORTEST = _("最多 {max_length} 个字符。"), _("至少 {min_length} 个字符。")
MOST, FEWEST = _("最多 {max_length} 项。"), _("至少 {min_length} 项。")
TOO_LONG = _("数字太长。")
RANGE = {"max_value": AT_MOST, "min_value": AT_LEAST, "max_string_length": TOO_LONG}

API: Mapping[type[Any], Texts] = {
    fields.Field: {"required": _("缺少这一项。"), "null": _("这一项不能是 null。")},
    fields.BooleanField: {"invalid": _("应是 true 或 false。")},
    fields.CharField: {
        "invalid": _("应是文字。"),
        "blank": NOT_EMPTY,
        "max_length": LONGEST,
        "min_length": SHORTEST,
    },
    fields.RegexField: {"invalid": _("格式不对，请对照接口说明。")},
    fields.SlugField: {
        "invalid": _("只能有字母、数字、下划线和连字符。"),
        "invalid_unicode": _("只能有字母、数字、下划线和连字符。"),
    },
    fields.UUIDField: {"invalid": _("应是 UUID。")},
    fields.IntegerField: {"invalid": _("应是整数。"), **RANGE},
    fields.FloatField: {"invalid": _("应是数字。"), "overflow": TOO_LONG, **RANGE},
    fields.DateField: {
        "invalid": _("应是 YYYY-MM-DD 形式的真实日期。"),
        "datetime": _("应是日期，不带时间。"),
    },
    fields.ChoiceField: {"invalid_choice": _("不在可选的值之内，请对照接口说明。")},
    fields.ListField: {
        "not_a_list": LIST,
        "empty": NOT_EMPTY,
        "max_length": MOST,
        "min_length": FEWEST,
    },
    fields.DictField: {"not_a_dict": OBJECT, "empty": NOT_EMPTY},
    serializers.Serializer: {"invalid": OBJECT},
    serializers.ListSerializer: {
        "not_a_list": LIST,
        "empty": NOT_EMPTY,
        "max_length": MOST,
        "min_length": FEWEST,
    },
}
REFUSALS: Mapping[Any, str | Promise] = {
    exceptions.ParseError: _("请求内容不是有效的 JSON。"),
    exceptions.MethodNotAllowed: _("这个地址不支持 {method} 请求，可用的方法见响应头 Allow。"),
    exceptions.UnsupportedMediaType: _(
        "请求内容须为 JSON，请把请求头 Content-Type 设为 application/json。"
    ),
}


def reword() -> None:
    """Called once, when the portal starts, before any form is made."""
    for form_field, texts in FORMS.items():
        _say(form_field, texts)
    for api_field, texts in API.items():
        _say(api_field, texts)
    for error, detail in REFUSALS.items():
        error.default_detail = detail
    ProhibitNullCharactersValidator.message = UNREADABLE
    validators.ProhibitSurrogateCharactersValidator.message = UNREADABLE


def _say(field: Any, texts: Texts) -> None:
    own = vars(field).get("default_error_messages", {})
    field.default_error_messages = {**own, **texts}
