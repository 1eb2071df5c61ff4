"""Every kind of letter as a row: the act that issues it, its series, what its text may say and must say.

A new act of a case that needs a letter is one row here and one text in data/letters.yaml.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from servicehall.cases.enums import CaseAction as A
from servicehall.documents.enums import LetterKind as K


@dataclass(frozen=True, slots=True)
class Kind:
    """`group` names the series of numbers (data/numbering.yaml).

    `actions` are the CaseEvents that issue the letter; none where another act of an app above asks for it.
    `note` is the variable that the note of the event fills; `said` those that codes fill, of `event.said` or beside it.
    `needs` is a code in `event.said` without which the act brings no such letter.
    `adds` are further variables, read by `content.py` or given by the caller; `must` those without which the
    text would not do what the law asks of it. `signed_by_body` is False where a person signs.
    """

    group: str
    actions: tuple[str, ...] = ()
    needs: str = ""
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
    K.RECEIPT: Kind("receipt", ("file",), must=names("办件编号"), adds=names("收到材料")),
    K.ACCEPTANCE: Kind(
        "acceptance",
        (A.ACCEPT, A.TACIT_ACCEPT),
        must=names("受理日期 承诺办结日"),
        adds=names("视为受理"),
        skips_instant=True,
    ),
    K.DEFERRED: Kind(
        "undertaking", (A.ACCEPT,), needs="deferred", must=names("容缺材料 容缺期限"), signed_by_body=False
    ),
    K.COMMITMENT: Kind(
        "undertaking", (A.ACCEPT,), needs="committed", must=names("承诺事项 核查期限"), signed_by_body=False
    ),
    K.SUPPLEMENT: Kind(
        "notice", (A.SUPPLEMENT,), note="新情况", must=names("补正事项 补正期限")
    ),
    K.NON_ACCEPTANCE: Kind(
        "acceptance", (A.DECLINE,), must=names("理由 应找部门"), adds=REMEDY
    ),
    K.EXTENSION: Kind(
        "notice", (A.EXTEND,), note="理由", must=names("理由 延长期限 新的办结日")
    ),
    K.SPECIAL: Kind(
        "notice", (A.BEGIN_SPECIAL,), note="理由", must=names("特别程序 预计结束日 理由")
    ),
    K.PUBLICITY: Kind(
        "publicity", (A.PUBLICISE,), must=names("公示内容 公示开始日 公示结束日 异议电话")
    ),
    K.DECISION: Kind(
        "decision", (A.GRANT,), note="说明", adds=names("结果名称 核定金额"), replaces=DECISIONS
    ),
    K.REFUSAL: Kind(
        "decision", (A.REFUSE,), note="理由", must=names("理由") | REMEDY, replaces=DECISIONS
    ),
    K.TERMINATION: Kind("notice", (A.LAPSE,), must=names("补正期限"), adds=REMEDY),
    K.WITHDRAWAL: Kind("notice", (A.WITHDRAW,), note="撤回理由", must=names("撤回日期")),
    K.DELIVERY: Kind(
        "delivery",
        (A.DELIVER,),
        note="送达说明",
        said={"proxy_name": "代收人", "proxy_relation": "代收人关系", "tracking_number": "快递单号"},
        must=names("送达方式 送达日期 送达文书"),
    ),
    # Of a mandate, not of a case: actions/mandates.py.
    K.MANDATE: Kind(
        "undertaking",
        must=names("受托人 委托事项 委托期限"),
        adds=names("委托书 见证人"),
        signed_by_body=False,
    ),
}  # fmt: skip


def issued_by(action: str) -> list[K]:
    """The letters that an act may bring with it, in the order in which they are numbered."""
    return [code for code, kind in KINDS.items() if action in kind.actions]


# An act that takes back what was decided takes the letters back with it.
ENDED_BY: Mapping[str, frozenset[K]] = {A.REOPEN: DECISIONS | {K.DELIVERY}}
