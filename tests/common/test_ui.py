"""The design system keeps its promises: labels, words beside colours, the same numbers in charts and tables."""

import re
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory
from django.utils import translation

from common import views
from common.templatetags import ui, ui_charts
from common.templatetags.ui_chrome import SIZE_COOKIE

ICONS = (settings.BASE_DIR / "common/static/common/icons.svg").read_text(encoding="utf-8")
STYLE = (settings.BASE_DIR / "common/static/common/app.css").read_text(encoding="utf-8")
TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))


@pytest.fixture
def visitor(rf: RequestFactory):
    """A request of somebody who is not signed in, with the cookies given."""

    def visit(method="get", path="/", data=None, **cookies):
        request = getattr(rf, method)(path, data)
        request.COOKIES.update(cookies)
        request.user = AnonymousUser()
        request.session = {}
        return request

    return visit


def draw(source: str, **context) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


class Questions(forms.Form):
    name = forms.CharField(label="姓名", help_text="与身份证一致")
    income = forms.DecimalField(label="月收入", min_value=0)
    born_on = forms.DateField(label="出生日期", required=False, initial=date(1950, 3, 1))
    way = forms.ChoiceField(
        label="通知方式", widget=forms.RadioSelect, choices=[("sms", "短信"), ("call", "电话")]
    )


# --- forms --------------------------------------------------------------------------------------
def test_a_field_ties_label_hint_and_error_to_its_control():
    html = draw("{% field form.name %}", form=Questions({}))
    assert 'for="id_name"' in html
    assert 'aria-describedby="id_name_hint id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_name_hint"' in html
    assert 'id="id_name_error"' in html


def test_choices_are_a_group_with_a_legend_and_one_label_per_choice():
    html = draw("{% field form.way %}", form=Questions())
    assert "<fieldset" in html
    assert "<legend" in html
    assert [f'for="id_way_{n}"' in html for n in (0, 1)] == [True, True]
    assert "data-needs-one" in html, "nothing is confirmed while nothing is chosen"


def test_numbers_get_a_number_pad_and_dates_the_native_picker():
    form = Questions()
    income, born_on = (
        draw("{% field form.income %}", form=form),
        draw("{% field form.born_on %}", form=form),
    )
    assert 'type="text"' in income
    assert 'inputmode="decimal"' in income
    assert 'type="date"' in born_on
    assert 'value="1950-03-01"' in born_on, "the native picker reads nothing but ISO dates"
    assert form.fields["income"].widget.input_type == "number", "drawing must not change the form"


def test_the_error_summary_names_each_question_and_leads_to_it():
    html = draw("{% error_summary form %}", form=Questions({}))
    assert 'href="#id_name">请填写：姓名</a>' in html
    assert 'href="#id_way_0">请选择：通知方式</a>' in html, "a group is entered at its first choice"


def test_no_error_summary_where_nothing_is_wrong():
    assert draw("{% error_summary form %}", form=Questions()) == ""
    right = Questions({"name": "王秀英", "income": "0", "way": "sms"})
    assert draw("{% error_summary form %}", form=right) == ""


def test_what_people_typed_is_escaped_everywhere():
    evil = "<script>alert(1)</script>"
    html = draw(
        "{% card title=x %}{{ x }}{% endcard %}{% button x confirm=x %}{% tag x %}{% field form.name %}"
        "{% summary_row x %}{{ x }}{% endsummary_row %}{% door x x icon='file' hint=x %}{% stat x x definition=x %}",
        x=evil,
        form=Questions({"name": evil}),
    )
    assert "<script" not in html


# --- components ---------------------------------------------------------------------------------
@pytest.mark.parametrize("colour", ui.LIGHTS)
def test_a_light_is_a_shape_and_a_word_never_colour_alone(colour):
    symbol, word = ui.LIGHTS[colour]
    html = ui.light(colour)
    assert f"#{symbol}" in html
    assert str(word) in html


def test_every_light_has_a_shape_of_its_own():
    shapes = [symbol for symbol, _ in ui.LIGHTS.values()]
    bodies = [
        found.group().split(">", 1)[1]
        for shape in shapes
        if (found := re.search(rf'id="{shape}".*?</symbol>', ICONS))
    ]
    assert len(set(bodies)) == len(shapes)


def test_every_icon_that_a_template_names_is_in_the_sprite():
    pages = [
        path
        for path in settings.BASE_DIR.rglob("*.html")
        if "templates" in path.parts and ".venv" not in path.parts
    ]
    named = {
        name
        for path in pages
        for name in re.findall(r'(?:{% icon "|icon=")([a-z-]+)"', path.read_text(encoding="utf-8"))
    }
    assert len(named) > 10
    assert {name for name in named if f'<symbol id="{name}"' not in ICONS} == set()


def test_a_button_carries_its_key_its_question_and_any_attribute():
    html = ui.button("受理", key="a", confirm="确定？", hx_post="/x/", disabled=False)
    assert 'data-key="a"' in html
    assert 'data-confirm="确定？"' in html
    assert 'hx-post="/x/"' in html
    assert "disabled" not in html


def test_the_pager_keeps_the_filters_and_only_moves_the_cursor(rf):
    request = rf.get("/cases/?state=filed&after=old")
    html = Template("{% load ui %}{% pager page %}").render(
        Context({"page": SimpleNamespace(next="new"), "request": request})
    )
    assert 'href="?state=filed&amp;after=new"' in html
    assert 'href="?state=filed"' in html


def test_the_pager_of_a_single_page_is_silent(rf):
    context = Context({"page": SimpleNamespace(next=None), "request": rf.get("/cases/")})
    assert Template("{% load ui %}{% pager page %}").render(context).strip() == ""


# --- charts -------------------------------------------------------------------------------------
def test_bars_print_their_numbers_and_a_suppressed_cell_has_no_bar():
    html = ui_charts.chart_bars(
        [("新华", 40, "/x/"), ("海北", 10), ("林荫", "少于 5")], title="受理"
    )
    assert re.findall(r'bar__value">([^<]+)<', html) == ["40", "10", "少于 5"]
    assert re.findall(r'series--0" width="([\d.]+)"', html) == ["100.0", "25.0", "0"]
    assert 'href="/x/"' in html


def test_the_parts_of_a_stacked_bar_meet_and_add_up():
    html = ui_charts.chart_stacked(
        [("新华", [30, 10])], ["按时", "超期"], title="时限", hues="green red"
    )
    assert re.findall(r'x="([\d.]+)" width="([\d.]+)" height="10"', html) == [
        ("0.0", "75.0"),
        ("75.0", "25.0"),
    ]
    assert re.findall(r'numeric">(\d+)<', html) == ["30", "10", "40"]


def test_a_line_breaks_where_a_value_is_unknown():
    html = ui_charts.chart_lines(
        ["一月", "二月", "三月", "四月"], [("受理", [1, None, 3, 4])], title="受理"
    )
    (path,) = re.findall(r' d="([^"]+)"', html)
    assert [step[0] for step in path.split() if step[0] in "ML"] == ["M", "M", "L"]
    assert html.count("<circle") == 3
    assert "—" in html


@pytest.mark.parametrize(("rows", "lines"), [([], []), ([("新华", 0)], [("受理", [0])])])
def test_charts_of_nothing_are_drawn_too(rows, lines):
    assert "chart" in ui_charts.chart_bars(rows, title="受理")
    assert "chart" in ui_charts.chart_lines(["一月"] if lines else [], lines, title="受理")


@pytest.mark.parametrize(
    ("largest", "top"), [(1, 1), (3, 3), (7, 8), (211, 300), (999, 1000), (1000, 1000)]
)
def test_an_axis_ends_at_a_round_number_that_holds_the_largest_value(largest, top):
    assert ui_charts.nice_top(largest) == top


# --- the frame ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "name", ["400", "403", "403_csrf", "404", "405", "413", "429", "500", "503"]
)
def test_error_pages_stand_even_without_a_request(name):
    html = get_template(f"{name}.html").render()
    assert "12345" in html
    assert 'id="main"' in html


def test_the_large_print_is_chosen_by_the_server_and_keeps_the_phone_in_sight(visitor):
    large = render_to_string("resident.html", request=visitor(**{SIZE_COOKIE: "elder"}))
    assert 'data-size="elder"' in large
    assert 'class="helpbar__phone" href="tel:12345"' in large
    plain = render_to_string("resident.html", request=visitor(**{SIZE_COOKIE: "<b>"}))
    assert 'data-size="normal"' in plain
    assert "helpbar" not in plain


def test_pages_hold_no_inline_script_style_or_handler():
    for path in TEMPLATES:
        text = re.sub(r"{%.*?%}", "", path.read_text(encoding="utf-8"))
        assert not re.search(r'<style|\sstyle="|\son[a-z]+="|<script(?![^>]*\ssrc=)|hx-on', text), (
            path.name
        )


def test_navigation_leaves_out_what_does_not_exist_or_is_not_allowed(visitor):
    request = visitor()
    nav = "{% nav_link 'A' 'nowhere:at-all' %}{% nav_link 'B' 'common:style-guide' power='accept_case' %}"
    assert Template("{% load ui %}" + nav).render(Context({"request": request})) == ""
    request.user = SimpleNamespace(is_authenticated=True, kind="staff")
    request.scope = SimpleNamespace(has=lambda power: power == "accept_case", post_shown="窗口人员")
    assert "/demo/ui/" in Template("{% load ui %}" + nav).render(Context({"request": request}))


@pytest.mark.parametrize(
    ("name", "extra", "marks"),
    [
        ("exchange:imports", "", 0),
        ("exchange:imports", "within=True", 1),
        ("residents:checks", "within='residents:doubles exchange:imports'", 1),
        ("residents:checks", "within='residents:doubles'", 0),
    ],
)
def test_navigation_marks_what_one_is_within(visitor, name, extra, marks):
    request = visitor()
    request.path = "/imports/new/"
    nav = f"{{% nav_link 'A' '{name}' {extra} %}}"
    shown = Template("{% load ui %}" + nav).render(Context({"request": request}))
    assert shown.count("aria-current") == marks


def test_unclosed_components_fail_loudly():
    with pytest.raises(TemplateSyntaxError):
        draw("{% card title='x' %}")


# --- cookies of taste ---------------------------------------------------------------------------
def test_size_and_language_are_kept_in_cookies_and_lead_back(visitor):
    response = views.set_size(
        visitor("post", "/settings/size/", {"size": "elder", "next": "/items/?q=x"})
    )
    assert (response.status_code, response["Location"]) == (302, "/items/?q=x")
    assert response.cookies[SIZE_COOKIE].value == "elder"
    assert response.cookies[SIZE_COOKIE]["httponly"]
    response = views.set_language(
        visitor("post", "/settings/language/", {"language": "en", "next": "/"})
    )
    assert response.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"


@pytest.mark.parametrize(
    "away", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""]
)
def test_a_switch_never_leads_to_another_site(visitor, away):
    response = views.set_size(visitor("post", "/settings/size/", {"size": "elder", "next": away}))
    assert response["Location"] == "/"


def test_nonsense_is_taken_for_the_default(visitor):
    assert (
        views.set_size(visitor("post", "/", {"size": "huge"})).cookies[SIZE_COOKIE].value
        == "normal"
    )
    response = views.set_language(visitor("post", "/", {"language": "xx"}))
    assert response.cookies[settings.LANGUAGE_COOKIE_NAME].value == settings.LANGUAGE_CODE


def test_switches_change_nothing_by_a_link(visitor):
    assert views.set_size(visitor()).status_code == 405
    assert views.set_language(visitor()).status_code == 405


@pytest.mark.parametrize("face", ["resident", "counter", "official"])
def test_the_style_guide_draws_every_component_in_each_face(visitor, face):
    with translation.override("zh-hans"):
        page: Any = views.style_guide(visitor(path=f"/demo/ui/?face={face}"))
        html = page.render().content.decode()
    assert f'data-face="{face}"' in html
    assert html.count("<h1") == 2, "the page's own and the one of the confirmation panel"
    source = (settings.BASE_DIR / "common/templates/common/style_guide.html").read_text(
        encoding="utf-8"
    )
    elsewhere = {
        "chrome",
        "nav_link",
        "icon",
        "kbd",
        "form_fields",
    }  # the frame, and parts of other components
    assert {
        tag
        for tag in ui.register.tags
        if f"{{% {tag} " not in source and f"{{% {tag} %" not in source
    } == elsewhere


# --- contrast -----------------------------------------------------------------------------------
def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def token(name: str) -> str:
    found = re.search(rf"--{name}: (#[0-9a-f]{{3,6}});", STYLE)
    assert found is not None, name
    value = found.group(1)
    return value if len(value) == 7 else "#" + "".join(c * 2 for c in value[1:])


@pytest.mark.parametrize(
    ("text", "ground", "least"),
    [
        ("ink", "paper", 7),
        ("ink-soft", "sunk", 4.5),
        ("lake", "lake-soft", 4.5),
        ("green", "green-soft", 4.5),
        ("yellow", "yellow-soft", 4.5),
        ("red", "red-soft", 4.5),
        ("crimson", "red-soft", 4.5),
        ("ink", "amber", 4.5),
        ("amber", "lake", 4.5),
        ("line-strong", "paper", 3),
        ("focus", "paper", 3),
    ],
)
def test_colours_stand_apart_as_wcag_asks(text, ground, least):
    assert contrast(token(text), token(ground)) >= least
