"""A made-up batch of the human resources office and what came of it, as the description of the API shows it."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample

ID = "0197d2a4-6a52-7c31-b0a5-3f7f1a2b9c01"
PERSON = "5d1f0c3e-8a94-2b76-91c0-4be07f6a2d18"
TICKET = "0197d2a4-7b10-7f52-8d3c-0a91c2e4f605"
NUMBER = "159999194403080026"
BATCH: dict[str, Any] = {
    "id": ID,
    "source": "human_resources",
    "state": "checking",
    "state_label": "正在核对",
    "as_of": "2026-11-24",
    "received_at": "2026-11-25T09:30:00+08:00",
    "applied_at": None,
    "rows": 2,
    "counts": {},
    "trouble": "",
}
APPLIED = BATCH | {
    "state": "applied",
    "state_label": "已导入",
    "applied_at": "2026-11-25T09:30:06+08:00",
    "counts": {"conflict": 1, "error": 1},
}
SENT = {
    "as_of": "2026-11-24",
    "rows": [
        {"full_name": "陈桂芝", "id_number": NUMBER, "employment": "40", "phone": "15400000001"},
        {"full_name": "李秀英", "employment": "99", "community": "150302002001"},
    ],
}
ROWS = [
    {
        "row": 1,
        "fate": "conflict",
        "fate_label": "有冲突",
        "person": PERSON,
        "problems": [],
        "todo": "与其他来源不一致的内容等待核实，结果见 statements。",
    },
    {
        "row": 2,
        "fate": "error",
        "fate_label": "有错误",
        "person": None,
        "problems": [{"field": "employment", "message": "不在代码表中，请按代码表填写。"}],
        "todo": "请按 problems 改正后重新报送这一行。",
    },
]
WORDS = [
    {
        "attribute": "employment",
        "sent": "40",
        "is_kept": True,
        "because": "updated",
        "because_label": "已按您报送的更新",
        "source": "human_resources",
        "as_of": "2026-11-24",
        "ticket": None,
    },
    {
        "attribute": "phone",
        "sent": "15400000001",
        "is_kept": False,
        "because": "disputed",
        "because_label": "与其他来源不一致，待核实",
        "source": "counter",
        "as_of": "2026-10-08",
        "ticket": {
            "id": TICKET,
            "state": "open",
            "opened_at": "2026-11-25T09:30:06+08:00",
            "closed_at": None,
            "note": "",
        },
    },
]
CHANGE = {
    "person": PERSON,
    "id_number": NUMBER,
    "changed_at": "2026-11-25T09:30:06+08:00",
    "values": [
        {
            "attribute": "employment",
            "value": "40",
            "source": "human_resources",
            "as_of": "2026-11-24",
        }
    ],
}


def _told(name: str, value: Any, status: str = "200") -> OpenApiExample:
    return OpenApiExample(name, value, response_only=True, status_codes=[status])


LIST_BATCHES = [_told("batches", {"items": [APPLIED], "next": None})]
PUSH = [
    OpenApiExample("push", SENT, summary=_("两个人，一行有错误"), request_only=True),
    _told("received", BATCH, "202"),
]
GET_BATCH = [_told("batch", APPLIED)]
LIST_ROWS = [_told("rows", {"items": ROWS, "next": None})]
STATEMENTS = [
    _told(
        "statements",
        {
            "items": [{"row": 1, "fate": "conflict", "person": PERSON, "attributes": WORDS}],
            "next": None,
        },
    )
]
CHANGES = [_told("changes", {"items": [CHANGE], "next": "gAAAAABn…", "more": False})]
