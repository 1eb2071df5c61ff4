"""再申请一次: what was answered then comes along where it still fits, and what does not is said."""

import pytest
from django.urls import reverse

from residents.base.models import HouseholdMember
from servicehall.cases import actions
from servicehall.cases.models import Draft
from servicehall.catalogue import answering
from tests.factories.residents import PersonFactory, household
from tests.factories.servicehall import hall

pytestmark = pytest.mark.django_db


def test_a_new_application_takes_along_what_fits_and_names_the_rest(client_for):
    here = hall()
    son = PersonFactory(community=here.community)
    home = household(here.applicant, son=son)
    given = {"members": [str(here.applicant.pk), str(son.pk)], "property": "无"}
    case = actions.withdraw(here.filed(answers=given).pk, by=here.resident, now=here.now)
    HouseholdMember.objects.filter(household=home, person=son).update(to_on=here.now.date())

    answer = client_for(here.resident).post(
        reverse("servicehall:my-case-again", args=[case.pk]), follow=True
    )
    draft = Draft.objects.get(is_filed=False)
    assert str(draft.pk) in answer.redirect_chain[0][0]
    said = answer.content.decode()
    kept = answering.load_answers(draft.answers)
    old = answering.load_answers(case.answers)
    assert kept["property"] == "无"
    assert kept["contact_phone"] == case.contact_phone
    # He has left the household; a declaration is made anew each time.
    assert {"members", "declaration", "check_consent"} & kept.keys() == set()
    assert "一起生活的家人" in said
    assert set(old) - set(kept) == {"members", "declaration", "check_consent"}

    # What has been begun meanwhile stays as it is.
    actions.save_draft(
        draft.pk, {"property": "一套房"}, step="known", by=here.resident, now=here.now
    )
    again, left_out = actions.start_again(case.pk, by=here.resident, now=here.now)
    assert (again.pk, left_out) == (draft.pk, [])
