"""一件事: choosing the items, the joint form page by page, and one page to follow all its cases."""

import uuid
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.access import RESIDENT, SIGNED_IN, access
from common.errors import Invalid, NotAllowed
from community.governance.scopes import PortalRequest
from residents.base.models import Person
from servicehall.cases import actions
from servicehall.cases.actions.families import drafts_of
from servicehall.cases.bundles import Asked, joint, joint_steps, labels_of
from servicehall.cases.forms_page import PageForm
from servicehall.cases.models import Case, CaseFamily
from servicehall.cases.steps import CHECK, CONTACT, KNOWN, Step
from servicehall.cases.views._answers import answer_rows
from servicehall.cases.views._filing import (
    HTTP_INVALID,
    Filing,
    attach_one,
    check_may_type,
    with_files,
)
from servicehall.cases.views.mine import tone
from servicehall.catalogue import answering
from servicehall.catalogue.models import Bundle, ItemVersion


@dataclass
class Joint:
    """The drafts of a family as one form."""

    family: CaseFamily
    filings: list[Filing]

    @cached_property
    def label(self) -> str:
        return labels_of([self.family])[self.family.bundle]

    @cached_property
    def asked(self) -> list[Asked]:
        return joint([filing.draft.version for filing in self.filings])

    @property
    def answers(self) -> dict[str, Any]:
        """Under the names of the joint form."""
        found = {"contact_phone": self.filings[0].answers.get("contact_phone")}
        for one in self.asked:
            number, key = one.owners[0]
            found[one.key] = self.filings[number].answers.get(key)
        return {key: value for key, value in found.items() if value is not None}

    @property
    def steps(self) -> list[Step]:
        return joint_steps(
            [filing.draft.version for filing in self.filings],
            [filing.answers for filing in self.filings],
            Step(KNOWN, _("怎么联系您"), (CONTACT,)),
        )

    def owner(self, key: str) -> tuple[Filing, str]:
        number, own = next(one.owners[0] for one in self.asked if one.key == key)
        return self.filings[number], own

    def form(self, step: Step, request: PortalRequest, *, is_bound: bool) -> PageForm:
        files = {q["key"] for q in step.questions if q["type"] == "file"}
        first = self.filings[0]
        asks_members = any(q["type"] == "household_member" for q in step.questions)
        return PageForm(
            step.questions,
            answers=self.answers,
            facts=first.facts,
            household=first.household if asks_members else (),
            uploaded=frozenset(key for key in files if self.uploads(key)),
            papers_shown=False,
            data=request.POST if is_bound else None,
            files=request.FILES if is_bound else None,
        )

    def uploads(self, key: str) -> list[Any]:
        filing, own = self.owner(key)
        return filing.uploads.get(own, [])


def _joint(request: PortalRequest, family_id: uuid.UUID) -> Joint:
    family = get_object_or_404(
        CaseFamily.objects.visible_to(request.scope).filter(owner_id=request.scope.user_id),
        pk=family_id,
    )
    drafts = drafts_of(family, by=request.scope)
    return Joint(
        family, [Filing(draft, answering.load_answers(draft.answers or "{}")) for draft in drafts]
    )


@access(RESIDENT)
@require_safe
def overview(request: PortalRequest) -> HttpResponse:
    """The bundles, and the forms that were begun or filed."""
    families = list(CaseFamily.objects.visible_to(request.scope).with_content()[:20])
    labels = labels_of(families)
    context = {
        "bundles": list(Bundle.objects.public(timezone.localdate()).order_by("code")),
        "families": [(family, labels[family.bundle]) for family in families],
    }
    return TemplateResponse(request, "servicehall/families/overview.html", context)


@access(RESIDENT)
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: PortalRequest, code: str) -> HttpResponse:
    """Which of the items; what is under way already is said."""
    now = timezone.now()
    bundle = get_object_or_404(Bundle.objects.public(timezone.localdate(now)), code=code)
    person = Person.objects.of_account(request.scope.user_id).select_related("community").first()
    problem, status = "", 200
    if request.method == "POST" and person is not None:
        try:
            family = actions.start_family(
                bundle, request.POST.getlist("items"), applicant=person, by=request.scope, now=now
            )
        except NotAllowed as refusal:
            problem, status = str(refusal.message), HTTP_INVALID
        else:
            return redirect("servicehall:family-page", family.pk, KNOWN)
    elif request.method == "POST":
        problem = _("请带身份证到就近的服务站核对一次，以后就能在网上办。")
        status = HTTP_INVALID
    versions = {
        version.item_id: version
        for version in ItemVersion.objects.public(timezone.localdate(now)).filter(
            item_id__in=bundle.items
        )
    }
    open_items = set(
        Case.objects.visible_to(request.scope).open().values_list("version__item_id", flat=True)
    )
    context = {
        "bundle": bundle,
        "rows": [(versions[c], c in open_items) for c in bundle.items if c in versions],
        "problem": problem,
    }
    return TemplateResponse(request, "servicehall/families/start.html", context, status=status)


@access(SIGNED_IN)
@require_POST
def discard(request: PortalRequest, family_id: uuid.UUID) -> HttpResponse:
    """Whoever is typing the form throws it away."""
    check_may_type(request)
    own = CaseFamily.objects.visible_to(request.scope).filter(owner_id=request.scope.user_id)
    family = get_object_or_404(own, pk=family_id)
    try:
        actions.discard_family(family.pk, by=request.scope)
    except NotAllowed as refusal:
        messages.error(request, str(refusal.message))
        return redirect("servicehall:family", family.pk)
    messages.success(request, _("这张表已删除。"))
    return redirect("servicehall:desk" if request.scope.is_staff else "servicehall:bundles")


@access(RESIDENT)
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: PortalRequest, family_id: uuid.UUID, key: str) -> HttpResponse:
    whole = _joint(request, family_id)
    if whole.family.filed_at is not None or not whole.filings:
        return _nothing_to_fill(request, whole)
    if key == CHECK:
        return _check(request, whole)
    keys = [step.key for step in whole.steps]
    if key not in keys:
        raise Http404
    step = whole.steps[keys.index(key)]
    if request.method != "POST":
        return _show(request, whole, step, whole.form(step, request, is_bound=False))
    form = whole.form(step, request, is_bound=True)
    refused = _attach(request, whole, step)
    is_valid = form.is_valid()
    for name, text in refused.items():
        form.add_error(name, text)
    way = request.POST.get("way", "next")
    actions.save_family(whole.family, form.answers(), by=request.scope, now=timezone.now())
    if way == "next" and (refused or not is_valid):
        return _show(request, _joint(request, family_id), step, form, status=HTTP_INVALID)
    if way == "later":
        messages.success(request, _("已经替您存好，随时可以接着填，换一台手机或电脑也行。"))
        return redirect("servicehall:bundles")
    keys = [*(s.key for s in _joint(request, family_id).steps), CHECK]
    there = keys.index(key) + (-1 if way == "back" else 1)
    return redirect("servicehall:family-page", family_id, keys[max(there, 0)])


def _nothing_to_fill(request: PortalRequest, whole: Joint) -> HttpResponse:
    """Filed, or each of its drafts was filed or deleted by itself."""
    if whole.family.filed_at is not None:
        return redirect("servicehall:family", whole.family.pk)
    messages.info(request, _("这张表里已经没有要填的事项，请重新选择。"))
    return redirect("servicehall:bundles")


def _attach(request: PortalRequest, whole: Joint, step: Step) -> dict[str, str]:
    refused: dict[str, str] = {}
    for question in step.questions:
        if question["type"] != "file":
            continue
        filing, own = whole.owner(question["key"])
        for file in request.FILES.getlist(question["key"]):
            if problem := attach_one(request, filing, own, file):
                refused[question["key"]] = problem
        filing.read_files_again()
    return refused


def _show(
    request: PortalRequest, whole: Joint, step: Step, form: PageForm, *, status: int = 200
) -> HttpResponse:
    steps = whole.steps
    number = next(n for n, one in enumerate(steps) if one.key == step.key)
    rows = []
    for row in form.rows():
        if row["kind"] == "file":
            filing, own = whole.owner(row["key"])
            row = with_files(filing, {**row, "key": own}) | {"key": row["key"]}
        rows.append(row)
    context = {
        "whole": whole,
        "step": step,
        "number": number + 1,
        "total": len(steps) + 1,
        "form": form,
        "rows": rows,
        "problems": [],
        "is_first": number == 0,
    }
    return TemplateResponse(request, "servicehall/families/page.html", context, status=status)


def _check(request: PortalRequest, whole: Joint) -> HttpResponse:
    """Everything once more, and the one button that files all."""
    errors: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        try:
            family = actions.submit_family(whole.family.pk, by=request.scope, now=timezone.now())
        except Invalid as error:
            errors, status = dict(error.fields), HTTP_INVALID
        except NotAllowed as error:
            messages.error(request, str(error.message))
            status = HTTP_INVALID
        else:
            return redirect("servicehall:family", family.pk)
    groups = [
        (
            step,
            reverse("servicehall:family-page", args=[whole.family.pk, step.key]),
            answer_rows(
                step.questions,
                whole.answers,
                facts=whole.filings[0].facts,
                members=dict(whole.filings[0].household),
                uploads={
                    q["key"]: whole.uploads(q["key"]) for q in step.questions if q["type"] == "file"
                },
            ),
        )
        for step in whole.steps
    ]
    lines = [
        {
            "text": _("%(name)s：%(value)s") % {"name": row.label, "value": errors[row.key]},
            "target": f"page-{step.key}",
        }
        for step, _url, rows in groups
        for row in rows
        if row.key in errors
    ]
    context = {"whole": whole, "groups": groups, "lines": lines, "total": len(groups) + 1}
    return TemplateResponse(request, "servicehall/families/check.html", context, status=status)


@access(RESIDENT)
@require_safe
def family(request: PortalRequest, family_id: uuid.UUID) -> HttpResponse:
    """All cases of one form: each with its own number, state and day."""
    found = get_object_or_404(CaseFamily.objects.visible_to(request.scope), pk=family_id)
    if found.filed_at is None:
        return redirect("servicehall:family-page", family_id, KNOWN)
    cases = (
        Case.objects.visible_to(request.scope)
        .filter(family=found)
        .select_related("version", "handler")
        .order_by("version__item_id", "pk")
    )
    context = {
        "family": found,
        "label": labels_of([found])[found.bundle],
        "rows": [(case, tone(case)) for case in cases],
    }
    return TemplateResponse(request, "servicehall/families/family.html", context)
