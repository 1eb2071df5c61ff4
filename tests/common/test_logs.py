import json
import logging

import pytest

from common.logs import AccessFormatter, JsonFormatter, redact


def record(message, *args, exc_info=None):
    return logging.LogRecord("portal", logging.WARNING, "f.py", 1, message, args, exc_info)


@pytest.mark.parametrize(
    "secret",
    [
        "150302199001011234",
        "15030219900101123X",
        "15030219900101123x",
        "150302 19900101 1234",
        "150302900101123",
        "13812345678",
        "+86 138 1234 5678",
        "138-1234-5678",
        "6222021234567890123",
        "6222 0212 3456 7890 123",
    ],
)
@pytest.mark.parametrize("frame", ["{}", "号码{}。", "id={},", "a{}b", '"{}"'])
def test_personal_numbers_never_reach_a_log(secret, frame):
    redacted = redact(frame.format(secret))

    assert not set(secret.replace("-", " ").split()) & set(redacted.split())
    assert sum(character.isdigit() for character in redacted) == 0


@pytest.mark.parametrize(
    "text",
    [
        "case 0190a5c4-7e3b-7c2d-9f10-3a5b7c9d1e2f accepted",
        "2026-11-23T03:36:35.774+00:00",
        "succeeded in 0.045678901234567s",
        "port 51463",
        "件数 1024",
    ],
)
def test_ordinary_numbers_stay(text):
    assert redact(text) == text


def test_the_row_in_a_database_error_is_dropped_and_the_rest_kept():
    text = (
        'duplicate key value violates unique constraint "person_key"\n'
        "DETAIL:  Failing row contains (张伟民,\n海勃湾区某小区, ...).\n"
        "\nThe above exception was the direct cause of the following exception:\n"
        "Traceback (most recent call last):\n"
    )

    redacted = redact(text)

    assert "person_key" in redacted
    assert "张伟民" not in redacted
    assert "海勃湾区" not in redacted
    assert "direct cause" in redacted


def test_a_record_is_one_json_line_whatever_it_says():
    line = JsonFormatter().format(record("第一行\n第二行 %s", '"引号"'))

    assert "\n" not in line
    assert json.loads(line)["message"] == '第一行\n第二行 "引号"'
    assert json.loads(line)["level"] == "warning"


def test_a_traceback_is_kept_without_personal_data():
    with pytest.raises(ValueError, match="居民") as raised:
        int("居民 150302199001011234")
    failure = (raised.type, raised.value, raised.tb)

    line = JsonFormatter().format(record("failed", exc_info=failure))

    error = json.loads(line)["error"]
    assert "ValueError" in error
    assert "150302199001011234" not in error


def test_a_request_is_logged_without_query_and_address():
    request = {
        "addr": "10.1.2.3",
        "method": "GET",
        "path": "/track/13812345678/",
        "query_string": "name=张伟民",
        "status": 200,
        "dt_ms": 12.345,
    }

    line = AccessFormatter().format(record('%(addr)s - "%(method)s %(path)s" %(status)d', request))

    data = json.loads(line)
    assert data["path"] == "/track/[phone]/"
    assert data["status"] == 200
    assert data["milliseconds"] == 12.3
    assert "张伟民" not in line
    assert "10.1.2.3" not in line
    assert "13812345678" not in line
