"""What the portal does not collect: diagnoses, religion, drugs, HIV, offences (domain 3.5, PIPL 28)."""

import re

import pytest
import yaml
from django.utils.translation import override

from residents.base.actions.care import DATA
from residents.base.attributes import ATTRIBUTES
from tests.architecture.test_models import own_models

FORBIDDEN = re.compile(
    r"diagnos|disease|illness|religi|faith|drug|narcot|hiv\b|hiv_|aids\b|offen[cs]e|crimin|convict|prison|parole"
    r"|biometr"
    r"|诊断|病史|病种|病情|疾病|重病|精神障碍|宗教|信仰|吸毒|戒毒|涉毒|艾滋|前科|犯罪|刑满|矫正|服刑|指纹|人脸",
    re.IGNORECASE,
)


def names() -> list[tuple[str, str]]:
    """Where something is kept, and what it is called: columns, attributes of a person, kinds of care flags."""
    with override("zh-hans"):
        found = [
            (str(field), f"{field.name} {getattr(field, 'verbose_name', '')}")
            for model in own_models()
            for field in model._meta.local_fields
        ]
        found += [
            (key, " ".join((key, str(each.label), *each.names))) for key, each in ATTRIBUTES.items()
        ]
    kinds = yaml.safe_load(DATA.read_text(encoding="utf-8"))["kinds"]
    return found + [(kind["code"], f"{kind['code']} {kind['name']}") for kind in kinds]


def test_no_column_attribute_or_flag_keeps_what_is_nobodys_business():
    assert not [where for where, name in names() if FORBIDDEN.search(name)]


@pytest.mark.parametrize(
    "name", ["diagnosis", "宗教信仰", "is_hiv_positive", "吸毒史", "offence_kind"]
)
def test_the_reader_of_names_reads(name):
    assert FORBIDDEN.search(name)
