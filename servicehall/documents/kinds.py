"""Every kind of letter as a row: the act that issues it, its series, what its text may say and must say.

A new act of a case that needs a letter is one row here and one text in data/letters.yaml.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from servicehall.cases.enums import CaseAction
from servicehall.documents.enums import LetterKind as K


@dataclass(frozen=True, slots=True)
class Kind:
    """`group` names the series of numbers (data/numbering.yaml).

    `action` is the CaseEvent that issues the letter; empty where another act of an app above asks for it.
    `note` is the variable that the note of the event fills; `said` those that codes in `event.said` fill.
    `adds` are further variables, read by `content.py` or given by the caller; `must` those without which the
    text would not do what the law asks of it. `signed_by_body` is False where a person signs.
    """

    group: str
    action: str = ""
    note: str = ""
    said: Mapping[str, str] = field(default_factory=dict)
    adds: frozenset[str] = frozenset()
    must: frozenset[str] = frozenset()
    signed_by_body: bool = True
    replaces: frozenset[K] = frozenset()
    skips_instant: bool = False

    @property
    def provides(self) -> frozenset[str]:
        named = {self.note} if self.note else set()
        return self.adds | self.must | named | frozenset(self.said.values())


def names(text: str) -> frozenset[str]:
    return frozenset(text.split())


REMEDY = names("复议机关 诉讼法院")
DECISIONS = frozenset({K.DECISION, K.REFUSAL})

KINDS: dict[K, Kind] = {
    K.RECEIPT: Kind("receipt", "file", must=names("办件编号"), adds=names("收到材料")),
    K.ACCEPTANCE: Kind(
        "acceptance", CaseAction.ACCEPT, must=names("受理日期 承诺办结日"), skips_instant=True
    ),
    K.SUPPLEMENT: Kind(
        "notice", CaseAction.SUPPLEMENT, note="新情况", must=names("补正事项 补正期限")
    ),
    K.NON_ACCEPTANCE: Kind(
        "acceptance", CaseAction.DECLINE, must=names("理由 应找部门"), adds=REMEDY
    ),
    K.EXTENSION: Kind("notice", note="理由", must=names("理由 延长期限 新的办结日")),
    K.SPECIAL: Kind("notice", note="理由", must=names("特别程序 特别程序期限 理由")),
    K.DECISION: Kind(
        "decision", CaseAction.GRANT, note="说明", adds=names("结果名称"), replaces=DECISIONS
    ),
    K.REFUSAL: Kind(
        "decision",
        CaseAction.REFUSE,
        note="理由",
        must=names("理由") | REMEDY,
        replaces=DECISIONS,
    ),
    K.TERMINATION: Kind("notice", CaseAction.LAPSE, must=names("补正期限"), adds=REMEDY),
    K.WITHDRAWAL: Kind(
        "notice", CaseAction.WITHDRAW, note="撤回理由", must=names("撤回日期")
    ),
    K.DELIVERY: Kind(
        "delivery", CaseAction.DELIVER, note="送达说明", must=names("送达方式 送达日期 送达文书")
    ),
    K.MANDATE: Kind(
        "undertaking", must=names("受托人 委托事项 委托期限"), signed_by_body=False
    ),
    K.DEFERRED: Kind("undertaking", must=names("容缺材料 容缺期限"), signed_by_body=False),
    K.COMMITMENT: Kind("undertaking", must=names("承诺内容 违约后果"), signed_by_body=False),
    K.PUBLICITY: Kind(
        "publicity", must=names("公示内容 公示开始日 公示结束日 异议电话")
    ),
}  # fmt: skip

ISSUED_BY: dict[str, K] = {str(kind.action): code for code, kind in KINDS.items() if kind.action}
