"""审计日志: what was done, by whom and about what, for those who hold Power.READ_AUDIT. Nothing can be changed here."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.enums import UserKind
from accounts.models import AuditEntry
from common.access import access, power
from common.paging import Page
from community.governance.enums import Power
from community.governance.models import Place
from community.governance.scopes import PortalRequest
from dashboards import administration, audit_words
from dashboards.forms_admin import AuditFilter
from dashboards.views._lists import list_page

PAGE_SIZE = 50
USUAL = timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Line:
    """An entry in plain words. A resident is never named: his file is known by its mark only."""

    entry: AuditEntry
    action: str
    who: str
    target: str
    number: str
    reason: str
    places: list[Place]

    @property
    def place(self) -> Place | None:
        return self.places[-1] if self.places else None

    @property
    def person_mark(self) -> str:
        """Enough of the surrogate to tell two files of a page apart."""
        return self.entry.person_id.hex[-8:] if self.entry.person_id else ""


@access(power(Power.READ_AUDIT))
@require_safe
def trail(request: PortalRequest) -> HttpResponse:
    today = timezone.localdate()
    asked = request.GET.copy()
    asked.setdefault("first", (today - USUAL).isoformat())
    asked.setdefault("last", today.isoformat())
    form = AuditFilter(asked)
    page: Page[Any] = Page([], None)
    if form.is_valid():
        entries = administration.audit_trail(request.scope).filter(_wanted(form.cleaned_data))
        page = list_page(request, entries, order=("-id",), size=PAGE_SIZE)
    context = {
        "form": form,
        "page": page,
        "lines": lines(page.items),
        "chain": administration.chain(),
        "person": form.cleaned_data.get("person"),
    }
    status = 422 if form.errors else 200
    return TemplateResponse(request, "dashboards/audit/list.html", context, status=status)


def _wanted(data: dict[str, Any]) -> Q:
    start = timezone.make_aware(datetime.combine(data["first"], time.min))
    end = timezone.make_aware(datetime.combine(data["last"] + timedelta(days=1), time.min))
    wanted = Q(at__gte=start, at__lt=end)
    if data["action"]:
        wanted &= Q(action=data["action"])
    if data["username"].strip():
        user_id = administration.staff_id(data["username"].strip())
        wanted &= Q(user_id=user_id) if user_id else Q(pk__in=[])
    if data["number"]:
        wanted &= administration.about_case(data["number"])
    if data["person"]:
        wanted &= Q(person_id=data["person"])
    return wanted


def lines(entries: Sequence[AuditEntry]) -> list[Line]:
    """Entries in words, in two queries."""
    users = administration.staff_names({entry.user_id for entry in entries if entry.user_id})
    places = administration.place_names({entry.place_path for entry in entries})

    def who(user_id: uuid.UUID | None) -> str:
        if user_id is None:
            return ""
        user = users.get(user_id)
        if user is None or user.kind == UserKind.RESIDENT:
            return _("居民本人") if user else _("已删除的账号")
        return _("%(name)s（%(username)s）") % {
            "name": user.display_name,
            "username": user.username,
        }

    return [
        Line(
            entry=entry,
            action=audit_words.action(entry.action),
            who=who(entry.user_id),
            target=audit_words.target(entry.target_type),
            number=str(entry.detail.get("number", "")),
            reason=audit_words.reason(entry.reason),
            places=places.get(entry.place_path, []),
        )
        for entry in entries
    ]


@access(power(Power.READ_AUDIT))
@require_safe
def entry(request: PortalRequest, entry_id: int) -> HttpResponse:
    found = get_object_or_404(administration.audit_trail(request.scope), pk=entry_id)
    seal = administration.seal_of(found)
    context = {
        "line": lines([found])[0],
        "details": audit_words.details(found.detail),
        "chain_value": bytes(found.chain).hex() if found.chain else "",
        "seal": seal,
        "day": timezone.localdate(found.at),
    }
    return TemplateResponse(request, "dashboards/audit/entry.html", context)
