"""What four departments would send about one community: each list with its own quirks, overlaps, clashes and faults."""

import csv
import io
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl

from dashboards.demo import numbers
from residents.base.enums import ETHNIC_GROUPS, PersonState
from residents.base.models import Person

# The first community of the demonstration in the district of the data clerk haibowan-data.
COMMUNITY = "150302001005"
SIZE = 240
EPOCH = date(1899, 12, 30)  # from which table programs count days
HOMOPHONES = str.maketrans("伟丽建国芳华志", "维莉健帼方桦智")
Table = list[list[Any]]


@dataclass(frozen=True, slots=True)
class One:
    """Somebody of the community, as departments know him."""

    name: str
    number: str
    born: date
    sex: str
    nation: str
    phone: str
    address: str


def write(folder: Path, *, seed: int) -> list[Path]:
    """The four files, the same for the same city and seed."""
    folder.mkdir(parents=True, exist_ok=True)
    community, people = _people()
    made = {
        "公安-户籍人口.xlsx": _police(people, community, random.Random(f"{seed}:police")),
        "民政-救助对象.csv": _civil(people, community, random.Random(f"{seed}:civil")),
        "人社-就业参保.xlsx": _labour(people, community, random.Random(f"{seed}:labour")),
        "卫健-健康档案.csv": _health(people, community, random.Random(f"{seed}:health")),
    }
    paths = []
    for name, content in made.items():
        path = folder / name
        path.write_bytes(content)
        paths.append(path)
    return paths


def _people() -> tuple[str, list[One]]:
    rows = (
        Person.objects.filter(community__code=COMMUNITY, state=PersonState.ACTIVE)
        .exclude(id_index=None)
        .exclude(birth_on=None)
        .select_related("community", "place__parent__parent")
        .order_by("id")[:SIZE]
    )
    found = [
        One(
            person.full_name,
            person.id_number or "",
            person.birth_on or EPOCH,
            "男" if person.sex == "1" else "女",
            str(ETHNIC_GROUPS.get(person.ethnic_group, "汉族")),
            person.phone or "",
            f"{person.community.name}{person.place.name}",
        )
        for person in rows
    ]
    if not found:
        raise LookupError(COMMUNITY)
    return rows[0].community.name, found


def _strangers(rng: random.Random, count: int, area: str) -> Iterator[One]:
    """People whom the base does not know yet."""
    for place in range(count):
        born = date(1950, 1, 1) + timedelta(days=rng.randrange(20_000))
        number = numbers.id_number(area, born, is_male=True, serial=490 + place % 9)
        name = rng.choice("郝乔苗云贾") + rng.choice("海小文志雪") + rng.choice("霞杰静鹏梅")
        yield One(name, number, born, "男", "汉族", numbers.phone(99_990_000 + place), "解放街")


def _police(people: Sequence[One], community: str, rng: random.Random) -> bytes:
    """A merged title, headings in two rows, a sum below; one number with a wrong last digit."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["海勃湾区户籍人口信息表"])
    sheet.append(["填表单位：公安分局", *[""] * 7, "截止：2026年10月31日"])
    sheet.append(["序号", "姓名", "证件", "", "性别", "民族", "出生日期", "户籍地址", "所属社区"])
    sheet.append(["", "", "类型", "号码", *[""] * 5])
    sheet.merge_cells("A1:I1")
    sheet.merge_cells("C3:D3")
    for column in "ABEFGHI":
        sheet.merge_cells(f"{column}3:{column}4")
    listed = [*people[:200], *_strangers(rng, 6, "150302")]
    for place, one in enumerate(listed, start=1):
        number = (
            one.number if place != 17 else one.number[:-1] + ("0" if one.number[-1] != "0" else "1")
        )
        sheet.append(
            [
                *(place, one.name, "居民身份证", number, one.sex, one.nation, one.born.isoformat()),
                *(f"海勃湾区{one.address}{place}号", community),
            ]
        )
    sheet.append([])
    sheet.append(["合计", f"{len(listed)}人"])
    return _saved(book)


def _civil(people: Sequence[One], community: str, rng: random.Random) -> bytes:
    """GB18030, own codes for the kind of aid, some names written by their sound."""
    rows: Table = [["*姓名", "身份证号码", "救助类别", "婚姻", "银行账号", "家庭住址", "社区名称"]]
    for place, one in enumerate(people[20:120]):
        name = _by_ear(one.name) if place % 10 == 3 else one.name
        rows.append(
            [
                *(name, one.number.lower(), rng.choice(["城市低保", "低保边缘", "特困", "无"])),
                *(rng.choice(["已婚", "未婚", "离婚"]), numbers.bank_card(88_000_000 + place)),
                *(f"{one.address}{place + 1}号", community),
            ]
        )
    rows.append(next(row for row in rows[1:] if row[2] == "特困"))  # somebody stands there twice
    return _csv(rows, "gb18030")


def _by_ear(name: str) -> str:
    """As somebody writes it who has only heard it; another last character where no such is known."""
    heard = name.translate(HOMOPHONES)
    return heard if heard != name else f"{name[:-1]}莹"


def _labour(people: Sequence[One], community: str, rng: random.Random) -> bytes:
    """Days as serial numbers, and some identity numbers that a table program has rounded."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "参保名单"
    sheet.append(
        [
            "人员姓名",
            "公民身份号码",
            "生日",
            "就业状态",
            "单位名称",
            "参保类型",
            "学历",
            "联系方式",
            "所在社区",
        ]
    )
    for place, one in enumerate(people[60:200]):
        sheet.append(
            [
                *(
                    one.name,
                    int(one.number) if place % 20 == 7 and one.number.isdigit() else one.number,
                ),
                *((one.born - EPOCH).days, rng.choice(["在职", "灵活就业", "退休", "待业"])),
                *(
                    rng.choice(["", "乌海能源公司", "市第二中学", "个体"]),
                    rng.choice(["职工", "居民"]),
                ),
                *(
                    rng.choice(["初中", "高中", "大专", "本科"]),
                    int(one.phone) if one.phone else None,
                ),
                community,
            ]
        )
    return _saved(book)


def _health(people: Sequence[One], community: str, rng: random.Random) -> bytes:
    """UTF-8 with other headings, a column that the base refuses, people without a number."""
    rows: Table = [
        [
            "档案号",
            "名字",
            "公民身份证号",
            "出生年月日",
            "手机号码",
            "居住地址",
            "医保类型",
            "诊断",
            "居委会",
        ]
    ]
    for place, one in enumerate([*people[100:240], *_strangers(rng, 4, "150303")]):
        number = "" if place % 15 == 4 else one.number
        phone = one.phone if place % 12 else numbers.phone(99_980_000 + place)
        rows.append(
            [
                *(f"JD{place:05d}", one.name, number, f"{one.born:%Y/%m/%d}", phone),
                *(f"{one.address}{place + 1}号", rng.choice(["职工医保", "居民医保"]), "（不收）"),
                f"{community}居委会",
            ]
        )
    return _csv(rows, "utf-8-sig")


def _csv(rows: Table, encoding: str) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


def _saved(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
