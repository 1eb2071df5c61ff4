"""Names as they are found in a northern town: surnames by their share, given names by the time of birth."""

import random
from collections.abc import Callable, Container
from datetime import date
from itertools import accumulate

from residents.base.enums import Sex

# Share of the population in 1/10,000, roughly as the Ministry of Public Security publishes them, with the
# surnames that are frequent in western Inner Mongolia (白 云 康 苗 郝 乔 …) a little raised, and rare ones.
_SURNAMES = (
    "王:760 李:740 张:720 刘:520 陈:300 杨:310 赵:290 黄:90 周:150 吴:130 徐:120 孙:180 马:200 朱:100 胡:110 "
    "郭:190 何:110 高:190 林:60 罗:60 郑:80 梁:80 谢:50 宋:110 唐:60 许:70 韩:120 冯:90 邓:40 曹:70 彭:40 "
    "曾:25 肖:45 田:80 董:80 袁:50 潘:35 于:60 蒋:40 蔡:30 余:30 杜:70 叶:25 程:50 苏:70 魏:70 吕:60 丁:50 "
    "任:80 沈:40 姚:60 卢:40 姜:35 崔:60 钟:20 谭:25 陆:20 汪:25 范:60 金:40 石:60 廖:15 贾:70 夏:30 韦:10 "
    "付:30 方:30 白:110 邹:25 孟:50 熊:20 秦:40 邱:25 江:20 尹:25 薛:60 闫:60 段:40 雷:40 侯:50 龙:20 史:40 "
    "陶:20 黎:10 贺:50 顾:15 毛:35 郝:70 龚:15 邵:25 万:20 钱:20 严:20 覃:5 武:50 戴:20 莫:8 孔:25 向:10 汤:20 "
    "康:60 乔:60 苗:40 云:60 温:30 牛:50 樊:40 葛:20 倪:15 项:8 苟:6 柴:30 蔺:10 郄:4 单:20 解:15 仇:8 区:2 "
    "乐:2 查:4 朴:6 盖:4 缪:3 翟:20 尉:4 曲:15 党:10 靳:20 屈:15 原:6 折:4 贠:2 欧阳:6 上官:2 司马:2 诸葛:1"
)
_HUI = "马:50 杨:10 丁:8 李:8 王:8 海:3 哈:3 沙:3 虎:2 撒:2 纳:2 白:3"
_MANCHU = "关:20 佟:12 那:10 金:14 赵:10 白:8 王:10 李:8 索:4 富:4"
_MONGOLIAN_SURNAMES = "包:30 白:22 陈:12 王:12 韩:8 云:12 吴:6 何:5 奇:6 敖:6"

_GIVEN = {  # the last year of birth: names of men, names of women
    1949: (
        "福生 德山 玉林 振江 万财 长有 广田 明山 占山 守义 文祥 富贵 殿臣 永和 海山 贵元 成林 来福 凤山 有才",
        "秀英 桂兰 玉兰 桂英 秀兰 凤英 桂芝 玉珍 淑珍 素珍 淑兰 翠英 改花 秀珍 玉梅 金花 凤兰 桂花 兰英 转娥",
    ),
    1959: (
        "建国 国庆 卫国 建华 志强 抗美 援朝 解放 和平 国强 建军 长江 新民 保国 文明 忠义 永胜 树林 福全 三娃",
        "秀英 玉兰 桂英 秀兰 淑英 凤英 秀珍 玉英 桂芳 淑芳 秀芳 玉珍 春花 秀荣 桂琴 爱英 二女 翠花 玉华 美英",
    ),
    1969: (
        "建军 建国 卫东 志强 红卫 永红 文革 卫兵 跃进 建民 国华 俊明 学军 军 勇 伟 平 志刚 向东 利军 海军 二虎",
        "丽 红 秀梅 玉梅 桂梅 秀丽 玉玲 爱华 红梅 秀琴 春梅 丽华 凤霞 卫红 桂霞 秀霞 永红 建英 海英 改英",
    ),
    1979: (
        "军 伟 强 勇 涛 斌 磊 刚 建军 志强 海军 永强 文斌 俊 超 晓东 利 波 峰 志伟 小军 国栋 瑞 海龙 培",
        "丽 艳 红 霞 敏 静 芳 燕 娟 梅 玲 萍 丽娟 海燕 春霞 晓红 建梅 秀丽 瑞霞 俊霞 海霞 雪梅 小丽 慧",
    ),
    1989: (
        "伟 磊 鹏 超 涛 杰 浩 斌 飞 亮 强 凯 鑫 龙 宇 晓明 志鹏 文杰 海龙 建伟 小龙 旭 波 楠 雷",
        "婷 静 丽 娜 燕 敏 艳 娟 雪 倩 莉 晶 霞 丹 璐 婷婷 丽娜 晓燕 海霞 雅静 娜娜 慧敏 春燕 乐 佳",
    ),
    1999: (
        "鑫 浩 杰 鹏 宇 磊 帅 凯 涛 俊杰 志强 伟 阳 嘉伟 文博 旭东 晓宇 泽 天宇 佳豪 博 龙 宁 哲",
        "婷 敏 静 雪 慧 悦 佳 颖 欣 雅婷 雨晴 晓彤 佳琪 思雨 梦 丹丹 璐 文静 嘉欣 晓雪 宁 蕊 玥 琪",
    ),
    2009: (
        "浩然 子轩 宇轩 浩宇 子豪 博文 俊杰 佳豪 宇航 天宇 子涵 家乐 明轩 一鸣 文昊 嘉诚 思远 梓豪 皓轩 睿",
        "欣怡 子涵 雨桐 佳怡 欣悦 雨涵 梓涵 思琪 诗涵 可馨 嘉怡 雅琪 佳琪 心怡 语嫣 梦瑶 若曦 静怡 瑞雪 彤",
    ),
    9999: (
        "沐宸 浩宇 奕辰 宇泽 亦辰 子墨 梓睿 铭泽 嘉懿 俊熙 宸睿 泽宇 一诺 皓宸 云深 瑾瑜 亦安 书衡 景行 沐阳",
        "若汐 一诺 梓涵 艺涵 沐瑶 语桐 诗涵 梦琪 可昕 欣妍 依诺 苡沫 芷若 婉清 沐晴 予安 念初 清越 知夏 安然",
    ),
}
# Characters outside the common sets, as they stand in real registers (GB 18030-2022); fonts must have them.
RARE = "㛃 𬭚 䶮 𫘧 𬇙 𣲗 𫖯 㻏 喆 祎 赟 翀 頔 垚 犇 㵘".split()
RARE_SHARE = 0.004

_MONGOLIAN_MEN = (
    "巴特尔 乌力吉 苏和 巴图 朝鲁 额尔敦 孟和 毕力格 阿拉腾 那顺 布和 宝音 特木尔 达来 哈斯 白音 吉日嘎拉 "
    "巴雅尔 呼格吉勒 阿古拉 恩和 斯琴毕力格 孟克 敖其尔 布仁 图雅巴特 巴音孟克 乌恩 伊德尔 满都拉"
).split()
_MONGOLIAN_WOMEN = (
    "其其格 乌兰 萨仁 娜仁 托娅 乌云 高娃 斯琴 琪琪格 娜日苏 苏日娜 塔娜 萨日娜 其木格 阿茹娜 娜布其 格日勒 "
    "哈斯其其格 斯琴高娃 乌日汗 敖登 萨如拉 乌仁图雅 通拉嘎 安其尔 海日罕 娜仁托娅 乌云其木格 莎林 奥登"
).split()
# How a Mongolian's name stands in the register.
DOTTED, BARE, WITH_SURNAME = "dotted", "bare", "with_surname"
FOREIGN = (
    "伊琳娜·彼得罗娃",
    "Anna Kowalska",
    "巴图巴雅尔·钢宝力道",
    "Nguyen Thi Lan",
    "安德烈·伊万诺夫",
    "Park Ji-won",
)


def _weighted(text: str) -> dict[str, int]:
    return {name: int(share) for name, share in (entry.split(":") for entry in text.split())}


class _Lot:
    """A weighted choice, prepared once."""

    def __init__(self, shares: dict[str, int]) -> None:
        self.names = list(shares)
        self.sums = list(accumulate(shares.values()))

    def draw(self, rng: random.Random) -> str:
        return rng.choices(self.names, cum_weights=self.sums)[0]


_LOTS = {
    "01": _Lot(_weighted(_SURNAMES)),
    "02": _Lot(_weighted(_MONGOLIAN_SURNAMES)),
    "03": _Lot(_weighted(_HUI)),
    "11": _Lot(_weighted(_MANCHU)),
}
_BY_YEAR = {last: (men.split(), women.split()) for last, (men, women) in _GIVEN.items()}


def surname(rng: random.Random, ethnic_group: str) -> str:
    return _LOTS.get(ethnic_group, _LOTS["01"]).draw(rng)


def given(rng: random.Random, sex: str, birth_on: date) -> str:
    """A given name of one or two characters, of the fashion of the year; now and then a rare character."""
    men, women = next(lists for last, lists in _BY_YEAR.items() if birth_on.year <= last)
    pool = men if sex == Sex.MALE else women
    name = rng.choice(pool)
    chance = rng.random()
    if chance < RARE_SHARE:
        return rng.choice(RARE)
    if chance < 0.45:  # two halves of two names are a third one
        return name[0] + rng.choice(pool)[-1]
    return name


def full(line: str, rng: random.Random, sex: str, birth_on: date) -> str:
    return line + given(rng, sex, birth_on)


def another(draw: Callable[[random.Random], str], rng: random.Random, taken: Container[str]) -> str:
    """A name that nobody of the family has. What is drawn again comes from a lot of its own: the rest of the city
    stays as it is."""
    name = draw(rng)
    again = random.Random(name)
    while name in taken:
        name = draw(again)
    return name


def mongolian(rng: random.Random, sex: str, father: str = "") -> str:
    """A name without surname; with `father` it is written behind his, after the dot."""
    name = rng.choice(_MONGOLIAN_MEN if sex == Sex.MALE else _MONGOLIAN_WOMEN)
    return f"{father}·{name}" if father and father != name else name
