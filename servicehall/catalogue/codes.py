"""The code tables of GB/T 39046-2020 annex A, and the item codes of GB/T 39554.1-2020 (domain 3.7)."""

import re
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.identity import InvalidUscc, check_uscc

Table = Mapping[str, str | Promise]

TYPES: Table = {
    "01": _("行政许可"), "02": _("行政处罚"), "03": _("行政强制"), "04": _("行政征收"), "05": _("行政给付"),
    "06": _("行政检查"), "07": _("行政确认"), "08": _("行政奖励"), "09": _("行政裁决"), "10": _("其他行政权力"),
    "20": _("公共服务"),
}  # fmt: skip
LEVELS: Table = {
    "1": _("国家级"), "2": _("省级"), "3": _("市级"), "4": _("县级"), "5": _("镇（街道）级"), "6": _("村（社区）级"),
    "7": _("分级管理"),
}  # fmt: skip
NATURES: Table = {
    "1": _("法定机关"), "2": _("授权组织"), "3": _("受委托组织"), "9": _("其他"),
}  # fmt: skip
SERVED: Table = {
    "1": _("自然人"), "2": _("企业法人"), "3": _("事业法人"), "4": _("社会组织法人"),
    "5": _("机关法人"), "6": _("其他组织"),
}  # fmt: skip
HANDLING: Table = {
    "1": _("窗口办理"), "2": _("电脑端办理"), "3": _("手机端办理"), "4": _("快递申请"), "9": _("其他方式"),
}  # fmt: skip
SPECIAL: Table = {"1": _("延长审批"), "2": _("其他特别程序")}

CODE = re.compile(r"[0-9A-HJ-NP-RTUW-Y]+")  # without I O Z S V
AREAS = {"00", "15"}  # the national list, and that of the autonomous region
LOCAL = "15"


def fault_of_basic(code: str, type_code: str) -> str | Promise:
    """What is wrong with a 基本编码: area 2, type 2, main 5, sub 3. "" when nothing is."""
    if len(code) != 12 or not CODE.fullmatch(code):
        return _("基本编码应为12位数字和大写字母，不含I、O、S、V、Z。")
    if code[:2] not in AREAS:
        return _("基本编码前两位应为00（国家）或15（内蒙古）。")
    if code[2:4] != type_code:
        return _("基本编码第3、4位应与事项类型代码一致。")
    return ""


def is_placeholder(code: str) -> bool:
    """X in the place of the department: no real code has it (data/README.md)."""
    return len(code) == 12 and code[4] == "X"


def fault_of_implementing(code: str, *, basic: str, level: str, uscc: str) -> str | Promise:
    """What is wrong with a 实施编码: credit code 18, level 1, basic code 12."""
    if len(code) != 31 or not CODE.fullmatch(code):
        return _("实施编码应为31位：统一社会信用代码18位、行使层级1位、基本编码12位。")
    if fault := fault_of_uscc(code[:18]):
        return fault
    if uscc and code[:18] != uscc:
        return _("实施编码前18位应与实施主体的统一社会信用代码一致。")
    if level and code[18] != level:
        return _("实施编码第19位应与行使层级一致。")
    if code[19:] != basic:
        return _("实施编码后12位应与基本编码一致。")
    return ""


def fault_of_handling(code: str, *, implementing: str) -> str | Promise:
    """What is wrong with a 业务办理项编码: implementing code 31, serial 2."""
    if len(code) != 33 or not CODE.fullmatch(code):
        return _("业务办理项编码应为33位：实施编码31位加2位顺序号。")
    if code[:31] != implementing:
        return _("业务办理项编码前31位应与实施编码一致。")
    return ""


def fault_of_uscc(code: str) -> str | Promise:
    try:
        check_uscc(code)
    except InvalidUscc as refusal:
        return refusal.message
    return ""
