"""Faults that Django passes over in silence become failures, in every test. `tests/conftest.py` switches it on."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any
from unittest import mock

from django.db.models import QuerySet
from django.http import HttpResponse
from django.template import engines
from django.template.base import FilterExpression
from django.template.defaulttags import ForNode
from django.test import Client


class Loud(AssertionError):
    """Something that would have been passed over in silence."""


@contextmanager
def everything() -> Iterator[None]:
    """All of it, while the context lasts."""
    ours: Any = engines["django"]  # forms have an engine of their own, with templates by Django
    with (
        mock.patch.object(ours.engine, "string_if_invalid", _Undefined()),
        _replaced(FilterExpression, "resolve", _resolve),
        _replaced(ForNode, "__init__", _loop),
        _replaced(QuerySet, "__getitem__", _slice),
        _replaced(QuerySet, "_fetch_all", _fetch),
        _replaced(Client, "request", _request),
    ):
        yield


def _replaced(owner: type, name: str, wrapper: Callable[..., Any]) -> Any:
    original = getattr(owner, name)

    def replacement(self: Any, *args: Any, **kwargs: Any) -> Any:
        return wrapper(original, self, *args, **kwargs)

    return mock.patch.object(owner, name, replacement)


# --- templates ----------------------------------------------------------------------------------

SAYS_SO = {"default", "default_if_none"}  # who gives a default knows that there may be nothing


class _Undefined:
    """Django asks string_if_invalid whether it holds "%s", and then fills in the name."""

    def __contains__(self, part: str) -> bool:
        return True

    def __mod__(self, name: object) -> str:
        raise Loud(f"undefined template variable: {name}")


def _resolve(
    original: Callable[..., Any],
    self: FilterExpression,
    context: Any,
    ignore_failures: bool = False,
) -> Any:
    """Undefined variables fail wherever they are shown or passed on; `{% if %}` may ask for anything."""
    if ignore_failures or (
        self.filters and any(func.__name__ in SAYS_SO for func, _args in self.filters)
    ):
        return original(self, context, ignore_failures=True)
    return original(self, context)


class _Looped:
    """What a `{% for %}` walks: Django takes something undefined, or in no order, without a word."""

    def __init__(self, expression: Any) -> None:
        self.expression = expression

    def resolve(self, context: Any, ignore_failures: bool = False) -> Any:
        found = self.expression.resolve(context)
        if isinstance(found, QuerySet):
            _require_order(found)
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self.expression, name)


def _loop(
    original: Callable[..., Any], self: ForNode, loopvars: Any, sequence: Any, *args: Any, **kw: Any
) -> None:
    original(self, loopvars, _Looped(sequence), *args, **kw)


# --- queries ------------------------------------------------------------------------------------


def _require_order(rows: QuerySet[Any]) -> None:
    if not rows.ordered and not rows.query.is_empty():
        raise Loud(f"{rows.model.__name__} rows are cut or shown in no order: say order_by()")


def _slice(original: Callable[..., Any], self: QuerySet[Any], key: Any) -> Any:
    if isinstance(key, slice) and (key.start or key.stop is not None):
        _require_order(self)
    return original(self, key)


def _fetch(original: Callable[..., Any], self: QuerySet[Any]) -> None:
    """A lock without `of` also takes the joined rows, which nobody meant to lock."""
    query = self.query
    if self._result_cache is None and query.select_for_update and not query.select_for_update_of:
        joined = sum(1 for count in query.alias_refcount.values() if count) > 1
        if joined or query.select_related:
            raise Loud(f"select_for_update() of {self.model.__name__} across a join: say of=(…)")
    original(self)


# --- pages --------------------------------------------------------------------------------------

STRAY = re.compile(r"\{\{|\{%|\{#|%\}")


class _Page(HTMLParser):
    """Collects what our pages must not contain."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.ids: set[str] = set()
        self.form: dict[str, str | None] | None = None
        self.has_token = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._check_attributes(tag, given)
        if tag == "form":
            self.form, self.has_token = given, False
        elif tag == "input" and given.get("name") == "csrfmiddlewaretoken":
            self.has_token = bool(given.get("value"))
        elif tag in {"script", "style"} and not given.get("nonce") and not given.get("src"):
            self.faults.append(f"inline <{tag}> without a nonce")

    def _check_attributes(self, tag: str, given: dict[str, str | None]) -> None:
        for name, value in given.items():
            if name.startswith(("on", "hx-on")):
                self.faults.append(f"inline handler {name} on <{tag}>")
            elif name == "style":
                self.faults.append(f"inline style on <{tag}>")
            elif name == "id" and value:
                if value in self.ids:
                    self.faults.append(f"two elements with the id {value}")
                self.ids.add(value)
            elif name in {"href", "src", "action"} and (value or "").startswith("javascript:"):
                self.faults.append(f"{value} on <{tag}>")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self.form is not None:
            if (self.form.get("method") or "get").lower() == "post" and not self.has_token:
                self.faults.append(f"POST form without a CSRF token: {self.form}")
            self.form = None

    def handle_data(self, data: str) -> None:
        if STRAY.search(data):
            self.faults.append(f"template code in the page: {data.strip()[:80]}")


# Each begins with letters that are looked for as such; only behind them a page is read.
TEMPLATE_CODE = ("{{", "{%", "{#", "%}")
SCRIPTED = ("hx-on", "javascript:", "<style")
SUSPECT = re.compile(r"<script(?![^>]*\s(?:src|nonce)=)")
INLINE = {"on": re.compile(r"\son[a-z]+\s*="), "style": re.compile(r"\sstyle\s*=")}
POST_FORM = re.compile(r"<form[^>]*\smethod=.?post")
ID = re.compile(r"\sid\s*=\s*[\"']?([^\"'\s>]+)")


def is_suspect(html: str) -> bool:
    """A quick look, since parsing each page of the suite would take longer than making it."""
    page = html.lower()
    ids = ID.findall(html)
    tokens = page.count('name="csrfmiddlewaretoken" value="')
    return bool(
        any(part in page for part in (*TEMPLATE_CODE, *SCRIPTED))
        or any(word in page and pattern.search(page) for word, pattern in INLINE.items())
        or SUSPECT.search(page)
        or len(POST_FORM.findall(page)) > tokens
        or len(ids) != len(set(ids))
        or ('value=""' in page and "csrfmiddlewaretoken" in page)
    )


def faults_of(html: str) -> list[str]:
    """What is wrong with a page of ours."""
    if not is_suspect(html):
        return []
    page = _Page()
    page.feed(html)
    page.close()
    return page.faults


def _request(original: Callable[..., Any], self: Client, **request: Any) -> HttpResponse:
    response: HttpResponse = original(self, **request)
    is_html = response.headers.get("Content-Type", "").startswith("text/html")
    if is_html and not response.streaming and response.content:
        faults = faults_of(response.content.decode())
        if faults:
            raise Loud(f"{request.get('PATH_INFO')}: " + "; ".join(sorted(set(faults))))
    return response
