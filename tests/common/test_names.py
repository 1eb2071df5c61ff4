import pytest
from hypothesis import given, strategies as st

from common.names import initials, normalise_name, pinyin_key, pinyin_keys


@pytest.mark.parametrize("dot", list("·・･•‧．.∙⋅●。") + [" · ", " ・", "．"])
def test_every_dot_of_a_mongolian_name_is_the_same_dot(dot):
    assert normalise_name(f"乌力吉{dot}巴特尔") == "乌力吉·巴特尔"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        (" 张伟民 ", "张伟民"),
        ("张 伟 民", "张伟民"),
        ("张　三", "张三"),
        ("John   Smith", "John Smith"),
        ("J. Smith", "J. Smith"),
        ("Ｗang", "Wang"),
        ("张\u200b三\u202e\x00", "张三"),
        ("·乌兰·", "乌兰"),
        ("ᠪᠠᠶᠠᠷ\u180eᠠ", "ᠪᠠᠶᠠᠷ\u180eᠠ"),
        ("", ""),
    ],
)
def test_names_are_cleaned_as_little_as_possible(typed, name):
    assert normalise_name(typed) == name


@pytest.mark.parametrize("rare", ["㛃", "𬭚", "𠮷", "\ue815", "𰻝", "〇", "\U00031350"])
def test_rare_characters_stay_intact_and_break_nothing(rare):
    name = f"张{rare}"
    assert normalise_name(name) == name
    assert pinyin_key(name).startswith("zhang ")
    assert initials(name)[0].startswith("z")


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("张伟民", "zhang weimin"),
        ("单伟民", "shan weimin"),
        ("曾敏", "zeng min"),
        ("解放", "xie fang"),
        ("吕布", "lv bu"),
        ("万俟春", "moqi chun"),
        ("尉迟敬德", "yuchi jingde"),
        ("长孙无忌", "zhangsun wuji"),
        ("单于", "shan yu"),
        ("单于夫", "chanyu fu"),
        ("乌力吉·巴特尔", "wuliji bateer"),
        ("乌兰图雅", "wulantuya"),
        ("John Smith", "john smith"),
        ("", ""),
    ],
)
def test_names_sort_by_how_they_are_spoken(name, key):
    assert pinyin_key(name) == key


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("张伟民", ("zwm",)),
        ("单伟民", ("swm", "dwm")),
        ("曾敏", ("zm", "cm")),
        ("解放", ("xf", "jf")),
        ("仇一", ("qy", "cy")),
        ("区一", ("oy", "qy")),
        ("乐一", ("yy", "ly")),
        ("查一", ("zy", "cy")),
        ("朴一", ("py",)),
        ("盖一", ("gy",)),
        ("覃一", ("qy", "ty")),
        ("翟一", ("zy", "dy")),
        ("尉迟敬德", ("ycjd", "wcjd")),
        ("万俟春", ("mqc", "wsc")),
        ("长孙无忌", ("zswj", "cswj")),
        ("乌力吉·巴特尔", ("wljbte",)),
        ("John Smith", ("js",)),
        ("𠮷野", ("y",)),
        ("", ("",)),
    ],
)
def test_a_clerk_finds_a_surname_under_each_of_its_readings(name, letters):
    assert initials(name) == letters


def test_both_readings_of_a_surname_are_keys():
    assert pinyin_keys("缪贤") == ("miao xian", "mou xian")


@given(st.text(max_size=20))
def test_no_text_breaks_a_name(text):
    name = normalise_name(text)
    assert normalise_name(name) == name
    assert pinyin_keys(text)
    assert all(letters.isascii() for letters in initials(text))
