"""What a text may say."""

from types import SimpleNamespace

import pytest
from django.conf import settings

from notifications import kinds
from notifications.enums import Channel
from notifications.kinds import Kind

LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)
SMS = (Channel.SMS,)


def test_every_kind_of_every_app_is_clean():
    assert kinds.all_kinds()
    assert [fault for kind in kinds.all_kinds() for fault in kinds.faults(kind, LANGUAGES)] == []


@pytest.mark.parametrize("name", ["name", "id_number", "item", "benefit", "amount", "diagnosis"])
def test_an_sms_says_nothing_personal(name):
    kind = Kind("x", "x", "", f"您的%({name})s", SMS)
    assert kinds.faults(kind, LANGUAGES) == [f"an SMS may not say %({name})s"]


def test_the_inbox_may_name_the_matter():
    kind = Kind("x", "x", "您的%(item)s", "", (Channel.IN_SITE,))
    assert kinds.faults(kind, LANGUAGES) == []


def test_a_kind_without_a_text_or_a_channel_is_found():
    assert kinds.faults(Kind("x", "x", "", "", SMS), LANGUAGES) == ["it has no text for sms"]
    assert kinds.faults(Kind("x", "x", "", "", ()), LANGUAGES) == ["it has no channel"]


def test_values_are_text_and_never_placeholders():
    kind = Kind("x", "x", "%(place)s，100%%(date)s", "", (Channel.IN_SITE,))
    said = kinds.render(kind, Channel.IN_SITE, {"place": "%(date)s<b>", "date": 3}, "zh-hans")
    assert said == "%(date)s<b>，100%3"


def test_a_day_is_said_as_people_say_it():
    kind = Kind("x", "x", "请在%(date)s前补正", "", (Channel.IN_SITE,))
    params = {"date": "2026-12-03"}
    assert kinds.render(kind, Channel.IN_SITE, params, "zh-hans") == "请在2026年12月3日前补正"
    assert "3 December 2026" in kinds.render(kind, Channel.IN_SITE, params, "en")


def test_two_kinds_cannot_share_a_code():
    with pytest.raises(ValueError, match=r"test\.progress"):
        kinds.register(Kind("test.progress", "另一种", "", "", SMS))


def test_the_reader_gets_the_kept_wording_in_chinese_and_a_translation_otherwise(monkeypatch):
    monkeypatch.setattr(
        kinds, "find", lambda code: SimpleNamespace(template=lambda channel: "now: %(place)s")
    )
    assert kinds.read("x", {"place": "A"}, "当时的文字", "zh-hans") == "当时的文字"
    assert kinds.read("x", {"place": "A"}, "当时的文字", "en") == "now: A"
    assert kinds.read("x", {}, "当时的文字", "en") == "当时的文字"
