"""The components of the design system: `{% load ui %}`.

docs/design.md shows each of them with an example; /demo/ui/ draws them all. A component takes texts that are already
translated. Unknown keyword arguments become HTML attributes, `_` turning into `-` (`hx_post=…` gives `hx-post`).
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import segno
from django import template
from django.forms.utils import flatatt
from django.http import HttpRequest
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy as _

from common.templatetags import ui_charts, ui_chrome, ui_forms

register = template.Library()
for part in (ui_charts, ui_chrome, ui_forms):
    register.tags.update(part.register.tags)

Text = str | Promise
NOTICE_ICONS = {"info": "info", "success": "check", "warning": "warning", "danger": "stop"}
LIGHTS = {
    "green": ("light-green", _("正常")),
    "yellow": ("light-yellow", _("临期")),
    "red": ("light-red", _("超期")),
    "double_red": ("light-double-red", _("超法定时限")),
    "paused": ("light-paused", _("计时暂停")),
    "done": ("light-done", _("已办结")),
}


def _draw(component: str, **values: object) -> SafeString:
    return render_to_string(f"ui/{component}.html", values)


def _lamp(colour: str, label: Text = "") -> SafeString:
    symbol, word = LIGHTS[colour]
    return _draw("light", colour=colour, symbol=symbol, label=label or word)


def _attributes(attributes: dict[str, Any]) -> SafeString:
    return flatatt(
        {
            name.replace("_", "-"): value
            for name, value in attributes.items()
            if value not in (None, "")
        }
    )


# --- things to press ----------------------------------------------------------------------------
@register.simple_tag
def button(
    label: Text,
    *,
    kind: str = "primary",
    type: str = "submit",
    icon: str = "",
    key: str = "",
    confirm: Text = "",
    **attributes: Any,
) -> SafeString:
    """A button. kind: primary | secondary | quiet | danger; key: its shortcut on staff pages; confirm: asks first."""
    attributes = {"data_key": key, "data_confirm": confirm, **attributes}
    return _draw(
        "button",
        label=label,
        kind=kind,
        type=type,
        icon=icon,
        key=key,
        attributes=_attributes(attributes),
    )


@register.simple_tag
def link_button(
    label: Text,
    url: str,
    *,
    kind: str = "primary",
    icon: str = "",
    key: str = "",
    **attributes: Any,
) -> SafeString:
    """A link that looks like a button: it goes somewhere and changes nothing."""
    attributes = {"data_key": key, **attributes}
    return _draw(
        "link_button",
        label=label,
        url=url,
        kind=kind,
        icon=icon,
        key=key,
        attributes=_attributes(attributes),
    )


@register.simple_block_tag(end_name="endactions")
def actions(content: SafeString) -> SafeString:
    """A row of buttons; they stack on a phone, the first one is the main one."""
    return format_html('<div class="actions">{}</div>', content)


@register.simple_tag
def kbd(key: str) -> SafeString:
    """A key of the keyboard."""
    return format_html('<kbd class="kbd">{}</kbd>', key)


@register.simple_tag
def icon(name: str, *, label: Text = "", size: str = "") -> SafeString:
    """A symbol of the sprite; without a label it is decoration and hidden from screen readers. size: "" | large."""
    return _draw("icon", name=name, label=label, size=size)


# --- boxes --------------------------------------------------------------------------------------
@register.simple_block_tag(end_name="endcard")
def card(
    content: SafeString,
    *,
    title: Text = "",
    level: int = 2,
    icon: str = "",
    tone: str = "",
    url: str = "",
    id: str = "",
) -> SafeString:
    """A box with a heading. tone: "" | quiet | strong; with a url the heading is a link."""
    return _draw(
        "card", content=content, title=title, level=level, icon=icon, tone=tone, url=url, id=id
    )


@register.simple_block_tag(end_name="endpanel")
def panel(
    content: SafeString, *, title: Text, number: str = "", number_label: Text = ""
) -> SafeString:
    """The big confirmation at the end of a task, with the number to keep."""
    return _draw("panel", content=content, title=title, number=number, number_label=number_label)


@register.simple_block_tag(end_name="endnotice")
def notice(
    content: SafeString, *, tone: str = "info", title: Text = "", live: bool = False
) -> SafeString:
    """A message in the page. tone: info | success | warning | danger; live: read out when it appears."""
    return _draw(
        "notice", content=content, tone=tone, title=title, icon=NOTICE_ICONS[tone], live=live
    )


@register.simple_block_tag(end_name="endmore")
def more(content: SafeString, summary: Text, *, is_open: bool = False) -> SafeString:
    """Something that unfolds (native details)."""
    return _draw("more", content=content, summary=summary, is_open=is_open)


@register.simple_block_tag(end_name="enddialog")
def dialog(content: SafeString, *, id: str, title: Text) -> SafeString:
    """A native dialog; any button with data_opens="<id>" opens it."""
    return _draw("dialog", content=content, id=id, title=title)


@register.simple_block_tag(end_name="endempty_state")
def empty_state(
    content: SafeString, *, title: Text, icon: str = "inbox", url: str = "", action: Text = ""
) -> SafeString:
    """What stands where a list would be: why it is empty and what to do next."""
    return _draw("empty_state", content=content, title=title, icon=icon, url=url, action=action)


# --- facts --------------------------------------------------------------------------------------
@register.simple_block_tag(end_name="endsummary_list")
def summary_list(content: SafeString, *, dense: bool = False) -> SafeString:
    """Names and values; holds `summary_row`s."""
    return _draw("summary_list", content=content, dense=dense)


@register.simple_block_tag(end_name="endsummary_row")
def summary_row(
    content: SafeString,
    label: Text,
    *,
    change_url: str = "",
    change: Text = "",
    source: Text = "",
    as_of: date | datetime | None = None,
) -> SafeString:
    """One name and value; source and as_of say where a known value comes from; change_url leads to the question."""
    return _draw(
        "summary_row",
        content=content,
        label=label,
        change_url=change_url,
        change=change or gettext("修改"),
        source=source,
        as_of=as_of,
    )


@register.simple_tag
def light(colour: str, *, label: Text = "") -> SafeString:
    """The light of a clock: green | yellow | red | double_red | paused | done. Always a shape and a word."""
    return _lamp(colour, label)


@register.simple_tag
def tag(label: Text, *, tone: str = "neutral") -> SafeString:
    """A small state label. tone: neutral | info | success | warning | danger."""
    return format_html('<span class="tag tag--{}">{}</span>', tone, label)


@register.simple_tag
def when(moment: date | datetime | None, *, style: str = "short") -> SafeString | str:
    """A date or time in the reader's language, machine-readable too. style: short | long | date. None gives a dash."""
    if moment is None:
        return "—"
    if not isinstance(moment, datetime):
        text = formats.date_format(moment, "DATE_FORMAT")
    else:
        moment = timezone.localtime(moment) if timezone.is_aware(moment) else moment
        day = formats.date_format(moment, "DATE_FORMAT")
        text = day if style == "date" else f"{day} {moment:%H:%M}"
    return format_html('<time class="when" datetime="{}">{}</time>', moment.isoformat(), text)


@register.simple_tag
def stat(
    label: Text,
    value: object,
    *,
    unit: Text = "",
    definition: Text = "",
    url: str = "",
    note: Text = "",
    tone: str = "",
) -> SafeString:
    """One figure with its definition beside it; url opens the list behind it. tone: "" | success | warning | danger."""
    shown = formats.localize(value) if isinstance(value, int | float) else value
    return _draw(
        "stat",
        label=label,
        value=shown,
        unit=unit,
        definition=definition,
        url=url,
        note=note,
        tone=tone,
    )


@register.simple_tag
def progress(value: int, maximum: int, *, label: Text) -> SafeString:
    """How far something is, as a bar and in words."""
    return _draw("progress", value=value, maximum=maximum, label=label)


@register.simple_tag
def qr(text: str, *, label: Text) -> SafeString:
    """A QR code; label says what it holds, for those who cannot scan."""
    return _draw(
        "qr", image=segno.make(text, error="m").svg_data_uri(border=2, scale=4), label=label
    )


# --- ways through a matter ----------------------------------------------------------------------
@register.simple_tag
def steps(labels: Iterable[Text], current: int) -> SafeString:
    """Where one stands in a form; current counts from 1."""
    numbered = [
        {
            "label": label,
            "number": number,
            "state": "done" if number < current else "now" if number == current else "",
        }
        for number, label in enumerate(labels, start=1)
    ]
    return _draw("steps", steps=numbered, current=current, total=len(numbered))


@register.simple_block_tag(end_name="endtimeline")
def timeline(content: SafeString) -> SafeString:
    """What happened, where it stands, what is next; holds `timeline_entry`s."""
    return format_html('<ol class="timeline">{}</ol>', content)


@register.simple_block_tag(end_name="endtimeline_entry")
def timeline_entry(
    content: SafeString,
    title: Text,
    *,
    state: str = "done",
    who: Text = "",
    at: date | datetime | None = None,
    due: date | datetime | None = None,
) -> SafeString:
    """One entry. state: done | now | paused | next | stopped; at: when it happened; due: by when it will."""
    return _draw(
        "timeline_entry", content=content, title=title, state=state, who=who, at=at, due=due
    )


@register.simple_block_tag(end_name="endtask_card")
def task_card(
    content: SafeString,
    title: Text,
    url: str,
    *,
    level: int = 2,
    number: str = "",
    light: str = "",
    status: Text = "",
    tone: str = "neutral",
    due: date | datetime | None = None,
) -> SafeString:
    """One matter in a list of matters; the whole card is the target."""
    drawn = _lamp(light) if light else ""
    return _draw(
        "task_card",
        content=content,
        title=title,
        url=url,
        level=level,
        number=number,
        light=drawn,
        status=status,
        tone=tone,
        due=due,
    )


@register.simple_block_tag(end_name="enddoors")
def doors(content: SafeString, *, label: Text) -> SafeString:
    """The big doors of a home page; holds `door`s."""
    return _draw("doors", content=content, label=label)


@register.simple_tag
def door(
    title: Text, url: str, *, icon: str, hint: Text = "", count: int | None = None
) -> SafeString:
    """One big door."""
    return _draw("door", title=title, url=url, icon=icon, hint=hint, count=count)


# --- lists --------------------------------------------------------------------------------------
@register.simple_block_tag(end_name="endtable")
def table(
    content: SafeString, *, caption: Text, hide_caption: bool = False, dense: bool = False
) -> SafeString:
    """A table; cells carry data-label="…" so that rows become cards on a phone. Add data-list on tbody for j/k."""
    return _draw("table", content=content, caption=caption, hide_caption=hide_caption, dense=dense)


@register.simple_tag(takes_context=True)
def pager(context: Context, page: Any, *, param: str = "after") -> SafeString:
    """First and next page of a keyset list (common.paging.Page); the other query parameters stay."""
    request: HttpRequest | None = context.get("request")
    query = request.GET.copy() if request else None
    is_first = query is None or param not in query
    first = following = "?"
    if query is not None:
        query.pop(param, None)
        first = f"?{query.urlencode()}"
        following = f"{first}{'&' if query else ''}"
    return _draw(
        "pager",
        is_first=is_first,
        first=first,
        next=f"{following}{param}={page.next}" if page.next else "",
    )


@register.simple_block_tag(end_name="endtabs")
def tabs(content: SafeString, *, label: Text) -> SafeString:
    """Views of one thing, each at its own address; holds `tab`s."""
    return _draw("tabs", content=content, label=label)


@register.simple_tag
def tab(
    label: Text, url: str, *, is_current: bool = False, count: int | None = None, key: str = ""
) -> SafeString:
    """One view of a thing."""
    return _draw("tab", label=label, url=url, is_current=is_current, count=count, key=key)


@register.simple_block_tag(end_name="endbreadcrumbs")
def breadcrumbs(content: SafeString) -> SafeString:
    """The way back up; holds `crumb`s."""
    return _draw("breadcrumbs", content=content)


@register.simple_tag
def crumb(label: Text, url: str = "") -> SafeString:
    """One step of the way; the last one has no url."""
    return _draw("crumb", label=label, url=url)


@register.simple_tag
def search_box(
    label: Text,
    *,
    action: str = "",
    name: str = "q",
    value: str = "",
    hint: Text = "",
    big: bool = False,
    **attributes: Any,
) -> SafeString:
    """A search form (GET); `/` focuses it on staff pages. Attributes go to the input (hx_get=… for live results)."""
    return _draw(
        "search_box",
        label=label,
        action=action,
        name=name,
        value=value,
        hint=hint,
        big=big,
        attributes=_attributes(attributes),
    )


# --- waiting ------------------------------------------------------------------------------------
@register.simple_tag
def busy(*, id: str = "busy", label: Text = "") -> SafeString:
    """What shows while htmx waits: name it with hx_indicator="#<id>"."""
    return _draw("busy", id=id, label=label or gettext("正在处理…"))


@register.simple_tag
def skeleton(*, rows: int = 3) -> SafeString:
    """Grey lines that keep the place of something slow."""
    return _draw("skeleton", rows=range(rows))


@register.simple_tag
def saved(at: datetime | None = None) -> SafeString:
    """The line "已保存 10:42" under a draft; autosave writes its answer here."""
    return _draw("saved", at=timezone.localtime(at) if at else None)
