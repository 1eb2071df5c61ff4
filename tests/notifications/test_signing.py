"""Signatures after Standard Webhooks 1.0."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.checks import Error

from notifications import checks, signing

# The example that the libraries of the specification test themselves with.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
AT = datetime.fromtimestamp(1614265330, UTC)
ID, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}'
RIGHT = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def headers(**changed):
    given = dict(signing.sign([SECRET], ID, AT, BODY))
    return given | {f"webhook-{name}": value for name, value in changed.items()}


def test_we_sign_as_the_specification_does():
    assert headers() == {
        "webhook-id": ID,
        "webhook-timestamp": "1614265330",
        "webhook-signature": RIGHT,
    }


def test_what_is_rightly_signed_gives_its_id():
    assert signing.verify([SECRET], headers(), BODY, now=AT) == ID


def test_while_a_secret_is_changed_either_of_the_two_is_right():
    new = signing.new_secret()
    both = signing.sign([new, SECRET], ID, AT, BODY)
    assert len(both["webhook-signature"].split()) == 2
    for secret in (new, SECRET):
        assert signing.verify([secret], both, BODY, now=AT) == ID
        assert signing.verify([signing.new_secret(), secret], both, BODY, now=AT) == ID


@pytest.mark.parametrize(
    "changed",
    [
        {"id": "msg_other"},
        {"id": ""},
        {"id": "msg.1614265330"},
        {"timestamp": "1614265331"},
        {"timestamp": ""},
        {"timestamp": "-1614265330"},
        {"timestamp": "１６１４２６５３３０"},
        {"timestamp": "9" * 400},
        {"signature": ""},
        {"signature": RIGHT.removeprefix("v1,")},
        {"signature": RIGHT.replace("v1,", "v1a,")},
        {"signature": RIGHT.lower()},
        {"signature": "v1,签名"},
    ],
)
def test_whatever_is_changed_the_signature_no_longer_holds(changed):
    with pytest.raises(signing.BadSignature):
        signing.verify([SECRET], headers(**changed), BODY, now=AT)


def test_neither_another_body_nor_another_secret_nor_none_will_do():
    for secrets, body in (([SECRET], BODY + b" "), ([signing.new_secret()], BODY), ([], BODY)):
        with pytest.raises(signing.BadSignature):
            signing.verify(secrets, headers(), body, now=AT)


@pytest.mark.parametrize("minutes", [-6, 6, 60 * 24])
def test_a_copy_of_another_hour_is_a_replay(minutes):
    with pytest.raises(signing.BadSignature):
        signing.verify([SECRET], headers(), BODY, now=AT + timedelta(minutes=minutes))


@pytest.mark.parametrize("minutes", [-4, 4])
def test_clocks_may_differ_a_little(minutes):
    assert signing.verify([SECRET], headers(), BODY, now=AT + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    "wrong", ["", "whsec_", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_***"]
)
def test_what_is_no_secret_is_found_before_the_portal_starts(settings, wrong):
    assert signing.is_secret(signing.new_secret())
    assert not signing.is_secret(wrong)
    settings.SMS_RECEIPT_SECRETS = {"first": [SECRET, wrong]}
    (fault,) = checks.check_secrets()
    assert isinstance(fault, Error)
    assert wrong == "" or wrong not in fault.msg
