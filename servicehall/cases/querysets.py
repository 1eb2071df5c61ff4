"""The reads of the service hall. Every one that shows a person's matter starts with who is looking."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, Self, cast

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case as When_,
    CharField,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import JSONObject

from community.governance.enums import BodyKind, Power
from residents.base.enums import PersonState
from residents.rights.relatives import acted_for_by, close_to, wards_of
from servicehall.cases.enums import (
    BEFORE_ACCEPTANCE,
    OPEN_STATES,
    RUNNING,
    CaseAction,
    CaseState,
    Light,
    ProposalState,
    SignatureState,
    StepState,
)
from servicehall.catalogue.enums import Channel

if TYPE_CHECKING:
    from community.governance.scopes import Scope
    from residents.base.models import Person
    from servicehall.cases.models import (  # noqa: F401
        Batch,
        Case,
        CaseFamily,
        CaseMessage,
        Consultation,
        CoSignature,
        Draft,
        KeptPaper,
        Mandate,
        Proposal,
        ReviewStep,
        Upload,
    )


class ProposalQuerySet(QuerySet["Proposal"]):
    def waiting(self) -> Self:
        """Found or told, and not answered yet."""
        return self.filter(state__in=[ProposalState.FOUND, ProposalState.TOLD])

    def visible_to(self, scope: Scope) -> Self:
        """A resident sees what may fit him; who tells people sees those of his places."""
        if scope.is_nobody:
            return self.none()
        if scope.is_staff:
            return self.filter(scope.within(Power.HANDLE_MESSAGES, "person__community__path"))
        return self.filter(person__account_id=scope.user_id)


class BatchQuerySet(QuerySet["Batch"]):
    def visible_to(self, scope: Scope) -> Self:
        """A batch belongs to the post that began it."""
        if scope.is_nobody or scope.post_id is None:
            return self.none()
        return self.filter(post_id=scope.post_id)


class ConsultationQuerySet(QuerySet["Consultation"]):
    def open(self) -> Self:
        return self.filter(answered_at__isnull=True, cancelled_at__isnull=True)

    def asked_of(self, scope: Scope) -> Self:
        """What the acting body was asked and has not answered, the nearest day first; of a closed case nothing."""
        if scope.is_nobody or scope.body_id is None or not scope.has(Power.READ_CASES):
            return self.none()
        asked = self.open().filter(body_id=scope.body_id, case__closed_on__isnull=True)
        return asked.order_by("due_on", "pk")

    def asked_by(self, scope: Scope) -> Self:
        """What the acting body has asked about cases in its hands and still waits for."""
        if scope.is_nobody or scope.body_id is None or not scope.has(Power.REVIEW_CASES):
            return self.none()
        return self.open().filter(case__handler_id=scope.body_id)


class CaseMessageQuerySet(QuerySet["CaseMessage"]):
    def unanswered(self) -> Self:
        return self.filter(is_from_applicant=True, settled_at__isnull=True)

    def unread_by(self, *, staff: bool) -> Self:
        """Written by the other side, and not seen yet."""
        return self.filter(is_from_applicant=staff, read_at__isnull=True)


class CoSignatureQuerySet(QuerySet["CoSignature"]):
    def missing(self) -> Self:
        return self.exclude(state=SignatureState.SIGNED)

    def visible_to(self, scope: Scope, day: date) -> Self:
        """Whoever is asked, and the guardian of whoever is asked: nobody else signs for him."""
        if scope.is_nobody or scope.is_staff:
            return self.none()
        return self.filter(
            Q(person__account_id=scope.user_id) | Q(person__in=wards_of(scope, day).values("pk"))
        )

    def waiting(self) -> Self:
        """Not answered yet, while it still matters."""
        return self.filter(state=SignatureState.ASKED, case__state__in=sorted(OPEN_STATES))


class MandateQuerySet(QuerySet["Mandate"]):
    def in_force(self, day: date) -> Self:
        """A mandate ends with the life of whoever gave it (民法典 173)."""
        given = self.filter(revoked_at__isnull=True, from_on__lte=day, until__gte=day)
        return given.exclude(giver__state=PersonState.DECEASED)

    def covering(self, item_code: str) -> Self:
        """Those that name the item, and those that name none and mean all."""
        return self.filter(Q(items=[]) | Q(items__contains=[item_code]))

    def visible_to(self, scope: Scope) -> Self:
        """The two whom it is between; the counters where the one who gave it lives."""
        if scope.is_nobody:
            return self.none()
        if scope.is_staff:
            return self.filter(scope.within(Power.ACCEPT_CASES, "giver__community__path"))
        return self.filter(Q(giver__account_id=scope.user_id) | Q(holder__account_id=scope.user_id))


class KeptPaperQuerySet(QuerySet["KeptPaper"]):
    def visible_to(self, scope: Scope) -> Self:
        """Nobody but the person himself: staff see what was filed, not what is kept."""
        if scope.is_nobody or scope.is_staff:
            return self.none()
        return self.filter(person__account_id=scope.user_id)


class CaseFamilyQuerySet(QuerySet["CaseFamily"]):
    def visible_to(self, scope: Scope) -> Self:
        """Whoever typed it, and whoever it is for once it is filed; staff, what they are typing, and forms of
        which they may open a case."""
        if scope.is_nobody:
            return self.none()
        if scope.is_staff:
            cases = cast(
                "CaseQuerySet", self.model._meta.get_field("cases").related_model._default_manager
            )
            opened = cases.visible_to(scope).filter(family__isnull=False).values("family")
            typed = Q(owner_id=scope.user_id, filed_at__isnull=True)
            return self.filter(typed | Q(pk__in=opened))
        filed = Q(applicant__account_id=scope.user_id, filed_at__isnull=False)
        return self.filter(Q(owner_id=scope.user_id) | filed)

    def with_content(self) -> Self:
        """Filed, or with something left to fill in: drafts may have been filed or deleted by themselves."""
        draft = self.model._meta.get_field("drafts").related_model._default_manager
        left = draft.filter(family_id=OuterRef("pk"), is_filed=False)
        return self.filter(Q(filed_at__isnull=False) | Exists(left))


class DraftQuerySet(QuerySet["Draft"]):
    def visible_to(self, scope: Scope) -> Self:
        """A draft belongs to whoever types it, on any device."""
        if scope.is_nobody:
            return self.none()
        return self.filter(owner_id=scope.user_id, is_filed=False).select_related(
            "version__item__window"
        )

    def begun_by(self, person_id: uuid.UUID) -> Self:
        """Not filed yet, typed with the account of a person."""
        person = cast("type[Person]", self.model._meta.get_field("applicant").related_model)
        accounts = person.objects.filter(pk=person_id).values("account_id")
        return self.filter(owner_id__in=accounts, is_filed=False)


class CaseQuerySet(QuerySet["Case"]):
    def visible_to(self, scope: Scope) -> Self:
        """Own matters for a resident; for staff what lies with their body or in their places and lines."""
        return self.filter(self._reach(scope, Power.READ_CASES))

    def waiting_for(self, scope: Scope, day: date) -> Self:
        """What stands still until this resident brings something after, or signs."""
        if scope.is_staff or scope.is_nobody:
            return self.none()
        mending = self.visible_to(scope).filter(state=CaseState.SUPPLEMENT_REQUIRED)
        signing = (
            apps.get_model("servicehall", "CoSignature").objects.visible_to(scope, day).waiting()
        )
        return self.filter(Q(pk__in=mending.values("pk")) | Q(pk__in=signing.values("case")))

    def listed_for(self, scope: Scope) -> Self:
        """What may stand in a list with masked names: also for those who may not open a case."""
        return self.filter(self._reach(scope, Power.LIST_CASES))

    def open(self) -> Self:
        return self.filter(state__in=sorted(OPEN_STATES))

    def most_asked(self, since: date) -> QuerySet[Case, str]:
        """Codes of the items that were filed since a day, the most asked first. A count, so for everybody."""
        return (
            self.filter(filed_on__gte=since)
            .values("version__item_id")
            .annotate(filed=Count("pk"))
            .order_by("-filed", "version__item_id")
            .values_list("version__item_id", flat=True)
        )

    def under_way(self, applicants: Collection[uuid.UUID], items: Collection[str]) -> Self:
        """The same matters of the same persons that are still open, wherever: said before they are filed again.
        Who may file for a person may ask."""
        return self.open().filter(applicant_id__in=applicants, version__item_id__in=items)

    def in_hand_of(self, scope: Scope) -> Self:
        """The work list: open cases that the acting body must move, in the post's own lines."""
        if scope.body_id is None:
            return self.none()
        mine = self.open().filter(scope.on_own_lines("window_id"), handler_id=scope.body_id)
        return mine.offered_to(scope)

    def offered_to(self, scope: Scope) -> Self:
        """Without those from which the viewer himself must stand back; the same rule as rules.barred."""
        if scope.is_nobody:
            return self.none()
        person = cast("type[Person]", self.model._meta.get_field("applicant").related_model)
        self_ = person.objects.filter(Q(account=scope.user_id) | Q(staff_account=scope.user_id))
        passed = self.model.objects.filter(
            pk=OuterRef("pk"), steps__state=StepState.PASSED, steps__user=scope.user_id
        )
        return self.exclude(_concerning(self_)).exclude(Exists(passed))

    def lying_with_concerned(self, day: date) -> Self:
        """What may be taken there where somebody works who must stand back from it; for the machine only."""
        posts = apps.get_model("governance", "Post").objects.active_on(day)
        person = cast("type[Person]", self.model._meta.get_field("applicant").related_model)
        workers = posts.values("user")
        staff = person.objects.filter(Q(account__in=workers) | Q(staff_account__in=workers))
        here = posts.filter(body=OuterRef(OuterRef("handler")), user=OuterRef("user"))
        step = self.model._meta.get_field("steps").related_model._default_manager
        acted = step.filter(Exists(here), case=OuterRef("pk"), state=StepState.PASSED)
        return self.filter(
            _concerning(staff) | Q(Exists(acted)), state__in=sorted(BEFORE_ACCEPTANCE | RUNNING)
        )

    def with_unanswered_message(self) -> Self:
        """Somebody wrote to us and waits, be the case open or closed."""
        waiting = self.model.objects.filter(
            pk=OuterRef("pk"),
            messages__is_from_applicant=True,
            messages__settled_at__isnull=True,
        )
        return self.filter(Exists(waiting))

    def with_number(self, number: str) -> Self:
        return self.filter(number=number)

    def with_lapsed_notice(self, today: date) -> QuerySet[Case, uuid.UUID]:
        """Ids of cases that wait for an answer whose day has passed; for the machine only."""
        return (
            self.filter(
                state=CaseState.SUPPLEMENT_REQUIRED,
                notices__answered_at__isnull=True,
                notices__due_on__lt=today,
            )
            .order_by("pk")
            .values_list("pk", flat=True)
            .distinct()
        )

    def unanswered_since(self, day: date) -> QuerySet[Case, uuid.UUID]:
        """Ids of filings received before a day to which nobody has said anything; for the machine only."""
        return (
            self.filter(state__in=sorted(BEFORE_ACCEPTANCE), received_on__lt=day)
            .order_by("received_on", "pk")
            .values_list("pk", flat=True)
        )

    def with_light(self, today: date) -> Self:
        """Annotates `light` (enums.Light) as of a day; the same rule as deadlines.light."""
        return self.annotate(
            urgency=When_(
                *(When(light_is(light, today), then=Value(n)) for n, light in enumerate(URGENT)),
                default=Value(len(URGENT)),
            ),
            light=When_(
                *(When(light_is(light, today), then=Value(light.value)) for light in LIT),
                default=Value(Light.GREY.value),
                output_field=CharField(),
            ),
        )

    def for_lists(self) -> Self:
        """Everything a list row shows, in one query."""
        return self.select_related(
            "version__item", "window", "applicant", "community", "station", "handler"
        ).defer("answers", "query_code", "version__content")

    def for_page(self) -> Self:
        """Everything that the page of one case shows of it; `unsigned` adults of the household are counted along."""
        unsigned = apps.get_model("servicehall", "CoSignature").objects.missing()
        counted = unsigned.filter(case=OuterRef("pk")).order_by().values("case")
        return self.select_related(
            "version__item__window",
            "window",
            "applicant__community",
            "community",
            "station",
            "handler",
        ).annotate(unsigned=Subquery(counted.annotate(number=Count("pk")).values("number")))

    def with_reroutes(self) -> Self:
        """With `reroutes`: each time that it went on by itself, the oldest first, as {from_state, said}."""
        event = self.model._meta.get_field("events").related_model._default_manager
        rows = event.filter(case=OuterRef("pk"), action=CaseAction.REROUTE).order_by("id")
        row = JSONObject(from_state="from_state", said="said")
        return self.annotate(reroutes=ArraySubquery(rows.values_list(row)))

    def in_order_of_urgency(self) -> Self:
        """Lights first, then by the day on which something must be done; after with_light."""
        return self.order_by("urgency", F("act_by_on").asc(nulls_last=True), "id")

    def _reach(self, scope: Scope, power: Power) -> Q:
        if scope.is_nobody:
            return Q(pk__in=[])
        if not scope.is_staff:
            return Q(applicant__account_id=scope.user_id) | self._filed_for_others(scope)
        if scope.body_id is None or not scope.has(power):
            return Q(pk__in=[])
        steps, asked = (
            apps.get_model("servicehall", name).objects.filter(
                case=OuterRef("pk"), body_id=scope.body_id
            )
            for name in ("ReviewStep", "Consultation")
        )
        own = (
            Q(station_id=scope.body_id)
            | Q(handler_id=scope.body_id)
            | Q(Exists(steps))
            | Q(Exists(asked))
        )
        mine = scope.within(power, "community__path")
        if scope.body_kind == BodyKind.SERVICE_STATION:
            # A list of figures names, masked, what residents of its communities filed anywhere.
            return own | mine if power == Power.LIST_CASES else own
        if scope.body_kind == BodyKind.DEPARTMENT:
            # A line can hold items of several departments, Party matters among them: each sees its own.
            return own | (mine & Q(version__department=scope.body_key))
        return own | (mine & scope.on_own_lines("version__item__window_id"))

    def _filed_for_others(self, scope: Scope) -> Q:
        """What I filed for somebody, as long as I may act for him."""
        if scope.today is None:
            return Q(pk__in=[])
        today = scope.today
        mandates = apps.get_model("servicehall", "Mandate").objects.in_force(today)
        given = mandates.filter(holder__account_id=scope.user_id).values("giver_id")
        family = acted_for_by(scope, today).values("pk")
        return Q(filed_by_id=scope.user_id) & (
            Q(applicant_id__in=family) | Q(applicant_id__in=given)
        )


def _concerning(persons: QuerySet[Person]) -> Q:
    """The cases from which these persons must stand back: their own, of who is close to them, filed by them."""
    accounts = persons.filter(account__isnull=False).values("account")
    return (
        Q(applicant__in=persons.values("pk"))
        | Q(applicant__in=close_to(persons).values("pk"))
        | Q(channel=Channel.ONLINE, filed_by__in=accounts)
    )


URGENT = (Light.DOUBLE_RED, Light.RED, Light.YELLOW)
LIT = (Light.YELLOW, Light.RED, Light.DOUBLE_RED, Light.GREEN)


def light_is(light: Light, today: date) -> Q:
    """The open cases that show a light on a day; the same rule as deadlines.light."""
    unanswered = Q(closed_on__isnull=True, state__in=sorted(BEFORE_ACCEPTANCE), act_by_on__lt=today)
    running = Q(closed_on__isnull=True, promised_due_on__isnull=False)
    # A step over its own time is a warning though the whole is not late (domain 3.7).
    near = Q(warn_on__lte=today) | Q(act_by_on__lt=today)
    in_time = running & Q(promised_due_on__gte=today)
    return {
        Light.DOUBLE_RED: running & Q(statutory_due_on__lt=today),
        Light.RED: running & Q(promised_due_on__lt=today, statutory_due_on__gte=today),
        Light.YELLOW: unanswered | (in_time & near),
        Light.GREEN: in_time
        & Q(warn_on__gt=today)
        & (Q(act_by_on__isnull=True) | Q(act_by_on__gte=today)),
        Light.GREY: Q(closed_on__isnull=False) | (Q(promised_due_on__isnull=True) & ~unanswered),
    }[light]


class ReviewStepQuerySet(QuerySet["ReviewStep"]):
    def of_case(self, case_id: object) -> Self:
        return self.filter(case_id=case_id).select_related("body", "post__body")


class UploadQuerySet(QuerySet["Upload"]):
    def papers(self) -> Self:
        """What was handed in for the application; files of messages are no papers."""
        return self.filter(message__isnull=True)

    def visible_to(self, scope: Scope) -> Self:
        """Files of one's own drafts, and of the cases that one may open."""
        if scope.is_nobody:
            return self.none()
        cases = cast(
            "CaseQuerySet", self.model._meta.get_field("case").related_model._default_manager
        )
        return self.filter(
            Q(draft__owner_id=scope.user_id, case__isnull=True)
            | Q(case__in=cases.visible_to(scope).values("pk"))
        )
