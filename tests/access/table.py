"""Who may open which door: every address of the portal × everybody. Read by test_table.py, written by hand.

An expectation names the status for each of Who: a number, or where one is sent instead (SIGN_IN, CHOOSE).
Outside the own reach 404, without the power 403, without signing in to the sign-in page.
"""

import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass, field as set_to
from typing import Any

from tests.access.world import Who, World

SIGN_IN, CHOOSE = "sign in", "choose a post"
Expected = dict[Who, int | str]
W = Who

RESIDENTS = {W.APPLICANT, W.NEIGHBOUR}
STATION = {W.CLERK, W.DIRECTOR}
COUNTERS = STATION | {W.CLERK_NEAR, W.CLERK_FAR}
FINDERS = COUNTERS | {W.DATA_CLERK}  # who looks people up, and where their files open
KEEPERS = STATION | {W.DATA_CLERK}
TELLERS = {W.DIRECTOR, W.STREET, W.STREET_OTHER}  # who answers for messages to residents
MENDERS = {W.DIRECTOR, W.DATA_CLERK}  # who keeps the base in order
REVIEWERS = {W.STREET, W.STREET_OTHER, W.DEPARTMENT, W.DEPARTMENT_OTHER}
HANDLERS = COUNTERS | REVIEWERS
OPINERS = REVIEWERS | {W.DIRECTOR}
SUPERVISORS = {W.DISTRICT_OFFICE, W.AUDITOR}
OF_CASE = STATION | {W.STREET, W.DEPARTMENT}  # those whom the case passes
WATCHERS = REVIEWERS | {
    *(W.DIRECTOR, W.MEMBER, W.SECRETARY, W.DISTRICT_OFFICE, W.LEADER, W.AUDITOR),
}
FOLLOWERS_UP = {W.STREET, W.DISTRICT_OFFICE}  # of the bad rating of the world: handler and reviewer
MENDERS_OF = {W.DIRECTOR, W.STREET, W.STREET_OTHER, W.DISTRICT_OFFICE}  # who handles ratings at all
OF_BENEFIT = STATION | {W.DEPARTMENT}  # who checks it, who decides about it
ABOVE = {  # those who look down on the community, or stand in it
    *(W.DIRECTOR, W.MEMBER, W.SECRETARY, W.STREET, W.DEPARTMENT, W.DEPARTMENT_OTHER),
    *(W.DISTRICT_OFFICE, W.LEADER, W.AUDITOR),
}
POSTS = set(W) - RESIDENTS - {W.ANONYMOUS, W.ENDED}


def everybody(ok: int | str = 200) -> Expected:
    return dict.fromkeys(W, ok)


def visitors(ok: int = 200) -> Expected:
    """For those who have not signed in; all others are at home already."""
    return everybody(302) | {W.ANONYMOUS: ok}


def signed_in(ok: int | str = 200, *, ended: int | str | None = None) -> Expected:
    return everybody(ok) | {W.ANONYMOUS: SIGN_IN, W.ENDED: ok if ended is None else ended}


def owner(ok: int = 200, *, who: Who = W.APPLICANT) -> Expected:
    """Whoever it belongs to; for all others it does not exist."""
    return signed_in(404) | {who: ok}


def typist(ok: int = 200) -> Expected:
    """A draft is for those who file, residents and counters, and of these for whoever typed it."""
    return only({W.APPLICANT}, ok, blind=COUNTERS | {W.NEIGHBOUR}) | {W.ENDED: 403}


def reader(ok: int = 200) -> Expected:
    """A joint form: for whoever types it, and once it is filed for those who may open a case of it."""
    return only({W.APPLICANT}, ok, blind=HANDLERS | {W.NEIGHBOUR}) | {W.ENDED: 403}


def residents(ok: int = 200) -> Expected:
    return signed_in(403) | dict.fromkeys(RESIDENTS, ok)


def applicant(ok: int = 200) -> Expected:
    """Residents may knock, and find only their own."""
    return residents(404) | {W.APPLICANT: ok}


def staff(ok: int = 200) -> Expected:
    return signed_in(ok, ended=CHOOSE) | dict.fromkeys(RESIDENTS, 403)


def only(who: Collection[Who], ok: int = 200, *, blind: Collection[Who] = ()) -> Expected:
    """Who holds the power; `blind` hold it too, but not over this."""
    return signed_in(403, ended=CHOOSE) | dict.fromkeys(blind, 404) | dict.fromkeys(who, ok)


def of_case(ok: int = 200) -> Expected:
    return only(OF_CASE, ok, blind=HANDLERS - OF_CASE)


def of_opiners(ok: int = 200) -> Expected:
    """Those who give an opinion on the case."""
    return only(OF_CASE & OPINERS, ok, blind=OPINERS - OF_CASE)


def on_record(ok: int = 200) -> Expected:
    """What supervision keeps of a case: for supervisors and for those whom the case passes."""
    return staff(404) | dict.fromkeys(OF_CASE | SUPERVISORS, ok)


def urged(ok: int = 200) -> Expected:
    """A letter to the station: for supervisors and for the station."""
    return staff(404) | dict.fromkeys(STATION | SUPERVISORS, ok)


def program(ok: int = 200, *, refused: Collection[Who] = (), code: int = 404) -> Expected:
    """The API: tokens open it, no cookie does; the token of an ended post is no token."""
    return everybody(ok) | {W.ANONYMOUS: 401, W.ENDED: 401} | dict.fromkeys(refused, code)


def of_departments(ok: int = 200) -> Expected:
    """What the systems of departments call, each for itself."""
    return program(403) | {W.DEPARTMENT: ok, W.DEPARTMENT_OTHER: ok}


def of_sender() -> Expected:
    """What a department sent is there for that department alone."""
    return of_departments() | {W.DEPARTMENT_OTHER: 404}


def open_program(ok: int = 200) -> Expected:
    return everybody(ok) | {W.ENDED: 401}


@dataclass(frozen=True)
class Row:
    """One address with one method. `given` names what stands in it, `data` what is sent."""

    name: str
    expected: Expected
    method: str = "get"
    given: Callable[[World], dict[str, Any]] = lambda world: {}
    data: dict[str, Any] = set_to(default_factory=dict)
    query: str = ""
    # Writes that a look leaves besides the audit trail and the session.
    leaves: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.name}"

    @property
    def is_api(self) -> bool:
        return self.name.startswith("api:")


def of(name: str) -> Callable[[World], dict[str, Any]]:
    """The id of the world's `name`, under the name that addresses use."""
    return lambda world: {ID_OF.get(name, f"{name}_id"): getattr(world, name).pk}


ID_OF = {
    "deputy": "post_id",
    "far_deputy": "post_id",
    "owing": "case_id",
    "told": "case_id",
    "delivered": "case_id",
    "lost": "message_id",
    "large_run": "run_id",
    "push": "batch_id",
    "report": "request_id",
    "far_report": "request_id",
    "double": "pair_id",
    "far_double": "pair_id",
    "far_mandate": "mandate_id",
    "kept": "paper_id",
    "thrown": "paper_id",
    "far_merge": "merge_id",
    "far_flag": "flag_id",
    "far_finding": "finding_id",
    "scratch": "draft_id",
    "far_post": "post_id",
    "far_user": "user_id",
    "far_body": "body_id",
    "far_canary": "canary_id",
    "far_endpoint": "endpoint_id",
    "far_delivery": "delivery_id",
    "batch": "batch_id",
    "far_batch": "batch_id",
    "import_row": "row_id",
    "far_row": "row_id",
    "bad": "rectification_id",
    "allowance": "consent_id",
    "kin": "request_id",
    "watched": "finding_id",
    "far_watched": "finding_id",
}


def with_(name: str, **more: Any) -> Callable[[World], dict[str, Any]]:
    return lambda world: of(name)(world) | more


def person(**more: Any) -> Callable[[World], dict[str, Any]]:
    return lambda world: {"person_id": world.hall.applicant.pk} | more


def item(world: World) -> dict[str, Any]:
    return {"code": world.hall.version.item_id}


def community(world: World) -> dict[str, Any]:
    return {"code": world.hall.community.code}


def number(world: World) -> dict[str, Any]:
    return {"number": world.case.number}


def code(world: World) -> dict[str, Any]:
    return {"code": world.letter.code}


def act(world: World) -> dict[str, Any]:
    return {"act_id": world.act}


def year(world: World) -> dict[str, Any]:
    return {"year": world.hall.now.year + 1}


def far_case(world: World) -> dict[str, Any]:
    return {"case_id": world.far_watched.case_id}


def notice(world: World) -> dict[str, Any]:
    return {"ref": world.notice.ref}


POST = "post"
NONSENSE = {"nonsense": "1"}  # an empty form is taken for none

PUBLIC = [
    Row("home", everybody()),
    Row("servicehall:search", everybody()),
    Row("servicehall:window", everybody(), given=lambda w: {"code": w.hall.version.item.window_id}),
    Row("servicehall:item", everybody(), given=item),
    Row("servicehall:stations", everybody()),
    Row("servicehall:track", everybody()),
    Row("servicehall:track", everybody(422), POST),
    Row("servicehall:tracked", everybody(302)),
    Row("servicehall:tracked-more", everybody(302)),
    Row("servicehall:track-rate", everybody(302)),
    Row("servicehall:track-rate", everybody(302), POST),
    Row("servicehall:track-leave", everybody(302), POST),
    Row("aftercare:expected", everybody(), given=item),
    *(
        Row(f"aftercare:track-{name}", everybody(302), method)
        for name in ("pressure", "again")
        for method in ("get", POST)
    ),
    Row("documents:tracked-letter", everybody(302), given=of("letter")),
    Row("documents:tracked-letter-pdf", everybody(302), given=of("letter")),
    Row("documents:verify", everybody()),
    Row("documents:verify-code", everybody(), given=code),
    Row("documents:verify-compare", everybody(422), POST, given=code),
    Row("residents:register", visitors()),
    Row("residents:register", visitors(422), POST, data=NONSENSE),
    Row("residents:forgot", visitors()),
    Row("residents:forgot", visitors(422), POST, data=NONSENSE),
    Row("residents:code", everybody(302)),
    Row("residents:code-again", everybody(302), POST),
    Row("residents:first-password", everybody(302)),
    Row("residents:to-counter", visitors()),
    Row("accounts:sign-in", visitors()),
    Row("accounts:sign-in", visitors(422), POST, data=NONSENSE),
    Row("accounts:second-factor", everybody(SIGN_IN)),
    Row("accounts:second-factor", everybody(SIGN_IN), POST),
    Row("accounts:enrol", everybody(SIGN_IN)),
    Row("accounts:enrol", everybody(SIGN_IN), POST),
    Row("accounts:new-password", everybody(SIGN_IN)),
    Row("accounts:new-password", everybody(SIGN_IN), POST),
    Row("accounts:continue", everybody(SIGN_IN)),
    Row("accounts:sign-out", everybody(SIGN_IN), POST),
    Row("common:language", everybody(302), POST),
    Row("common:size", everybody(302), POST),
    Row("common:style-guide", everybody()),
    Row("notifications:demo-phone", everybody()),
    Row("notifications:receipt", everybody(403), POST, given=lambda w: {"gateway": "first"}),
    Row("healthz-live", everybody()),
    Row("healthz-ready", everybody()),
]

PUBLICITY = [
    Row("publicity:notices", everybody()),
    Row("publicity:of-community", everybody(), given=community),
    Row("publicity:notice", everybody(), given=notice),
    Row("publicity:paper", everybody(), given=notice),
    Row("publicity:object", everybody(), given=notice),
    Row("publicity:object", everybody(422), POST, given=notice, data=NONSENSE),
    Row("publicity:answer", everybody()),
    Row("publicity:answer", everybody(422), POST, data=NONSENSE),
    Row("publicity:at-counter", only(COUNTERS), given=notice),
    Row("publicity:at-counter", only(COUNTERS, 422), POST, given=notice, data=NONSENSE),
    Row("publicity:objections", only(OPINERS)),
    Row("publicity:objection", of_opiners(), given=of("objection")),
    Row("publicity:objection", of_opiners(422), POST, given=of("objection"), data=NONSENSE),
    Row("publicity:refer", of_opiners(302), POST, given=of("objection")),
    Row("publicity:appraisal", of_opiners(), given=of("case")),
    Row("publicity:appraisal", of_opiners(422), POST, given=of("case"), data=NONSENSE),
]

SUPERVISION = [
    Row("supervision:overview", only(WATCHERS)),
    Row("supervision:findings", only(SUPERVISORS)),
    Row("supervision:dismiss", only(SUPERVISORS), given=of("watched")),
    Row("supervision:dismiss", only((), blind=SUPERVISORS), given=of("far_watched")),
    Row("supervision:dismiss", only(SUPERVISORS, 422), POST, given=of("watched"), data=NONSENSE),
    Row("supervision:case", on_record(), given=of("case")),
    Row("supervision:urge", only(SUPERVISORS), given=of("case")),
    Row("supervision:urge", only(SUPERVISORS, 422), POST, given=of("case"), data=NONSENSE),
    Row("supervision:urge", only((), blind=SUPERVISORS), given=far_case),
    Row("supervision:record", only(SUPERVISORS), given=of("case")),
    Row("supervision:record", only(SUPERVISORS, 422), POST, given=of("case"), data=NONSENSE),
    Row("supervision:record", only((), blind=SUPERVISORS), given=far_case),
    Row("supervision:paper", of_case(), given=of("case")),
    Row("supervision:paper", of_case(422), POST, given=of("case"), data=NONSENSE),
    Row("supervision:urgings", staff()),
    Row("supervision:urging", urged(), given=of("urging")),
    Row("supervision:urging-act", urged(422), POST, given=with_("urging", slug="reply")),
]

OWN_ACCOUNT = [
    Row("accounts:me", signed_in()),
    Row("accounts:stay", signed_in(204)),
    Row("accounts:change-password", signed_in()),
    Row("accounts:change-password", signed_in(422), POST, data=NONSENSE),
    Row("accounts:recovery-codes", signed_in(302)),
    Row("accounts:recovery-codes", signed_in(302), POST),
    Row("accounts:end-other-sessions", signed_in(302), POST),
    Row("accounts:end-session", signed_in(302), POST, given=lambda w: {"session_id": "0" * 64}),
    Row("accounts:verify", signed_in()),
    Row("accounts:verify", signed_in(422), POST, data=NONSENSE),
    Row(
        "governance:choose-post",
        staff(302) | dict.fromkeys(RESIDENTS, 302) | {W.ENDED: 200},
        leaves=("accounts_session",),
    ),
    Row("governance:tokens", signed_in(ended=CHOOSE)),
    Row("governance:token-make", signed_in(422), POST),
    Row("governance:token-revoke", owner(302), POST, given=of("token")),
    Row("notifications:inbox", signed_in()),
    Row("notifications:read-all", signed_in(302), POST),
    Row("notifications:open", owner(302), POST, given=of("message")),
]

OWN_MATTERS = [
    Row("servicehall:start", residents(302), POST, given=item),
    Row("servicehall:draft", typist(302), given=of("draft")),
    Row("servicehall:draft-discard", typist(302), POST, given=of("scratch")),
    Row("servicehall:draft-check", typist(), given=of("draft")),
    Row("servicehall:draft-check", typist(422), POST, given=of("draft")),
    Row("servicehall:draft-moved", typist(302), given=of("draft")),
    Row("servicehall:draft-moved", typist(302), POST, given=of("draft")),
    Row("servicehall:draft-page", typist(), given=with_("draft", key="known")),
    Row("servicehall:draft-page", typist(422), POST, given=with_("draft", key="known")),
    Row("servicehall:draft-autosave", typist(), POST, given=with_("draft", key="known")),
    Row(
        "servicehall:draft-attach",
        typist(),
        POST,
        given=lambda w: {"draft_id": w.draft.pk, "field": w.file_field},
    ),
    Row(
        "servicehall:draft-remove",
        typist(302),
        POST,
        given=lambda w: {"draft_id": w.draft.pk, "upload_id": w.spare.pk},
    ),
    Row("servicehall:file", owner(), given=of("upload")),
    Row("servicehall:my-cases", residents()),
    Row("servicehall:my-case", applicant(), given=of("case")),
    Row("servicehall:my-case-more", applicant(), given=of("case")),
    Row("servicehall:my-case-messages", applicant(), given=of("case")),
    Row("servicehall:my-case-messages", applicant(422), POST, given=of("case")),
    Row("servicehall:receipt", applicant(), given=of("case")),
    Row("servicehall:my-case-answer", applicant(), given=of("told")),
    Row("servicehall:my-case-answer", applicant(422), POST, given=of("told")),
    Row("servicehall:my-case-attach", applicant(302), POST, given=with_("told", key="x")),
    Row(
        "servicehall:my-case-remove",
        applicant(404),
        POST,
        given=lambda w: {"case_id": w.told.pk, "upload_id": uuid.uuid4()},
    ),
    Row("servicehall:my-case-withdraw", applicant(302), POST, given=of("case")),
    Row("servicehall:my-case-again", applicant(302), POST, given=of("delivered")),
    Row("servicehall:my-case-rate", applicant(), given=of("delivered"), query="?level=1"),
    Row(
        "servicehall:my-case-rate",
        applicant(422),
        POST,
        given=of("delivered"),
        data={"level": "1", "reasons": "nonsense"},
    ),
    *(
        row
        for name in ("pressure", "again")
        for row in (
            Row(f"aftercare:{name}", applicant(), given=of("delivered")),
            Row(f"aftercare:{name}", applicant(422), POST, given=of("delivered"), data=NONSENSE),
        )
    ),
    Row("aftercare:my-benefits", residents()),
    Row("aftercare:my-benefit", applicant(), given=of("benefit")),
    Row("documents:my-letter", applicant(), given=of("letter")),
    Row("documents:my-letter-pdf", applicant(), given=of("letter")),
    Row(
        "documents:my-mandate-letter",
        residents(404) | {W.APPLICANT: 302, W.NEIGHBOUR: 302},
        given=of("mandate"),
    ),
    Row("documents:my-mandate-letter", residents(404), given=of("far_mandate")),
    Row("servicehall:start-other", residents(), given=item),
    Row("servicehall:start-other", residents(404), POST, given=item),
    Row("servicehall:my-mandates", residents()),
    Row("servicehall:my-mandate-revoke", residents(302), POST, given=of("mandate")),
    Row("servicehall:my-mandate-revoke", residents(404), POST, given=of("far_mandate")),
    Row("servicehall:my-papers", residents()),
    Row("servicehall:my-papers", residents(422), POST, data=NONSENSE),
    Row("servicehall:my-paper", applicant(), given=of("kept")),
    Row("servicehall:my-paper-drop", applicant(302), POST, given=of("thrown")),
    Row(
        "servicehall:draft-choose",
        applicant(),
        given=lambda w: {"draft_id": w.draft.pk, "field": w.file_field},
    ),
    Row(
        "servicehall:draft-choose",
        residents(404),
        POST,
        given=lambda w: {"draft_id": w.draft.pk, "field": w.file_field},
    ),
    Row("servicehall:bundles", residents()),
    Row("servicehall:bundle", residents(), given=lambda w: {"code": "disability"}),
    Row("servicehall:bundle", residents(422), POST, given=lambda w: {"code": "disability"}),
    Row("servicehall:family", reader(302), given=of("family")),
    Row("servicehall:family-page", typist(), given=with_("family", key="known")),
    Row("servicehall:family-page", typist(422), POST, given=with_("family", key="known")),
    Row("servicehall:family-autosave", typist(), POST, given=with_("family", key="known")),
    Row("servicehall:family-discard", typist(302), POST, given=of("family")),
    Row("servicehall:my-signatures", residents()),
    Row(
        "servicehall:my-signature",
        residents(404) | {W.NEIGHBOUR: 302},
        POST,
        given=lambda w: {"signature_id": w.signature.pk, "verb": "sign"},
    ),
    Row("servicehall:my-proposals", residents()),
    Row("servicehall:proposal-apply", applicant(302), POST, given=of("proposal")),
    Row("servicehall:proposal-decline", applicant(302), POST, given=of("proposal")),
    Row("residents:me", residents()),
    Row("residents:show-own", residents(), given=lambda w: {"field": "phone"}),
    Row("residents:choose-language", residents(302), POST),
    Row("residents:who-looked", residents()),
]

PASSING = {W.DIRECTOR, W.STREET, W.DEPARTMENT}  # who gives opinions on the case
PASSING_ELSE = {W.STREET_OTHER, W.DEPARTMENT_OTHER}
COUNTER = [
    Row("governance:deputies", only({W.DIRECTOR})),
    Row("governance:deputies", only({W.DIRECTOR}, 422), POST),
    Row("governance:deputy-end", only({W.DIRECTOR}, 302), POST, given=of("deputy")),
    Row("governance:deputy-end", only(set(), blind={W.DIRECTOR}), POST, given=of("far_deputy")),
    Row("servicehall:start-for", only(COUNTERS, 404), POST, given=item),
    Row("servicehall:proposals", only(TELLERS)),
    Row("servicehall:proposals-of", only(TELLERS), given=item),
    Row("servicehall:proposals-tell", only(TELLERS, 302), POST, given=item),
    Row("servicehall:desk", only(HANDLERS)),
    Row("servicehall:desk-counts", only(HANDLERS)),
    Row("servicehall:find-case", only(HANDLERS), POST),
    Row(
        "servicehall:for-person",
        only(STATION, blind=COUNTERS - STATION),
        given=person(),
    ),
    Row("servicehall:bundles-for", only(STATION, blind=COUNTERS - STATION), given=person()),
    Row(
        "servicehall:bundle-for",
        only(STATION, blind=COUNTERS - STATION),
        given=person(bundle="disability"),
    ),
    Row(
        "servicehall:bundle-for",
        only(STATION, 422, blind=COUNTERS - STATION),
        POST,
        given=person(bundle="disability"),
    ),
    Row("servicehall:family-slip", only((), blind=HANDLERS), given=of("family")),
    Row("servicehall:case", of_case(), given=of("case")),
    Row("servicehall:case-why", of_case(), given=of("case")),
    Row("servicehall:mandates", only(STATION, blind=COUNTERS - STATION), given=person()),
    Row("servicehall:mandates", only(STATION, 422, blind=COUNTERS - STATION), POST, given=person()),
    Row(
        "documents:mandate-letter",
        only(STATION, 302, blind=COUNTERS - STATION),
        given=lambda w: {"mandate_id": w.mandate.pk},
    ),
    Row(
        "servicehall:mandate-revoke",
        only(STATION, 302, blind=COUNTERS - STATION),
        POST,
        given=lambda w: {"person_id": w.hall.applicant.pk, "mandate_id": w.mandate.pk},
    ),
    Row(
        "servicehall:case-signature",
        only(STATION, blind=COUNTERS - STATION),
        given=lambda w: {"case_id": w.case.pk, "signature_id": w.signature.pk},
    ),
    Row(
        "servicehall:case-signature",
        only(STATION, 422, blind=COUNTERS - STATION),
        POST,
        given=lambda w: {"case_id": w.case.pk, "signature_id": w.signature.pk},
    ),
    Row("servicehall:case-messages", of_case(), given=of("case")),
    Row("servicehall:case-messages", of_case(422), POST, given=of("case")),
    Row("servicehall:case-messages-settle", of_case(302), POST, given=of("case")),
    Row("servicehall:case-more", of_case(), given=of("case")),
    Row("servicehall:case-consult", only(PASSING, blind=PASSING_ELSE), given=of("case")),
    Row("servicehall:case-consult", only(PASSING, 422, blind=PASSING_ELSE), POST, given=of("case")),
    Row("servicehall:batch-start", only(HANDLERS, 302), POST),
    Row(
        "servicehall:case-batch",
        only({W.DIRECTOR}, blind=HANDLERS - {W.DIRECTOR}),
        given=lambda w: {"batch_id": w.many.pk},
    ),
    Row(
        "servicehall:case-batch-go",
        only({W.DIRECTOR}, 302, blind=HANDLERS - {W.DIRECTOR}),
        POST,
        given=lambda w: {"batch_id": w.many.pk},
    ),
    Row("servicehall:consultations", only(HANDLERS)),
    Row(
        "servicehall:consultation-answer",
        only({W.DEPARTMENT}, blind=HANDLERS - {W.DEPARTMENT}),
        given=of("consultation"),
    ),
    Row(
        "servicehall:consultation-answer",
        only({W.DEPARTMENT}, 422, blind=HANDLERS - {W.DEPARTMENT}),
        POST,
        given=of("consultation"),
    ),
    Row(
        "servicehall:consultation-cancel",
        only({W.DIRECTOR}, 302, blind=(PASSING | PASSING_ELSE) - {W.DIRECTOR}),
        POST,
        given=of("consultation"),
    ),
    Row(
        "servicehall:undertaking-keep",
        of_case(302),
        POST,
        given=lambda w: {"case_id": w.owing.pk, "key": w.owing.undertakings.all()[0].key},
    ),
    Row("servicehall:case-act", of_case(), given=with_("case", slug="forward")),
    Row("servicehall:case-act", of_case(422), POST, given=with_("case", slug="forward")),
    Row(
        "servicehall:case-reveal",
        of_case() | {W.DATA_CLERK: 404},
        given=with_("case", field="id_number"),
    ),
    Row(
        "servicehall:case-reveal",
        of_case(422) | {W.DATA_CLERK: 404},
        POST,
        given=with_("case", field="id_number"),
    ),
    Row("aftercare:deliveries", only(COUNTERS)),
    Row("aftercare:benefits", only(HANDLERS)),
    Row("aftercare:benefit", only(OF_BENEFIT, blind=HANDLERS - OF_BENEFIT), given=of("benefit")),
    *(
        Row(
            "aftercare:benefit-act",
            only(OF_BENEFIT, code, blind=HANDLERS - OF_BENEFIT),
            method,
            given=with_("benefit", slug="stop"),
            data=NONSENSE if method == POST else {},
        )
        for method, code in (("get", 200), (POST, 422))
    ),
    *(
        Row(f"aftercare:{name}", only(MENDERS_OF))
        for name in ("ratings", "ratings-closed", "mending")
    ),
    Row("aftercare:our-quality", only(HANDLERS)),
    # Neither the station that it is about nor another street finds the rating;
    Row(
        "aftercare:rectification",
        only(FOLLOWERS_UP, blind=MENDERS_OF - FOLLOWERS_UP),
        given=of("bad"),
        leaves=("accounts_fileuse",),
    ),
    *(
        Row(
            "aftercare:rectification-act",
            only(FOLLOWERS_UP, code, blind=MENDERS_OF - FOLLOWERS_UP),
            method,
            given=with_("bad", slug="rectify"),
            data=NONSENSE if method == POST else {},
            leaves=("accounts_fileuse",),
        )
        for method, code in (("get", 200), (POST, 422))
    ),
    Row(
        "aftercare:rectification-phone",
        only({W.STREET}, blind=MENDERS_OF - FOLLOWERS_UP) | {W.DISTRICT_OFFICE: 302},
        POST,
        given=of("bad"),
    ),
    # the station finds what it is asked to mend.
    Row("aftercare:mend", only({W.DIRECTOR}, blind=MENDERS_OF - {W.DIRECTOR}), given=of("bad")),
    *(
        Row(
            "aftercare:mend-act",
            only({W.DIRECTOR}, code, blind=MENDERS_OF - {W.DIRECTOR}),
            method,
            given=with_("bad", slug="answer"),
            data=NONSENSE if method == POST else {},
        )
        for method, code in (("get", 200), (POST, 422))
    ),
    Row("servicehall:slip", of_case(), given=of("case")),
    Row("documents:letter", of_case(), given=of("letter")),
    Row("documents:letter-pdf", of_case(), given=of("letter")),
    Row("documents:letter-withdraw", of_case(422), POST, given=of("letter")),
    Row("residents:find", only(FINDERS)),
    Row("residents:find", only(FINDERS, 200), POST),
    Row("residents:register-person", only(FINDERS)),
    Row("residents:register-person", only(FINDERS, 422), POST),
    Row("residents:file", only(KEEPERS, blind=COUNTERS - STATION), given=person()),
    Row("residents:phone", only(KEEPERS, 302, blind=COUNTERS - STATION), POST, given=person()),
    Row(
        "residents:reveal",
        only(KEEPERS, blind=HANDLERS - STATION),
        given=person(field="id_number"),
    ),
    Row(
        "residents:reveal",
        only(KEEPERS, 422, blind=HANDLERS - STATION),
        POST,
        given=person(field="id_number"),
    ),
    # Without a stated purpose both lead to the file, which asks for one.
    Row("residents:life", only(KEEPERS, 302, blind=COUNTERS - STATION), given=person()),
    *(
        Row(
            "residents:life-act",
            only(KEEPERS, 302, blind=COUNTERS - STATION),
            method,
            given=person(slug="death"),
        )
        for method in ("get", POST)
    ),
    Row("residents:event", only(KEEPERS, blind=COUNTERS - STATION), given=act),
    Row("residents:correct-event", only(KEEPERS, blind=COUNTERS - STATION), given=act),
    Row("residents:correct-event", only(KEEPERS, 422, blind=COUNTERS - STATION), POST, given=act),
    Row("residents:open-account", only(STATION, blind=COUNTERS - STATION), given=person()),
    Row(
        "residents:open-account",
        only(STATION, 422, blind=COUNTERS - STATION),
        POST,
        given=person(),
        data=NONSENSE,
    ),
    *(Row(f"residents:{name}", only(MENDERS)) for name in ("doubles", "merges", "double-new")),
    Row("residents:double-new", only(MENDERS, 422), POST, data=NONSENSE),
    *(Row(f"residents:{name}", only(MENDERS), given=of(name)) for name in ("double", "merge")),
    *(
        Row(f"residents:{name}", only((), blind=MENDERS), given=of(f"far_{name}"))
        for name in ("double", "merge")
    ),
    *(
        Row(f"residents:{name}", only(MENDERS, 422), POST, given=of(name), data=NONSENSE)
        for name in ("double", "merge")
    ),
    Row("residents:checks", only(MENDERS)),
    Row("residents:checks-run", only(MENDERS, 302), POST, data=NONSENSE),
    Row("residents:findings", only(MENDERS), given=lambda w: {"code": w.finding.code}),
    Row("residents:finding", only(MENDERS), given=of("finding")),
    Row("residents:finding", only((), blind=MENDERS), given=of("far_finding")),
    Row("residents:finding", only(MENDERS, 422), POST, given=of("finding"), data=NONSENSE),
    *(
        Row("residents:finding-fix", expected, POST, given=of(name))
        for name, expected in (
            ("finding", only(MENDERS, 302)),
            ("far_finding", only((), blind=MENDERS)),
        )
    ),
    Row("residents:care-review", only(MENDERS)),
    Row("residents:care", only(MENDERS, 302), given=person()),
    Row("residents:care", only(MENDERS, 302), POST, given=person(), data=NONSENSE),
    Row(
        "residents:care",
        only((), blind=MENDERS),
        given=lambda w: {"person_id": w.far_flag.person_id},
    ),
    *(
        Row(f"residents:care-{act}", expected, POST, given=of(flag), data=NONSENSE)
        for act in ("extend", "end")
        for flag, expected in (
            ("flag", only(MENDERS, 302)),
            ("far_flag", only((), blind=MENDERS)),
        )
    ),
    Row(
        "notifications:number",
        only({W.DIRECTOR, W.STREET}, 200, blind={W.STREET_OTHER}),
        POST,
        given=of("lost"),
    ),
]

ANSWERERS = {W.DIRECTOR, W.DEPARTMENT, W.DEPARTMENT_OTHER, W.DATA_CLERK}
DISTRICT = {W.DATA_CLERK}
OF_STATION = {W.DIRECTOR, W.DATA_CLERK}  # who answers for what the station itself knows best


def field(name: str, **more: Any) -> Callable[[World], dict[str, Any]]:
    return lambda world: {"field": name} | more


RIGHTS = [
    Row("rights:corrections", residents()),
    Row("rights:correct", residents(), given=field("employer")),
    Row("rights:correct", residents(422), POST, given=field("employer"), data=NONSENSE),
    Row("rights:correct-for", applicant(), given=person(field="employer")),
    Row("rights:correct-for", applicant(422), POST, given=person(field="employer"), data=NONSENSE),
    Row("rights:correction-withdraw", applicant(302), POST, given=of("correction")),
    Row("rights:purposes", residents()),
    Row("rights:purpose", residents(), given=lambda w: {"code": "proactive"}),
    Row("rights:purpose", residents(422), POST, given=lambda w: {"code": "care"}, data=NONSENSE),
    Row("rights:ward-purpose", residents(404), given=person(purpose_code="care")),
    Row("rights:ward-purpose", residents(404), POST, given=person(purpose_code="care")),
    Row("rights:copies", residents()),
    Row("rights:copies", residents(302), POST),
    Row("rights:copy", applicant(), given=with_("copy", form="json")),
    Row("rights:deletion", residents()),
    Row("rights:deletion", residents(422), POST, data=NONSENSE),
    Row("rights:deletion-withdraw", applicant(302), POST, given=of("deletion")),
    Row("rights:family", residents()),
    Row("rights:family-ask", residents(404), POST, given=person()),
    Row("rights:family-change", residents(302), POST, given=with_("allowance", act="end")),
    Row(
        "rights:family-change",  # between two others
        residents(404),
        POST,
        given=lambda w: {"consent_id": uuid.uuid4(), "act": "end"},
    ),
    Row(
        "rights:family-member",
        residents(404) | {W.NEIGHBOUR: 200},
        given=person(),
    ),
    Row("rights:kin", residents()),
    Row("rights:kin", residents(422), POST, data=NONSENSE),
    Row("rights:kin-withdraw", applicant(302), POST, given=of("kin")),
    Row("rights:desk", only(ANSWERERS)),
    Row("rights:deletions", only(ANSWERERS)),
    Row("rights:kin-requests", only(ANSWERERS)),
    Row(
        "rights:correction",  # the first look is written down and leads back here
        only(OF_STATION, 302, blind=ANSWERERS - OF_STATION),
        given=of("correction"),
        leaves=("accounts_fileuse", "residents_visit"),
    ),
    Row(
        "rights:correction",
        only(OF_STATION, 302, blind=ANSWERERS - OF_STATION),
        POST,
        given=of("correction"),
        data=NONSENSE,
    ),
    Row(
        "rights:correction-reveal",
        only(OF_STATION, 302, blind=ANSWERERS - OF_STATION),
        POST,
        given=of("correction"),
    ),
    Row(
        "rights:paper",
        signed_in(404) | dict.fromkeys(OF_STATION | {W.APPLICANT}, 200),
        given=of("paper"),
        leaves=("accounts_fileuse",),
    ),
    Row(
        "rights:deletion-answer",
        only(DISTRICT, 302, blind=ANSWERERS - DISTRICT),
        given=of("deletion"),
        leaves=("accounts_fileuse", "residents_visit"),
    ),
    Row(
        "rights:deletion-answer",
        only(DISTRICT, 302, blind=ANSWERERS - DISTRICT),
        POST,
        given=of("deletion"),
        data=NONSENSE,
    ),
    Row("rights:kin-request", only(DISTRICT, blind=ANSWERERS - DISTRICT), given=of("kin")),
    Row(
        "rights:kin-request",
        only(DISTRICT, 422, blind=ANSWERERS - DISTRICT),
        POST,
        given=of("kin"),
        data=NONSENSE,
    ),
    # Without a purpose stated first they lead to the file, which asks for one.
    *(
        row
        for name in ("guardians", "paper-consents")
        for row in (
            Row(f"rights:{name}", only(KEEPERS, 302, blind=COUNTERS - STATION), given=person()),
            Row(
                f"rights:{name}", only(KEEPERS, 302, blind=COUNTERS - STATION), POST, given=person()
            ),
        )
    ),
    Row(
        "rights:guardian-end",
        only(KEEPERS, 302, blind=COUNTERS - STATION),
        POST,
        given=lambda w: person()(w) | {"guardianship_id": uuid.uuid4()},
    ),
]

EDITORS = {W.DISTRICT_OFFICE, W.SYSTEM_ADMIN}


def item_and(**more: Any) -> Callable[[World], dict[str, Any]]:
    return lambda world: item(world) | more


def bundle(_world: World) -> dict[str, Any]:
    return {"code": "disability"}


def text(_world: World) -> dict[str, Any]:
    return {"code": "decision"}


# The item of the world is published and has no draft, so that a section leads back to it.
CATALOGUE = [
    Row("catalogue:items", only(EDITORS)),
    Row("catalogue:item-new", only(EDITORS)),
    Row("catalogue:item-new", only(EDITORS, 422), POST, data=NONSENSE),
    Row("catalogue:export", only(EDITORS), POST),
    Row("catalogue:import", only(EDITORS)),
    Row("catalogue:import", only(EDITORS, 422), POST, data=NONSENSE),
    Row("catalogue:word", only(EDITORS), query="?word=没钱"),
    Row("catalogue:add-word", only(EDITORS, 302), POST, given=item),
    Row("catalogue:item", only(EDITORS), given=item),
    Row("catalogue:version", only(EDITORS), given=item_and(number=1)),
    Row("catalogue:bundles", only(EDITORS)),
    Row("catalogue:bundle-new", only(EDITORS)),
    Row("catalogue:bundle-new", only(EDITORS, 422), POST, data=NONSENSE),
    Row("catalogue:bundle", only(EDITORS), given=bundle),
    Row("catalogue:bundle", only(EDITORS, 422), POST, given=bundle, data=NONSENSE),
    Row(
        "catalogue:bundle-act",
        only(EDITORS, 302),
        POST,
        given=lambda w: bundle(w) | {"verb": "start"},
    ),
    Row("documents:texts", only(EDITORS)),
    Row("documents:texts", only(EDITORS, 422), POST, data=NONSENSE),
    Row("documents:text", only(EDITORS), given=text),
    Row("documents:text", only(EDITORS, 422), POST, given=text, data=NONSENSE),
    Row(
        "documents:text-act", only(EDITORS, 302), POST, given=lambda w: text(w) | {"verb": "start"}
    ),
    Row("catalogue:item-act", only(EDITORS, 302), POST, given=item_and(verb="start")),
    *(
        Row(f"catalogue:{name}", only(EDITORS, 302), method, given=item_and(key="faq", **more))
        for name, method, more in (
            ("section", "get", {}),
            ("section", POST, {}),
            ("row-new", "get", {"name": "faq"}),
            ("row-new", POST, {"name": "faq"}),
            ("row", "get", {"name": "faq", "index": 0}),
            ("row", POST, {"name": "faq", "index": 0}),
            ("row-move", POST, {"name": "faq", "index": 0}),
        )
    ),
    Row("servicehall:item-preview", only(EDITORS), given=item),
    Row("servicehall:item-try", only(EDITORS, 302), given=item),
    Row("servicehall:item-try-page", only(EDITORS), given=item_and(key="check")),
    Row("servicehall:item-try-page", only(EDITORS), POST, given=item_and(key="check")),
]

OFFICIALS = [
    Row(
        "catalogue:empty-searches",
        only(REVIEWERS | {W.DIRECTOR, W.DISTRICT_OFFICE, W.SYSTEM_ADMIN}),
    ),
    Row("dashboards:overview", only(WATCHERS, 302)),
    Row("dashboards:place", only(ABOVE, blind=WATCHERS - ABOVE), given=community),
    Row("dashboards:population", only(ABOVE, blind=WATCHERS - ABOVE), given=community),
    Row(
        "dashboards:population-list",
        only(KEEPERS, blind=COUNTERS - STATION),
        given=community,
        query="?column=births&month=2026-01",
    ),
    Row(
        "dashboards:list",
        only(
            STATION | {W.STREET, W.DEPARTMENT, W.DEPARTMENT_OTHER, W.DISTRICT_OFFICE},
            blind=HANDLERS | {W.DISTRICT_OFFICE},
        ),
        given=community,
        query="?measure=filed&period=month",
    ),
]

EXPORTERS = {W.DEPARTMENT, W.DATA_CLERK}
SECOND_PERSONS = EXPORTERS | {W.DIRECTOR, W.DISTRICT_OFFICE}
OTHERS = {W.DEPARTMENT_OTHER}  # hold the power, for a department of their own


# Whoever fills in reports, here and elsewhere; those whom a report of this community concerns.
FILLERS = COUNTERS | {W.DATA_CLERK}
HERE = STATION | {W.DATA_CLERK}
CORRESPONDENTS = HERE | {W.DEPARTMENT, W.DISTRICT_OFFICE}
ASKED = CORRESPONDENTS


def template(world: World) -> dict[str, Any]:
    return {"template_id": world.run.template_id}


EXCHANGE = [
    Row("exchange:exports", only(EXPORTERS | OTHERS)),
    Row("exchange:export-waiting", only(SECOND_PERSONS | OTHERS)),
    Row("exchange:export-new", only(EXPORTERS, blind=OTHERS), given=template),
    Row(
        "exchange:export-new",
        only(EXPORTERS, 422, blind=OTHERS),
        POST,
        given=template,
        data=NONSENSE,
    ),
    Row(
        "exchange:export",
        staff(404) | dict.fromkeys(SECOND_PERSONS, 200),
        given=of("run"),
    ),
    Row(
        "exchange:export-decide",
        only(SECOND_PERSONS, 422, blind=OTHERS),
        POST,
        given=of("large_run"),
    ),
    # The data clerk sees that it went out; the file is for whoever asked and for the department.
    Row(
        "exchange:export-file",
        only({W.DEPARTMENT}, blind=OTHERS) | {W.DATA_CLERK: 302},
        POST,
        given=of("run"),
    ),
    Row("exchange:export-schema", only(EXPORTERS, blind=OTHERS), given=of("run")),
    Row("exchange:requests", staff()),
    Row("exchange:request-new", only({W.DEPARTMENT} | OTHERS)),
    Row("exchange:request-new", only({W.DEPARTMENT} | OTHERS, 422), POST, data=NONSENSE),
    Row("exchange:request", staff(404) | dict.fromkeys(ASKED, 200), given=of("report")),
    Row("exchange:request-decide", only({W.DISTRICT_OFFICE}, 422), POST, given=of("report")),
    Row(
        "exchange:request-decide",
        only(set(), blind={W.DISTRICT_OFFICE}),
        POST,
        given=of("far_report"),
    ),
    Row("exchange:forms", only(FILLERS)),
    Row("exchange:form", only(HERE, blind=FILLERS - HERE), given=of("form")),
    Row(
        "exchange:form",
        only(HERE, 422, blind=FILLERS - HERE),
        POST,
        given=of("form"),
        data={"submit": "1"},
    ),
    Row("exchange:refuse", only(FILLERS)),
    Row("exchange:refuse", only(FILLERS, 422), POST, data=NONSENSE),
    Row("exchange:refusal", staff(404) | dict.fromkeys(CORRESPONDENTS, 200), given=of("refusal")),
    Row("exchange:ledger", only(WATCHERS)),
    Row("exchange:ledger-list", only(WATCHERS)),
]

USERS, GRANTS, TRAIL = {W.SYSTEM_ADMIN}, {W.SECURITY_ADMIN}, {W.AUDITOR}

ADMINISTRATION = [
    Row("dashboards:users", only(USERS)),
    Row("dashboards:user-new", only(USERS)),
    Row("dashboards:user-new", only(USERS, 422), POST, data=NONSENSE),
    Row("dashboards:user", only(USERS), given=of("user")),
    Row("dashboards:user", only(set(), blind=USERS), given=of("far_user")),
    *(
        row
        for act, ok in (("password", 200), ("factor", 422), ("disable", 422), ("enable", 422))
        for row in (
            Row(f"dashboards:user-{act}", only(USERS, ok), POST, given=of("user")),
            Row(f"dashboards:user-{act}", only(set(), blind=USERS), POST, given=of("far_user")),
        )
    ),
    *(
        row
        for act in ("tie", "untie")
        for row in (
            Row(f"dashboards:user-{act}", only(USERS, 422), POST, given=of("user")),
            Row(f"dashboards:user-{act}", only(set(), blind=USERS), POST, given=of("far_user")),
        )
    ),
    Row("dashboards:canaries", only(GRANTS)),
    Row("dashboards:canaries", only(GRANTS, 422), POST, data=NONSENSE),
    Row("dashboards:canary", only(GRANTS), given=of("canary")),
    Row("dashboards:canary", only(GRANTS, 422), POST, given=of("canary"), data=NONSENSE),
    Row("dashboards:canary", only(set(), blind=GRANTS), given=of("far_canary")),
    Row("dashboards:posts", only(GRANTS)),
    Row("dashboards:bodies", only(GRANTS)),
    Row("dashboards:body", only(GRANTS), given=lambda w: {"body_id": w.hall.station.pk}),
    Row(
        "dashboards:body",
        only(GRANTS, 422),
        POST,
        given=lambda w: {"body_id": w.hall.station.pk},
        data=NONSENSE,
    ),
    Row("dashboards:body", only(set(), blind=GRANTS), given=of("far_body")),
    Row("dashboards:post", only(GRANTS), given=of("post")),
    Row("dashboards:post", only(GRANTS, 422), POST, given=of("post"), data=NONSENSE),
    Row("dashboards:post", only(set(), blind=GRANTS), given=of("far_post")),
    Row("dashboards:audit", only(TRAIL)),
    Row("dashboards:audit-entry", only(TRAIL), given=of("entry")),
    Row("dashboards:messages", only({W.DIRECTOR, W.STREET, W.STREET_OTHER})),
    *(
        Row(
            f"dashboards:message-{act}",
            only({W.DIRECTOR, W.STREET}, ok, blind={W.STREET_OTHER}),
            POST,
            given=of("lost"),
        )
        for act, ok in (("retry", 302), ("called", 422))
    ),
]

SETUP = [
    Row("governance:calendar", staff(302)),
    Row("governance:calendar-year", staff(), given=year),
    *(
        Row(f"governance:calendar-{act}", only({W.SYSTEM_ADMIN}, 422), POST, given=year)
        for act in ("day", "publish", "withdraw")
    ),
]

WEBHOOKS = [
    Row("notifications:webhooks", only(USERS)),
    Row("notifications:webhook-new", only(USERS)),
    Row("notifications:webhook-new", only(USERS, 422), POST, data=NONSENSE),
    Row("notifications:webhook", only(USERS), given=of("endpoint")),
    Row("notifications:webhook", only(set(), blind=USERS), given=of("far_endpoint")),
    *(
        row
        for act, ok in (
            ("rotate", 200),
            ("disable", 422),
            ("enable", 302),
            ("ping", 302),
            ("replay", 422),
        )
        for row in (
            Row(f"notifications:webhook-{act}", only(USERS, ok), POST, given=of("endpoint")),
            Row(
                f"notifications:webhook-{act}",
                only(set(), blind=USERS),
                POST,
                given=of("far_endpoint"),
            ),
        )
    ),
    Row("notifications:delivery-replay", only(USERS, 302), POST, given=of("delivery")),
    Row(
        "notifications:delivery-replay",
        only(set(), blind=USERS),
        POST,
        given=of("far_delivery"),
    ),
]

PROGRAMS = [
    Row("api:schema", open_program()),
    Row("api:docs", everybody()),
    Row("api:items", open_program()),
    Row("api:item", open_program(), given=item),
    Row("api:places", open_program()),
    Row("api:place", open_program(), given=community),
    Row("api:stations", open_program()),
    Row("api:cases", program()),
    Row("api:cases", program(422), POST),
    Row(
        "api:case",
        program(404) | dict.fromkeys(OF_CASE | {W.APPLICANT}, 200) | {W.ANONYMOUS: 404},
        given=number,
    ),
    Row(
        "api:withdraw",
        program(404)
        | dict.fromkeys(STATION | {W.APPLICANT}, 200)
        | dict.fromkeys(OF_CASE - STATION, 403),
        POST,
        given=number,
        data={"reason": "不办了。"},
    ),
    Row("api:track", open_program(422), POST),
    Row("api:batches", of_departments()),
    Row("api:batches", of_departments(422), POST),
    Row("api:batch", of_sender(), given=of("push")),
    Row("api:rows", of_sender(), given=of("push")),
    Row("api:statements", of_sender(), given=of("push")),
    Row("api:changes", of_departments()),
]

# A department's conflicts are its own: that of a telephone is for the station, and for the data clerk.
SETTLERS = {W.DIRECTOR, W.DATA_CLERK}
DEPARTMENTS = {W.DEPARTMENT, W.DEPARTMENT_OTHER}
_KNOCKS: tuple[tuple[str, str, int, dict[str, str]], ...] = (
    ("import", "get", 200, {}),
    ("import-progress", "get", 204, {}),
    ("import-columns", "get", 200, {}),
    ("import-columns", POST, 422, NONSENSE),
    ("import-codes", "get", 200, {}),
    ("import-codes", POST, 302, NONSENSE),
    ("import-rows", "get", 200, {}),
    ("import-remarks", "get", 200, {}),
    ("import-match", "get", 200, {}),
)
IMPORTS = [
    Row("exchange:imports", only({W.DATA_CLERK})),
    Row("exchange:import-new", only({W.DATA_CLERK})),
    Row("exchange:import-new", only({W.DATA_CLERK}, 422), POST, data=NONSENSE),
    *(
        Row(f"exchange:{name}", only({W.DATA_CLERK}, ok), method, given=of("batch"), data=data)
        for name, method, ok, data in _KNOCKS
    ),
    *(
        Row(
            f"exchange:{name}",
            only((), blind={W.DATA_CLERK}),
            method,
            given=of("far_batch"),
            data=data,
        )
        for name, method, _ok, data in _KNOCKS
    ),
    Row(
        "exchange:import-press",
        only({W.DATA_CLERK}, 302),
        POST,
        given=with_("batch", slug="apply"),
    ),
    Row(
        "exchange:import-press",
        only((), blind={W.DATA_CLERK}),
        POST,
        given=with_("far_batch", slug="discard"),
    ),
    Row("exchange:import-decide", only({W.DATA_CLERK}, 302), POST, given=of("import_row")),
    Row("exchange:import-decide", only((), blind={W.DATA_CLERK}), POST, given=of("far_row")),
    Row("exchange:conflicts", only(SETTLERS | DEPARTMENTS)),
    Row("exchange:conflicts", only(SETTLERS | DEPARTMENTS, 422), POST, data=NONSENSE),
    Row("exchange:conflict", only(SETTLERS, blind=DEPARTMENTS), given=of("ticket")),
    Row(
        "exchange:conflict",
        only(SETTLERS, 422, blind=DEPARTMENTS),
        POST,
        given=of("ticket"),
        data=NONSENSE,
    ),
    Row(
        "exchange:conflict-reveal",
        only(SETTLERS, blind=HANDLERS - SETTLERS),
        given=of("ticket"),
    ),
    Row(
        "exchange:conflict-reveal",
        only(SETTLERS, 422, blind=HANDLERS - SETTLERS),
        POST,
        given=of("ticket"),
    ),
]

TABLE = (
    *IMPORTS,
    *PUBLIC,
    *PUBLICITY,
    *SUPERVISION,
    *OWN_ACCOUNT,
    *OWN_MATTERS,
    *COUNTER,
    *RIGHTS,
    *CATALOGUE,
    *OFFICIALS,
    *EXCHANGE,
    *ADMINISTRATION,
    *SETUP,
    *WEBHOOKS,
    *PROGRAMS,
)
# Whatever else is below api/ answers in the API's shape that there is nothing.
NO_ADDRESS = {"api:unknown"}
