"""Whose address it is, and that nobody can pretend another."""

import pytest
from django.test import RequestFactory

from common.middleware import client_ip

PROXY = "10.0.0.5"


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.7", None, "203.0.113.7"),
        ("203.0.113.7", "1.2.3.4", "203.0.113.7"),
        (PROXY, "203.0.113.7", "203.0.113.7"),
        (PROXY, "1.2.3.4, 203.0.113.7", "203.0.113.7"),
        (PROXY, "1.2.3.4, 203.0.113.7, 10.0.0.9", "203.0.113.7"),
        (PROXY, "rubbish", PROXY),
        (PROXY, "1.2.3.4, rubbish", PROXY),
        (PROXY, "", PROXY),
        (PROXY, "2001:db8::1", "2001:db8::1"),
        ("", "1.2.3.4", ""),
    ],
)
def test_only_what_our_own_proxies_wrote_is_believed(settings, peer, forwarded, expected):
    settings.TRUSTED_PROXIES = ["10.0.0.0/28"]
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    assert client_ip(RequestFactory(headers=headers).get("/", REMOTE_ADDR=peer)) == expected


@pytest.mark.urls("tests.accounts.urls")
def test_every_answer_carries_a_request_number_of_its_own(client):
    first, second = (client.get("/", headers={"X-Request-ID": "forged"}) for _ in range(2))
    assert first["X-Request-ID"] != second["X-Request-ID"]
    assert "forged" not in first["X-Request-ID"]
