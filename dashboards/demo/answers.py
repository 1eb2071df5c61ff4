"""What an applicant would plausibly write into a form, for any item of the catalogue."""

import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from dashboards.demo import numbers
from residents.base.models import Person
from servicehall.catalogue import answering
from servicehall.catalogue.models import ItemVersion

Answers = dict[str, Any]

# What people write, by the key of the field; several to choose from.
TEXTS: dict[str, tuple[str, ...]] = {
    "property": ("自住楼房一套，没有车，存款不多", "无", "租房住，没有存款"),
    "explain": ("老人常年吃药，收入不够用。", "今年下岗，孩子还在上学。", "两口人都没有固定工作。"),
    "supporters": ("没有子女，配偶已去世。", "一个女儿在外地，自己也困难。"),
    "need_now": ("家里着火，急需住处和被褥。", "突发重病，手术费不够。"),
    "where": ("区人民医院急诊科", "家中"),
    "guardian_relation": ("祖母", "外祖父", "姑姑"),
    "wanted_job": ("保洁", "超市理货", "电工"),
    "skills": ("电焊", "做饭", "会开货车", "书法，能辅导孩子写字"),
    "experience": ("矿上机修十年", "商场收银五年"),
    "work_place": ("市场摆摊卖菜", "给人家做家政", "跑网约车"),
    "visit_time": ("工作日上午", "下午三点以后", "周三全天"),
    "when": ("工作日上午", "这周四下午"),
    "hospital": ("市人民医院", "市妇幼保健院"),
    "doctor": ("社区卫生服务站的王大夫",),
    "other_party": ("楼上住户", "施工队负责人"),
    "facts": (
        "楼上卫生间漏水，我家厨房顶棚泡坏了，协商过两次没有结果。",
        "小区路灯坏了半个月，晚上老人出门不安全。",
    ),
    "demand": ("希望修好漏水并赔偿损失。", "希望尽快修好路灯。"),
    "place": ("小区东门到三号楼之间",),
    "other_body": ("中共某某社区委员会",),
    "home_body": ("中共某某社区第二支部",),
    "name": ("夕阳红合唱队", "巧手编织社"),
    "purpose": ("组织老年人唱歌、跳舞，节日演出。", "排练节目"),
    "scope": ("为社区老人提供助餐、陪护服务。",),
    "venue": ("社区活动室二楼",),
    "tasks": ("代交水电费，代取药，代跑一次医保报销。",),
    "for_whom": ("区住房保障中心",),
    "use": ("申请公租房用",),
    "relation": ("父子", "兄弟"),
    "notary": ("乌海市公证处",),
    "estate": ("梨园小区",),
    "issued_by": ("原单位工会",),
    "permit_number": ("1503020201900123",),
    "employer": ("某某煤化工有限公司", "某某小学"),
    "allergy": ("不吃辣，有糖尿病",),
    "unit": ("某部",),
    "difficulty": ("腰有旧伤，找工作不容易。",),
    "device": ("轮椅", "助行器"),
    "detail": ("住在本社区，从2012年到现在。",),
    "witness": ("对门邻居",),
    "proof_use": ("学校评优",),
}
NUMBERS = {
    "monthly_income": 1860,
    "space": 56,
    "child_order": 1,
    "births": 1,
    "funds": 50000,
}
PERSON_NAMES = ("王建国", "李秀英", "张丽", "刘志强", "乌兰其其格")


def answers_for(
    version: ItemVersion,
    applicant: Person,
    *,
    rng: random.Random,
    today: date,
    address: str = "",
    members: Sequence[Person] = (),
) -> Answers:
    """A complete and valid set of answers to the questions of a version; files are not among them."""
    answers: Answers = {}
    for field in version.questions:
        if field["type"] == "file" or not answering.applies(field.get("condition"), answers):
            continue
        if not field.get("required") and rng.random() < 0.4:
            continue
        answers[field["key"]] = _answer(field, applicant, rng, today, address, members)
    return answers


def _answer(
    field: Mapping[str, Any],
    applicant: Person,
    rng: random.Random,
    today: date,
    address: str,
    members: Sequence[Person],
) -> Any:
    key, kind = str(field["key"]), field["type"]
    if kind in {"number", "money"}:
        low, high = field.get("min") or 0, field.get("max") or 10**6
        value = min(max(NUMBERS.get(key, rng.randint(1, 60)), low), high)
        return str(value)
    if kind == "date":
        return (today - timedelta(rng.randint(20, 300))).isoformat()
    if kind == "yesno":
        return field.get("must_be") or rng.choice(("yes", "no"))
    if kind == "choice":
        return str(field.get("must_be") or rng.choice(field["options"])["value"])
    if kind == "household_member":
        wanted = [str(person.pk) for person in (applicant, *members)]
        return list(dict.fromkeys(wanted))[: field.get("max") or 1]
    if kind == "person":
        return f"{rng.choice(PERSON_NAMES)} {numbers.phone(rng.randrange(10**8))}"
    return _text(field, applicant, rng, address)


def _text(field: Mapping[str, Any], applicant: Person, rng: random.Random, address: str) -> str:
    key, prefill = str(field["key"]), field.get("prefill")
    if prefill == "bank_card":
        return applicant.bank_card or numbers.bank_card(rng.randrange(10**9))
    if prefill == "actual_address" or key in {"address", "home_address", "new_address"}:
        return (address or "本社区")[: field.get("max") or 120]
    if key in {"home_phone"}:
        return numbers.phone(rng.randrange(10**8))
    return rng.choice(TEXTS.get(key, ("无",)))[: field.get("max") or 200]
