"""The loud fixtures are tested like any other code: each must fail on what it is there for."""

import socket

import pytest
from django.template import Context, Template
from pytest_socket import SocketConnectBlockedError

from community.governance.models import Body, Place
from tests.loud import Loud, faults_of


@pytest.mark.parametrize(
    "text",
    [
        "{{ nothing }}",
        "{{ there.nothing }}",
        "{{ nothing|upper }}",
        "{% for x in nothing %}{% endfor %}",
        "{% with a=nothing %}{% endwith %}",
        "{% load i18n %}{% blocktranslate with a=nothing %}{{ a }}{% endblocktranslate %}",
    ],
)
def test_an_undefined_variable_fails(text):
    with pytest.raises(Loud, match="nothing"):
        Template(text).render(Context({"there": {}}))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{% if nothing %}a{% else %}b{% endif %}", "b"),
        ('{{ nothing|default:"c" }}', "c"),
        ("{{ none }}{{ empty }}", "None"),
    ],
)
def test_who_asks_whether_something_is_there_may_ask(text, shown):
    assert Template(text).render(Context({"none": None, "empty": ""})) == shown


def test_rows_in_no_order_are_neither_cut_nor_shown():
    bodies = Body.objects.public().order_by()
    with pytest.raises(Loud, match="Body"):
        bodies[:5]
    with pytest.raises(Loud, match="Body"):
        Template("{% for b in bodies %}{% endfor %}").render(Context({"bodies": bodies}))


@pytest.mark.django_db
def test_rows_in_an_order_are():
    assert list(Body.objects.public().order_by("code")[:5]) == []
    assert (
        Template("{% for b in bodies %}x{% endfor %}").render(
            Context({"bodies": Body.objects.public().order_by("code")})
        )
        == ""
    )


@pytest.mark.django_db
def test_a_lock_names_what_it_locks():
    with pytest.raises(Loud, match="of="):
        list(Place.objects.select_related("parent").select_for_update())
    with pytest.raises(Loud, match="of="):
        list(Body.objects.filter(place__code="1").select_for_update())


@pytest.mark.django_db
@pytest.mark.parametrize("model", [Place, Body])
def test_a_lock_of_one_table_needs_no_names(model):
    from django.db import transaction

    with transaction.atomic():
        assert list(model.objects.select_for_update()) == []


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ("<p>{{ name }}</p>", "template code"),
        ("<p>{% name %}</p>", "template code"),
        ('<form method="POST"><input name="a"></form>', "CSRF"),
        ('<form method="post"><input name="csrfmiddlewaretoken" value=""></form>', "CSRF"),
        ('<button onclick="x()">a</button>', "onclick"),
        ('<button hx-on:click="x()">a</button>', "hx-on"),
        ("<script>x()</script>", "script"),
        ("<style>p{}</style>", "style"),
        ('<p style="color:red">a</p>', "style"),
        ('<a href="javascript:x()">a</a>', "javascript"),
        ('<i id="a"></i><i id="a"></i>', "two elements"),
    ],
)
def test_a_bad_page_is_found(html, fault):
    assert fault in "".join(faults_of(html))


def test_a_good_page_passes():
    assert not faults_of(
        '<script nonce="x">a()</script><form method="get"></form>'
        '<form method="post"><input name="csrfmiddlewaretoken" value="t"></form>'
    )


def test_nobody_talks_to_the_outside():
    with pytest.raises((SocketConnectBlockedError, UserWarning), match=r"192\.0\.2\.1"):
        socket.create_connection(("192.0.2.1", 80), timeout=0.1)


def test_each_good_page_may_be_opened_and_each_bad_one_fails(client, settings):
    settings.ROOT_URLCONF = "tests.architecture.urls"
    assert client.get("/good/").status_code == 200
    with pytest.raises(Loud, match="inline"):
        client.get("/bad/")
