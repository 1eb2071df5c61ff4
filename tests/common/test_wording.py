"""Whatever is wrong with an input, it is said in our words and in the reader's language."""

import inspect
import re
from typing import Any

import pytest
from django import forms
from django.core.exceptions import RequestDataTooBig
from django.forms import fields as django_fields, models as django_models
from django.urls import reverse
from django.utils.translation import override
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from common import wording
from common.middleware import bad_request
from community.governance.enums import Role
from tests.factories.governance import StationFactory, staff

CHINESE = re.compile(r"[\u4e00-\u9fff]")
OURS = {
    id(text)
    for table in (wording.FORMS, wording.API)
    for texts in table.values()
    for text in texts.values()
}
# Belongs to inline forms of Django's admin, which the portal does not have.
NOT_OURS = {"InlineForeignKeyField"}


def test_every_sentence_of_a_form_field_is_ours():
    theirs = [
        f"{name}.{code}"
        for module in (django_fields, django_models)
        for name, field in vars(module).items()
        if inspect.isclass(field) and issubclass(field, forms.Field) and name not in NOT_OURS
        for code, text in vars(field).get("default_error_messages", {}).items()
        if id(text) not in OURS
    ]
    assert theirs == []


class Everything(forms.Form):
    name = forms.CharField(max_length=3)
    short = forms.CharField(min_length=3)
    number = forms.IntegerField(max_value=5)
    money = forms.DecimalField(max_digits=5, decimal_places=2)
    day = forms.DateField()
    kind = forms.ChoiceField(choices=[("a", "A")])
    kinds = forms.MultipleChoiceField(choices=[("a", "A")])
    file = forms.FileField()
    nothing = forms.CharField()


WRONG = {
    "name": "很长的名字",
    "short": "短\0",
    "number": "9",
    "money": "1.234",
    "day": "2026-02-30",
    "kind": "b",
    "kinds": ["b"],
}


@pytest.mark.parametrize(("language", "length"), [("zh-hans", "最多 3 个字"), ("en", "At most 3")])
def test_a_form_says_what_to_do_in_the_readers_language(language, length):
    with override(language):
        form = Everything(WRONG)
        texts = [str(text) for errors in form.errors.values() for text in errors]
    assert len(form.errors) == 9
    assert any(length in text for text in texts)
    is_chinese = [bool(CHINESE.search(text)) for text in texts]
    assert all(is_chinese) if language == "zh-hans" else not any(is_chinese)


class Body(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=3)
    blank = serializers.CharField()
    number = serializers.IntegerField(min_value=5)
    day = serializers.DateField()
    kind = serializers.ChoiceField(choices=["a"])
    some = serializers.ListField(child=serializers.CharField(), max_length=1)
    flag = serializers.BooleanField()
    slug = serializers.SlugField()
    code = serializers.RegexField("^[0-9]+$")
    missing = serializers.CharField()


BODY = {
    "name": "abcd",
    "blank": "",
    "number": 1,
    "day": "2026-02-30",
    "kind": "b",
    "some": ["a", "b"],
    "flag": "x",
    "slug": "a b",
    "code": "x",
}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_api_says_it_in_the_callers_language(language):
    with override(language), pytest.raises(ValidationError) as refused:
        Body(data=BODY).is_valid(raise_exception=True)
    detail: Any = refused.value.detail
    texts = {name: str(errors[0]) for name, errors in detail.items()}
    assert texts.keys() == Body().fields.keys()
    is_chinese = [bool(CHINESE.search(text)) for text in texts.values()]
    assert all(is_chinese) if language == "zh-hans" else not any(is_chinese)
    assert "This field" not in " ".join(texts.values())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "title"), [("zh-hans", "这一页不能直接打开"), ("en", "cannot be opened directly")]
)
def test_an_address_that_only_a_button_uses_says_so(client_for, settings, language, title):
    client = client_for(staff(Role.WINDOW_CLERK, StationFactory()))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    answer = client.get(reverse("servicehall:start-for", args=["W1-01"]))
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert title in answer.content.decode()


@pytest.mark.parametrize(
    ("error", "status", "title"),
    [(RequestDataTooBig(), 413, "送来的内容太大了"), (ValueError(), 400, "没有看懂这个请求")],
)
def test_a_body_too_large_is_told_from_one_that_makes_no_sense(rf, error, status, title):
    with override("zh-hans"):
        answer = bad_request(rf.post("/"), error)
    assert answer.status_code == status
    assert title in answer.content.decode()


@pytest.mark.django_db
def test_a_form_without_end_is_answered_with_the_page_for_it(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    answer = client.post(reverse("servicehall:track"), {"number": "1" * 100})
    assert answer.status_code == 413
    assert "请分几次上传" in answer.content.decode()
