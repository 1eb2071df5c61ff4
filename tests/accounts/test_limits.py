"""The figures that protect counters and files: one for each day, each with its basis, or the portal does not start."""

from datetime import date

import pytest
from django.conf import settings as installed
from django.core.exceptions import ImproperlyConfigured

from accounts import limits

ROW = "  - {{code: {}, value: {}, unit: x, valid_from: {}, valid_to: {}, basis: {}}}\n"
DAY = date(2026, 11, 25)


def written(tmp_path, settings, *, old=300, ends="null", basis="依据", more=""):
    names = [name for name in limits.SecurityLimits.__slots__ if name != "counter_idle"]
    text = "limits:\n" + "".join(ROW.format(n, 9, "2026-01-01", "null", "依据") for n in names)
    text += ROW.format("counter_idle", old, "2026-01-01", ends, basis) + more
    file = tmp_path / "limits.yaml"
    file.write_text(text, encoding="utf-8")
    settings.SECURITY_LIMITS_FILE = str(file)


def test_the_figures_of_this_installation_are_complete_today():
    assert limits.in_force(DAY).counter_idle == 300
    assert limits.in_force(DAY).office_idle == 900
    assert str(installed.SECURITY_LIMITS_FILE).endswith("accounts/data/limits.yaml")


def test_a_figure_changes_on_its_day(tmp_path, settings):
    more = ROW.format("counter_idle", 120, "2026-11-26", "null", "新规定")
    written(tmp_path, settings, ends="2026-11-26", more=more)
    assert limits.in_force(DAY).counter_idle == 300
    assert limits.in_force(date(2026, 11, 26)).counter_idle == 120


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends": "2026-11-25"},  # nothing holds any more
        {"more": ROW.format("counter_idle", 120, "2026-06-01", "null", "又一个")},  # two hold
        {"basis": '""'},
        {"old": 0},
        {"more": ROW.format("counter_idel", 120, "2026-06-01", "null", "误")},
    ],
)
def test_a_gap_an_overlap_or_a_slip_of_the_pen_is_refused(tmp_path, settings, wrong):
    written(tmp_path, settings, **wrong)
    with pytest.raises(ImproperlyConfigured):
        limits.in_force(DAY)


def test_the_portal_does_not_start_without_its_figures(tmp_path, settings):
    assert limits.check_limits() == []
    settings.SECURITY_LIMITS_FILE = str(tmp_path / "lost.yaml")
    assert [error.id for error in limits.check_limits()] == ["accounts.E001"]
