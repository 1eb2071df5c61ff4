"""What anybody sees without an account."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from servicehall.cases.views import public
from servicehall.catalogue.actions import searching
from servicehall.catalogue.models import EmptySearch, NegativeCertificate
from tests.factories.data import load_catalogue
from tests.factories.governance import StationFactory
from tests.factories.residents import PersonFactory, household
from tests.factories.servicehall import ALLOWANCE, hall, item_version

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True, scope="module")
def catalogue(ground):
    load_catalogue()


def body(response):
    return response.content.decode()


def test_the_home_page_offers_a_search_the_windows_and_the_way_to_a_case(client, catalogue):
    page = body(client.get(reverse("home")))

    assert "没钱看病" in page
    for code in ("W1_CIVIL", "W4_CARE", "W7_PROXY"):
        assert reverse("servicehall:window", args=[code]) in page
    assert reverse("servicehall:track") in page


def test_the_large_print_home_page_has_six_big_doors(client, catalogue):
    client.cookies["yizhan_size"] = "elder"

    page = body(client.get(reverse("home")))

    assert page.count('class="door"') == 6
    assert 'href="tel:12345"' in page


def test_what_is_filed_most_stands_first_on_the_home_page(client, catalogue):
    filed = hall(ALLOWANCE).filed()

    page = client.get(reverse("home"))

    assert page.context["asked"][0].item_id == filed.version.item_id


def test_a_search_in_everyday_words_leads_to_the_guide(client, catalogue):
    page = body(client.get(reverse("servicehall:search"), {"q": "80岁补贴"}))

    assert reverse("servicehall:item", args=[ALLOWANCE]) in page


def test_a_certificate_that_may_not_be_issued_is_refused_with_the_right_office(client, catalogue):
    for words in ("无犯罪记录证明", "wufanzuijilu", "养狗"):
        response = client.get(reverse("servicehall:search"), {"q": words})
        refused = response.context["refused"]

        assert refused, words
        assert refused[0].office["zh"] in body(response)


def test_an_ordinary_search_refuses_nothing(client, catalogue):
    response = client.get(reverse("servicehall:search"), {"q": "高龄津贴"})

    assert response.context["refused"] == []
    assert NegativeCertificate.objects.count() == 20


def test_a_search_without_a_result_shows_the_windows_and_a_telephone(client, catalogue):
    page = body(client.get(reverse("servicehall:search"), {"q": "qwertz<script>"}))

    assert "12345" in page
    assert reverse("servicehall:window", args=["W1_CIVIL"]) in page
    assert "<script>qwertz" not in page


def vain(client, *texts):
    for text in texts:
        assert client.get(reverse("servicehall:search"), {"q": text}).status_code == 200
    return dict(EmptySearch.objects.values_list("text", "count"))


def test_a_search_in_vain_is_counted_by_its_words_and_not_by_its_punctuation(client, catalogue):
    assert vain(client, "钓鱼执照", "钓鱼执照？", " 钓鱼 执照 ") == {"钓鱼执照": 3}


def test_a_search_that_found_something_is_not_counted(client, catalogue):
    assert vain(client, "低保", "无犯罪记录证明", "") == {}


def test_nothing_that_could_name_somebody_is_kept(client, catalogue):
    person = PersonFactory(full_name="欧阳钓鱼")
    numbers = ("13800005678", "钓１３８ 0000 5678", "110105194912310", "a@b.cn")
    assert vain(client, person.full_name, *numbers, "钓" * 21, "钓") == {}


def test_a_program_cannot_fill_the_list(client, catalogue, monkeypatch):
    monkeypatch.setattr(searching, "TEXTS_A_DAY", 1)
    assert vain(client, "钓鱼执照", "养猪执照", "钓鱼执照") == {"钓鱼执照": 2}
    monkeypatch.setattr(public, "VAIN_AN_HOUR", 3)
    assert vain(client, "钓鱼执照") == {"钓鱼执照": 2}


def test_the_director_reads_what_people_looked_for_in_vain_and_nothing_rare(client_for):
    today = timezone.localdate()
    for days, text, count in (
        (0, "钓鱼执照", 2),
        (29, "钓鱼执照", 2),
        (0, "少见", 2),
        (31, "过去", 9),
    ):
        EmptySearch.objects.create(day=today - timedelta(days=days), text=text, count=count)

    page = client_for(hall().director).get(reverse("catalogue:empty-searches"))

    assert [(row["text"], row["times"]) for row in page.context["rows"]] == [("钓鱼执照", 4)]
    assert "钓鱼执照" in body(page)


def test_the_guide_tells_time_fee_papers_and_how_sure_it_is(client, catalogue):
    page = body(client.get(reverse("servicehall:item", args=[ALLOWANCE])))

    for words in (
        "15 个工作日",
        "20 个工作日",
        "不收费",
        "居民身份证或户口簿",
        "以本地办事指南为准",
    ):
        assert words in page
    assert "老年人权益保障法" in page
    assert f"?next={reverse('servicehall:item', args=[ALLOWANCE])}" in page


def test_the_guide_cites_laws_and_source_in_the_readers_language(client, catalogue, settings):
    url = reverse("servicehall:item", args=["W1-01"])
    assert "社会救助暂行办法（国务院令第649号（2019年修订）），第十一至十三条" in body(
        client.get(url)
    )

    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = body(client.get(url))
    assert "Interim Measures for Social Assistance" in page
    assert "Articles 11–13" in page
    assert "社会救助暂行办法" not in page
    assert "Published laws and public guides" in page


def test_every_guide_opens(client, catalogue):
    from servicehall.catalogue.models import ServiceItem

    for code in ServiceItem.objects.order_by("code").values_list("code", flat=True):
        assert client.get(reverse("servicehall:item", args=[code])).status_code == 200, code


def test_the_situation_decides_which_papers_the_guide_lists(client, catalogue):
    url = reverse("servicehall:item", args=["W1-02"])

    everything = {m["code"] for m in client.get(url).context["materials"]}
    ill = {m["code"] for m in client.get(url, {"burden": "illness"}).context["materials"]}
    none = {m["code"] for m in client.get(url, {"burden": "none"}).context["materials"]}
    forged = {m["code"] for m in client.get(url, {"burden": "nonsense"}).context["materials"]}

    assert everything >= {"medical_record", "disability_certificate"} == everything - none
    assert ill - none == {"medical_record"}
    assert forged == everything


def test_choosing_a_situation_changes_only_the_list(client, catalogue):
    url = reverse("servicehall:item", args=["W1-02"])

    fragment = body(client.get(url, {"burden": "none"}, headers={"HX-Request": "true"}))

    assert fragment.lstrip().startswith('<div id="materials">')
    assert "<html" not in fragment


def test_a_paper_that_the_base_holds_need_not_be_brought(client_for):
    item_version("W1-01")
    person = PersonFactory(account=True)

    response = client_for(person.account).get(reverse("servicehall:item", args=["W1-01"]))
    held = {m["code"] for m in response.context["materials"] if m["is_held"]}

    assert "id_card" in held
    assert "不用带，系统里有" in body(response)


def test_the_guide_names_the_residents_own_station(client_for):
    here = hall(ALLOWANCE)

    page = body(client_for(here.resident).get(reverse("servicehall:item", args=[ALLOWANCE])))

    assert here.station.name in page
    assert here.station.phone in page


def test_an_item_or_window_that_does_not_exist_is_not_found(client, catalogue):
    for url in ("/items/W9-99/", "/windows/W9/", "/stations/?community=000"):
        assert client.get(url).status_code == 404


def test_the_station_finder_answers_with_address_hours_and_telephone(client):
    station = StationFactory(
        address="海北街道1号", hours=[{"days": [1, 2, 3, 4, 5], "from": "08:30", "to": "17:30"}]
    )

    page = body(client.get(reverse("servicehall:stations"), {"community": station.place.code}))

    for words in (station.name, "海北街道1号", "08:30", station.phone):
        assert words in page


def test_public_pages_ask_a_constant_handful_of_questions(client_for, count_queries, catalogue):
    here = hall(ALLOWANCE)
    household(here.applicant, spouse=PersonFactory(community=here.community))
    browser = client_for(here.resident)
    for url in (
        reverse("home"),
        reverse("servicehall:search") + "?q=dibao",
        reverse("servicehall:item", args=[ALLOWANCE]),
        reverse("servicehall:stations"),
        reverse("servicehall:window", args=["W4_CARE"]),
    ):
        browser.get(url)
        few = count_queries(lambda: browser.get(url))  # noqa: B023
        assert few <= 10, url
        for _n in range(3):
            StationFactory()
        assert count_queries(lambda: browser.get(url)) == few, url  # noqa: B023
