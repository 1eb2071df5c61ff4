"""An upgrade changes what a role may do: who holds a post has it, without being appointed anew."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import AuditEntry
from community.governance.actions.powers import grant_powers
from community.governance.enums import Power, Role
from community.governance.models import PlaceGrant, StationCoverage
from community.governance.scopes import scope_of
from tests.factories.governance import PostFactory, StationFactory
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db


def run(*options: str) -> str:
    out = StringIO()
    call_command("grant_powers", *options, stdout=out)
    return out.getvalue()


def test_existing_posts_get_what_their_role_may_do_now_and_lose_what_it_may_not():
    station = StationFactory()
    post = PostFactory(body=station, role=Role.WINDOW_CLERK)
    other = PostFactory(role=Role.STATION_DIRECTOR)
    assert run() == "0 changed\n"
    mine = PlaceGrant.objects.filter(group=post.group)
    before = set(mine.values_list("permission__codename", flat=True))
    # As a version would have left it in which clerks filled in no reports and could appoint people.
    mine.filter(permission__codename=Power.FILL_REPORTS).delete()
    wrong = PlaceGrant.objects.get(group=other.group, permission__codename=Power.MERGE_PERSONS)
    wrong.pk, wrong.group, wrong.content_object = None, post.group, station.place
    wrong.save()
    line = f"{station.code} window_clerk: +fill_reports -merge_persons\n"
    assert run("--dry-run") == f"{line}1 would change\n"
    assert not mine.filter(permission__codename=Power.FILL_REPORTS)
    assert not AuditEntry.objects.filter(action="powers.granted").exists()
    assert run() == f"{line}1 changed\n"
    assert set(mine.values_list("permission__codename", flat=True)) == before
    scope = scope_of(post.user, post.pk, today=timezone.localdate())
    assert scope.covers(Power.FILL_REPORTS, station.place.path)
    entry = AuditEntry.objects.get(action="powers.granted")
    assert (entry.target_id, entry.detail) == (
        str(station.pk),
        {"role": "window_clerk", "gained": ["fill_reports"], "lost": ["merge_persons"]},
    )
    assert run() == "0 changed\n"


@sweeps(grant_powers)
def test_where_a_station_serves_no_longer_its_posts_hold_nothing():
    station = StationFactory()
    post = PostFactory(body=station, role=Role.WINDOW_CLERK)
    StationCoverage.objects.filter(station=station).delete()
    assert "1 changed" in run()
    assert not PlaceGrant.objects.filter(group=post.group).exists()
