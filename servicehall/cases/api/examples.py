"""One made-up case from filing to withdrawal, as the description of the API shows it."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample

NUMBER = "15030200200120261123000018"
PLACE = {"code": "150302002001", "name": "新桥社区"}
STATION = {"code": "150302002S01", "name": "新桥社区服务站"}
ITEM = {"code": "W4-04", "name": "高龄津贴"}
ANSWERS = {"bank_account": "9990330000000000129", "declaration": "yes"}

CASE = {
    "number": NUMBER,
    "item": ITEM,
    "window": {"code": "W4_CARE", "name": "助老助残"},
    "applicant_name": "陈*芝",
    "community": PLACE,
    "station": STATION,
    "handler": STATION,
    "channel": "api",
    "state": "submitted",
    "state_label": "已提交",
    "outcome": "",
    "light": "grey",
    "filed_at": "2026-11-23T09:30:00+08:00",
    "act_by_on": "2026-11-30",
    "promised_due_on": None,
    "due_is_provisional": False,
    "closed_at": None,
}
DETAIL = {
    **CASE,
    "applicant_name": "陈桂芝",
    "statutory_due_on": None,
    "outcome_reason": "",
    "notice": None,
    "timeline": [
        {
            "title": "提交申请",
            "state": "done",
            "who": "申请人",
            "at": "2026-11-23T09:30:00+08:00",
            "due": None,
            "note": "",
        },
        {
            "title": "受理或告知",
            "state": "now",
            "who": "新桥社区服务站",
            "at": None,
            "due": "2026-11-30",
            "note": "",
        },
    ],
}
RECEIPT = {
    "number": NUMBER,
    "query_code": "402913",
    "item": ITEM,
    "station": STATION,
    "filed_at": "2026-11-23T09:30:00+08:00",
}
WITHDRAWN = {
    "number": NUMBER,
    "state": "withdrawn",
    "state_label": "已撤回",
    "closed_at": "2026-11-24T10:05:00+08:00",
}


def told(name: str, value: Any, status: str = "200") -> OpenApiExample:
    return OpenApiExample(name, value, response_only=True, status_codes=[status])


def sent(name: str, value: Any, summary: str | Promise) -> OpenApiExample:
    return OpenApiExample(name, value, summary=summary, request_only=True)


LIST_CASES = [told("cases", {"items": [CASE], "next": None})]
FILE_CASE = [
    sent("resident", {"item": "W4-04", "answers": ANSWERS}, _("居民为本人提交")),
    sent(
        "station",
        {
            "item": "W4-04",
            "answers": ANSWERS,
            "contact_phone": "15400000001",
            "applicant": {"id_number": "159999194403080026"},
        },
        _("服务站为居民提交"),
    ),
    told("filed", RECEIPT, "201"),
]
GET_CASE = [told("case", DETAIL)]
WITHDRAW = [
    sent("withdraw", {"reason": "材料要重新准备"}, _("撤回，写明原因")),
    told("withdrawn", WITHDRAWN),
]
TRACK = [
    sent("track", {"number": NUMBER, "query_code": "402913"}, _("回执上的编号和查询码")),
    told("tracked", {**DETAIL, "applicant_name": ""}),
]
