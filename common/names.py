"""Names of persons: how they are stored, sorted and found. A name is one text; nothing here splits it for storage."""

import functools
import re
import unicodedata

from pypinyin import lazy_pinyin

_DOT = "\u00b7"
_DOTS = re.compile(r" *[\u00b7\u0387\u2022\u2024\u2027\u2218\u2219\u22c5\u25cf\u30fb\u16eb] *")
# An input method in Chinese mode writes the full stop for the dot of a Mongolian name.
_FULL_STOP = re.compile(r"(?<=[^\x00-\x7f]) ?[.。] ?(?=[^\x00-\x7f])")
_SPACE_IN_CHINESE = re.compile(
    r"(?<=[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]) (?=[^\x00-\x7f])"
)
_MONGOLIAN_VOWEL_SEPARATOR = "\u180e"

# Surnames that pypinyin reads as if they were ordinary words, and double surnames: the surname's reading
# first, then others that people type. A reading is its syllables.
_SURNAMES = {
    surname: tuple(tuple(reading.split()) for reading in readings.split("/"))
    for surname, readings in re.findall(
        r"(\S+):([a-z/ ]*[a-z])",
        """
        单:shan/dan  曾:zeng/ceng  解:xie/jie  仇:qiu/chou  区:ou/qu  乐:yue/le  查:zha/cha  朴:piao/pu
        盖:ge/gai  缪:miao/mou  翟:zhai/di  覃:qin/tan  尉:wei/yu  宓:mi/fu  召:shao/zhao  黑:he/hei
        员:yun/yuan  贠:yun/yuan  秘:bi/mi  繁:po/fan  种:chong/zhong  洗:xian/xi  折:she/zhe  佴:nai/er
        郇:xun/huan  句:gou/ju  都:du/dou  阚:kan/han  郗:xi/chi  祭:zhai/ji  隗:wei/kui  重:chong/zhong
        柏:bai/bo  薄:bo/bao  乜:nie/mie  颉:xie/jie  冒:mao/mo  藏:zang/cang  牟:mu/mou  能:nai/neng
        卜:bu/bo  谌:chen/shen  郄:qie/xi  撖:han/qian  会:gui/hui  行:xing/hang  车:che/ju  那:na/nuo
        石:shi/dan  沈:shen/chen  角:jue/jiao  逄:pang/feng  适:kuo/shi  合:he/ge  盍:he/ge  长:chang/zhang
        万:wan  澹:tan/dan  俟:qi/si  库:she/ku  圈:juan/quan  氏:shi/zhi
        万俟:mo qi/wan si  尉迟:yu chi/wei chi  长孙:zhang sun/chang sun  令狐:ling hu  澹台:tan tai/dan tai
        单于:chan yu/dan yu  欧阳:ou yang  司马:si ma  上官:shang guan  夏侯:xia hou  诸葛:zhu ge
        闻人:wen ren  东方:dong fang  赫连:he lian  皇甫:huang fu  公羊:gong yang  公冶:gong ye
        宗政:zong zheng  濮阳:pu yang  淳于:chun yu  太叔:tai shu  申屠:shen tu  公孙:gong sun  仲孙:zhong sun
        轩辕:xuan yuan  钟离:zhong li  宇文:yu wen  鲜于:xian yu  闾丘:lv qiu  司徒:si tu  司空:si kong
        亓官:qi guan  司寇:si kou  慕容:mu rong  呼延:hu yan  南宫:nan gong  西门:xi men  东郭:dong guo
        百里:bai li  端木:duan mu  拓跋:tuo ba  独孤:du gu  完颜:wan yan  纳兰:na lan  叶赫:ye he
        乐正:yue zheng  宰父:zai fu  谷梁:gu liang  段干:duan gan  漆雕:qi diao  壤驷:rang si  左丘:zuo qiu
        东门:dong men  梁丘:liang qiu
        """,
    )
}


def normalise_name(text: str) -> str:
    """NFKC; every kind of dot becomes U+00B7; spaces trimmed, and dropped between Chinese characters.

    Characters outside the common sets stay as they are; invisible ones go (Mongolian needs U+180E).
    """
    text = unicodedata.normalize("NFKC", text)
    if text.isalpha():  # as nearly all are: nothing but letters
        return text
    text = "".join(c for c in text if c == _MONGOLIAN_VOWEL_SEPARATOR or not _is_invisible(c))
    text = " ".join(text.split())
    text = _DOTS.sub(_DOT, _FULL_STOP.sub(_DOT, text)).strip(_DOT + " ")
    return _SPACE_IN_CHINESE.sub("", text)


def pinyin_key(name: str) -> str:
    """Sorts and finds a name: surname, space, the rest: "zhang weimin", "wuliji bateer", "john smith".

    Names of four and more characters without a known double surname are one word: most are Mongolian.
    A character without a reading stands for itself, and so sorts behind all others.
    """
    return pinyin_keys(name)[0]


def pinyin_keys(name: str) -> tuple[str, ...]:
    """All pinyin keys of a name, the surname's proper reading first: 单 is "shan" and "dan"."""
    readings, words = _read(name)
    return tuple(
        " ".join("".join(word) for word in (reading, *words) if word) for reading in readings
    )


def initials(name: str) -> tuple[str, ...]:
    """First letters of the syllables, once per reading of the surname: 单伟民 gives ("swm", "dwm").

    A character without a reading is left out.
    """
    readings, words = _read(name)
    spelled = (
        [*reading, *(syllable for word in words for syllable in word)] for reading in readings
    )
    return tuple(
        dict.fromkeys("".join(s[0] for s in syllables if s[0].isascii()) for syllables in spelled)
    )


@functools.lru_cache(maxsize=4096)  # each name is asked for several times, and many bear the same
def _read(name: str) -> tuple[tuple[tuple[str, ...], ...], tuple[tuple[str, ...], ...]]:
    """The surname's readings, and the syllables of each other word."""
    name = normalise_name(name)
    words = [word for word in re.split(f"[{_DOT} ]", name) if word]
    surname = _surname(name) if len(words) == 1 else ""
    words = [name.removeprefix(surname)] if surname else words
    readings = _SURNAMES.get(surname) or (_syllables(surname),)
    return readings, tuple(_syllables(word) for word in words if word)


def _surname(name: str) -> str:
    if len(name) > 2 and name[:2] in _SURNAMES:
        return name[:2]
    return name[0] if len(name) <= 3 and not name[0].isascii() else ""


def _syllables(word: str) -> tuple[str, ...]:
    return tuple(syllable.lower() for syllable in lazy_pinyin(word)) if word else ()


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf", "Cs"} and not character.isspace()
