"""People the demonstration needs by name: those whose accounts are handed out, and rare cases of a register.

All are invented. Their numbers come from the serials that the generator leaves free.
"""

from dataclasses import dataclass
from datetime import date

from dashboards.demo.households import Family, Someone
from residents.base.enums import PersonState, Relation, Sex

R, S = Relation, Sex


@dataclass(frozen=True, slots=True)
class Wanted:
    community: str
    family: Family


def _family(community: str, *people: Someone, **traits: bool) -> Wanted:
    return Wanted(community, Family(list(people), **traits))


def _one(
    relation: Relation,
    sex: str,
    born: str,
    name: str,
    key: str,
    *,
    group: str = "01",
    area: str = "",
    foreign: bool = False,
) -> Someone:
    return Someone(
        relation,
        sex,
        date.fromisoformat(born),
        name,
        ethnic_group="" if foreign else group,
        is_foreign=foreign,
        area=area,
        note=key,
    )


LIYUAN, HUANGHE, XINQIAO = "150302001005", "150302002004", "150303001006"
XINYUAN, AIMIN, XIANFENG = "150303001007", "150304008008", "150304009008"

WANTED = (
    _family(
        LIYUAN,
        _one(R.HEAD, S.FEMALE, "1944-05-12", "郑桂兰", "elder", area="152801"),
        Someone(
            R.HEAD,
            S.MALE,
            date(1939, 10, 3),
            "吴德山",
            "01",
            PersonState.DECEASED,
            date(2019, 2, 8),
            area="150302",
        ),
    ),
    _family(
        LIYUAN,
        _one(R.HEAD, S.MALE, "1993-07-22", "段晓宇", "young_father", area="150302"),
        _one(R.SPOUSE, S.FEMALE, "1995-04-09", "高雅婷", "young_mother", area="150302"),
        Someone(R.DAUGHTER, S.FEMALE, date(2026, 1, 18), "段予安", "01"),
    ),
    _family(
        XIANFENG,
        _one(R.HEAD, S.MALE, "1979-11-30", "周海军", "low_income", area="150304"),
        _one(
            R.SPOUSE, S.FEMALE, "1981-02-14", "马玉梅", "low_income_wife", group="03", area="642101"
        ),
        Someone(R.DAUGHTER, S.FEMALE, date(2013, 6, 5), "周欣怡", "01", area="150304"),
        Someone(R.MOTHER, S.FEMALE, date(1951, 9, 17), "贺改花", "01", area="150304"),
    ),
    _family(
        HUANGHE,
        _one(R.HEAD, S.MALE, "1983-08-08", "孟志刚", "unemployed", area="150302"),
        is_registered_elsewhere=True,
    ),
    _family(
        XINQIAO,
        _one(R.HEAD, S.MALE, "1976-03-21", "乌力吉·巴特尔", "mongolian", group="02", area="152722"),
        _one(
            R.SPOUSE,
            S.FEMALE,
            "1978-12-02",
            "娜仁托娅",
            "mongolian_wife",
            group="02",
            area="152701",
        ),
        Someone(R.SON, S.MALE, date(2008, 5, 19), "巴特尔·苏和", "02", area="150303"),
    ),
    _family(
        XINYUAN,
        _one(R.HEAD, S.MALE, "1988-01-25", "单志鹏", "rare_reading", area="150303"),
        _one(R.SPOUSE, S.FEMALE, "1990-06-11", "伊琳娜·彼得罗娃", "foreign", foreign=True),
        _one(R.SON, S.MALE, "2019-03-30", "单𬭚", "rare_character", area="150303"),
    ),
    _family(
        AIMIN,
        _one(R.HEAD, S.MALE, "1971-07-07", "欧阳䶮", "rare_name", area="150304"),
        _one(R.MOTHER, S.FEMALE, "1946-01-15", "张㛃", "rare_elder", area="150304"),
    ),
    _family(
        AIMIN,
        _one(R.HEAD, S.FEMALE, "1985-09-23", "林慧敏", "permit", area="830000"),
        is_rented=True,
        is_registered_elsewhere=True,
    ),
)
