"""The editor itself: one section a page, one row a page, and the buttons that move rows."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from common.access import access, power
from common.errors import Conflict, NotAllowed
from community.governance.enums import Power
from community.governance.scopes import PortalRequest
from servicehall.catalogue import actions
from servicehall.catalogue.actions.columns import digest
from servicehall.catalogue.actions.versions import part_of
from servicehall.catalogue.checking import Fault, check
from servicehall.catalogue.enums import VersionState
from servicehall.catalogue.forms_lines import moved
from servicehall.catalogue.forms_sheet import Sheet, about_questions
from servicehall.catalogue.models import ItemVersion
from servicehall.catalogue.naming import new_key
from servicehall.catalogue.schema import BY_KEY, SECTIONS, Rows, Section, read, rows_named
from servicehall.catalogue.views._editor import HTTP_INVALID, among, names, versions_of
from servicehall.catalogue.wording import (
    condition_in_words,
    names_in,
    rule_in_words,
    title_of,
    value_in_words,
)

EDITOR = power(Power.EDIT_CATALOGUE)
SHOWN_PARTS = 3  # of a row in the list of rows, besides its title
Content = Mapping[str, Any]


def _section(key: str) -> Section:
    if key not in BY_KEY:
        raise Http404
    return BY_KEY[key]


def _draft(request: PortalRequest, code: str) -> ItemVersion | None:
    """The draft at hand; None where the newest version is none."""
    version = versions_of(request, code)[0]
    return version if version.state == VersionState.DRAFT else None


def _no_draft(request: PortalRequest, code: str) -> HttpResponse:
    messages.error(request, _("现在没有可以修改的草稿。"))
    return redirect("catalogue:item", code)


def _seen(content: Content, keys: list[str]) -> str:
    return digest(part_of(content, dict.fromkeys(keys)))


def _keys_of_parts(section: Section) -> list[str]:
    rows = {rows.key for rows in section.rows if not any(p.root == rows.key for p in section.parts)}
    return [key for key in section.keys if key not in rows]


# --- a section ----------------------------------------------------------------------------------------
@access(EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def section_page(request: PortalRequest, code: str, key: str) -> HttpResponse:
    section, version = _section(key), _draft(request, code)
    if version is None:
        return _no_draft(request, code)
    content = version.content
    data = request.POST if request.method == "POST" else None
    sheet = Sheet(_parts(section, version), content, among(content), data=data)
    if data is None:
        return _show_section(request, version, section, sheet)
    if (way := data.get("way", "save")) not in {"save", "next"}:
        sheet.change_lines(way)
        return _show_section(request, version, section, sheet, seen=data.get("seen", ""))
    if not sheet.is_valid():
        return _show_section(
            request, version, section, sheet, seen=data.get("seen", ""), status=HTTP_INVALID
        )
    changed = dict(content)
    sheet.put_into(changed)
    part = {name: changed.get(name) for name in _keys_of_parts(section)}
    if problem := _save(request, version, part):
        sheet.form.add_error(None, problem)
        return _show_section(request, version, section, sheet, status=HTTP_INVALID)
    messages.success(request, _("“%(section)s”已保存。") % {"section": section.title})
    if way == "next" and (following := _after(section)):
        return redirect("catalogue:section", code, following.key)
    return redirect("catalogue:item", code)


def _parts(section: Section, version: ItemVersion) -> list[Any]:
    """Where an item stands is settled with its code: the window is chosen once, when it is new."""
    is_new = version.number == 1
    return [part for part in section.parts if part.key != "window" or is_new]


def _after(section: Section) -> Section | None:
    at = SECTIONS.index(section)
    return SECTIONS[at + 1] if at + 1 < len(SECTIONS) else None


def _save(request: PortalRequest, version: ItemVersion, part: dict[str, Any]) -> str:
    """What is wrong with saving, or ""; a colleague's change is said once, and the page then knows it."""
    try:
        actions.save_section(
            version.pk,
            part,
            seen=request.POST.get("seen", ""),
            by=request.scope,
            now=timezone.now(),
        )
    except NotAllowed as refusal:
        if isinstance(refusal, Conflict):
            version.refresh_from_db()
        return str(refusal.message)
    return ""


def _show_section(
    request: PortalRequest,
    version: ItemVersion,
    section: Section,
    sheet: Sheet,
    *,
    seen: str = "",
    status: int = 200,
) -> HttpResponse:
    content = version.content
    context = {
        "version": version,
        "section": section,
        "sheet": sheet,
        "too_long": _too_long(sheet, content),
        "lists": [_list(version, section, rows) for rows in section.rows],
        "seen": seen or _seen(content, _keys_of_parts(section)),
        "findings": [f for f in _findings(version) if f.section == section.key],
        "following": _after(section),
    }
    return TemplateResponse(request, "catalogue/section.html", context, status=status)


def _findings(version: ItemVersion) -> list[Fault]:
    return check(version.content, actions.known_now())


def _too_long(sheet: Sheet, content: Content) -> list[tuple[Any, str]]:
    """Conditions that the lines cannot show: said in words, and left as they are."""
    return [
        (
            part,
            rule_in_words(read(part, sheet.holder)["rule"])
            if part.kind == "rule"
            else condition_in_words(read(part, sheet.holder), content),
        )
        for part in sheet.too_long
    ]


def _list(version: ItemVersion, section: Section, rows: Rows) -> dict[str, Any]:
    """The rows of a list as the section's page shows them."""
    content = version.content
    known = names_in(content, names())
    found = content.get(rows.key) or []
    return {
        "rows": rows,
        "seen": _seen(content, [rows.key]),
        "entries": [
            {
                "title": title_of(rows, row, known, content),
                "facts": [
                    (part.label, shown)
                    for part in sorted(rows.parts, key=lambda part: part.kind != "when")
                    if part.key != rows.title
                    and (shown := value_in_words(part, row, known, content))
                ][:SHOWN_PARTS],
                "is_first": number == 0,
                "is_last": number == len(found) - 1,
            }
            for number, row in enumerate(found)
        ],
    }


# --- a row --------------------------------------------------------------------------------------------
@access(EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def row_page(
    request: PortalRequest, code: str, key: str, name: str, index: int | None = None
) -> HttpResponse:
    """One row; without an index a new one."""
    section, version = _section(key), _draft(request, code)
    rows = rows_named(section, name)
    if rows is None:
        raise Http404
    if version is None:
        return _no_draft(request, code)
    found = version.content.get(rows.key) or []
    if index is not None and index >= len(found):
        raise Http404
    row = dict(found[index]) if index is not None else _new_row(rows, version.content)
    data = request.POST if request.method == "POST" else None
    about = about_questions(version.content, before=index if rows.key == "fields" else None)
    sheet = Sheet(rows.parts, row, among(version.content), about=about, data=data)
    at = (section, rows, index)
    if data is None:
        return _show_row(request, version, at, sheet)
    if (way := data.get("way", "save")) not in {"save", "again"}:
        sheet.change_lines(way)
        return _show_row(request, version, at, sheet, seen=data.get("seen", ""))
    return _take_row(request, version, at, sheet, row)


def _take_row(
    request: PortalRequest,
    version: ItemVersion,
    at: tuple[Section, Rows, int | None],
    sheet: Sheet,
    row: dict[str, Any],
) -> HttpResponse:
    section, rows, index = at
    seen = request.POST.get("seen", "")
    if not sheet.is_valid():
        return _show_row(request, version, at, sheet, seen=seen, status=HTTP_INVALID)
    sheet.put_into(row)
    _name(rows, row, version.content)
    found = list(version.content.get(rows.key) or [])
    if index is None:
        found.append(row)
    else:
        found[index] = row
    if problem := _save(request, version, {rows.key: found}):
        sheet.form.add_error(None, problem)
        return _show_row(request, version, at, sheet, status=HTTP_INVALID)
    messages.success(request, _("已保存。"))
    if request.POST.get("way") == "again":
        return redirect("catalogue:row-new", version.item_id, section.key, rows.key)
    return redirect(_place(version.item_id, section, rows, index))


def _new_row(rows: Rows, content: Content) -> dict[str, Any]:
    """A new row begins with what is most likely."""
    starts: dict[str, Any] = {
        "fields": {"type": "text", "required": True, "max": 100},
        "materials": {"source": "applicant", "required": True, "original_copies": 1, "copies": 0},
    }
    row = dict(starts.get(rows.key, {}))
    if rows.key == "fields" and (pages := content.get("pages")):
        row["page"] = pages[-1]["key"]
    return row


def _name(rows: Rows, row: dict[str, Any], content: Content) -> None:
    """Give a new row the name by which the data know it."""
    if not rows.identity or row.get(rows.identity):
        return
    lists = ("situations", "fields") if rows.key in {"situations", "fields"} else (rows.key,)
    taken = {str(other.get(rows.identity)) for each in lists for other in content.get(each) or []}
    row[rows.identity] = new_key((row.get(rows.title) or {}).get("zh", ""), taken)


def _place(code: str, section: Section, rows: Rows, index: int | None) -> str:
    page = reverse("catalogue:section", args=[code, section.key])
    return f"{page}#{rows.key}-{'new' if index is None else index}"


def _show_row(
    request: PortalRequest,
    version: ItemVersion,
    at: tuple[Section, Rows, int | None],
    sheet: Sheet,
    *,
    seen: str = "",
    status: int = 200,
) -> HttpResponse:
    section, rows, index = at
    context = {
        "version": version,
        "section": section,
        "rows": rows,
        "is_new": index is None,
        "sheet": sheet,
        "too_long": _too_long(sheet, version.content),
        "seen": seen or _seen(version.content, [rows.key]),
        "findings": [
            f for f in _findings(version) if index is not None and f.row == (rows.key, index)
        ],
    }
    return TemplateResponse(request, "catalogue/row.html", context, status=status)


@access(EDITOR)
@require_POST
def row_move(request: PortalRequest, code: str, key: str, name: str, index: int) -> HttpResponse:
    """Up, down or away with a row."""
    section, version = _section(key), _draft(request, code)
    rows = rows_named(section, name)
    if rows is None:
        raise Http404
    if version is None:
        return _no_draft(request, code)
    way = request.POST.get("way", "")
    found = moved(version.content.get(rows.key) or [], way, index)
    if problem := _save(request, version, {rows.key: found}):
        messages.error(request, problem)
    to = max(0, min(len(found) - 1, index + {"up": -1, "down": 1}.get(way, 0)))
    return redirect(_place(code, section, rows, to))
