"""Background work of the resident base. Every task may be lost or repeated."""

from celery import shared_task
from django.utils import timezone

from accounts.audit import SYSTEM
from residents.base.actions.counting import recount_population
from residents.base.actions.people import forget_visits
from residents.base.actions.registration import forget_claims
from residents.base.actions.saying import weigh_again
from residents.base.actions.tenants import tell_tenants as tell
from residents.base.actions.tidying import communities, tidy


@shared_task
def sweep_claims(**_: object) -> None:
    """Forget account claims that are over, and first passwords that nobody replaced in time."""
    while forget_claims(by=SYSTEM, now=timezone.now()):
        pass


@shared_task
def sweep_visits(**_: object) -> None:
    """Forget the purposes that no longer hold; the audit trail keeps what was looked at."""
    forget_visits(now=timezone.now())


@shared_task
def count_population(**_: object) -> None:
    """Count new events into the monthly sums; the statement is right without it, only dearer."""
    recount_population(now=timezone.now())


@shared_task
def tell_tenants(**_: object) -> None:
    """Tell those who may ask for a residence permit from today on."""
    tell(now=timezone.now())


@shared_task(soft_time_limit=3300, time_limit=3400)
def tidy_all(**_: object) -> None:
    """Each night: look all communities through, each in transactions of its own; and close what nobody disputes any
    more, since ranks hold from a day and merges are undone."""
    weigh_again(by=SYSTEM, now=timezone.now())
    for community_id in communities(now=timezone.now()):
        tidy(community_id, now=timezone.now())
