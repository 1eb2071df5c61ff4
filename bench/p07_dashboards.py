"""P7: a district's dashboard, against counting the same cases anew."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from bench.city import City
from bench.harness import Trial, Wrong
from community.governance.enums import Power
from community.governance.models import Place
from dashboards import figures
from dashboards.models import DailyFact
from dashboards.tree import Tree
from servicehall.cases import facts
from servicehall.cases.models import Case

GOAL = 300.0
MEASURE = "closed"


def measures(city: City) -> Iterator[Trial]:
    today = timezone.localdate()
    period = figures.periods(today)["quarter"]
    yesterday = today - timedelta(days=1)
    place = Place.objects.get(path=city.district_path)
    page = f"/officials/places/{place.code}/?period={period.code}"
    tree, scope = Tree.load(), city.officials
    here = tree.find(scope, Power.READ_FACTS, place.code)
    if here is None:
        raise LookupError(place.code)
    children = tree.children(here, today)
    flows = [measure for measure in facts.MEASURES.values() if not measure.is_stock]

    def naive() -> Counter[str]:
        """Every flow of the period, from the cases themselves."""
        found: Counter[str] = Counter()
        inside = set(Place.objects.filter(path__startswith=place.path).values_list("pk", flat=True))
        for fact in facts.count(flows, period.first, yesterday, today=today):
            if fact.community_id in inside:
                found[fact.measure] += fact.value
        return found

    def check() -> None:
        city.office.sees(page, place.name)
        rows = DailyFact.objects.filter(place=place, day__range=(period.first, yesterday))
        kept: Counter[str] = Counter()
        for row in rows.iterator():
            kept[row.measure] += row.value
        counted = naive()
        if not counted[MEASURE] or any(kept[m.code] != counted[m.code] for m in flows):
            raise Wrong("the facts do not equal a recount")

    yield Trial(
        f"P7 dashboard at {Case.objects.count():,} cases",
        [lambda: figures.totals(scope, here, children, period, tree=tree, today=today)],
        [naive],
        check,
        GOAL,
        is_faster=True,
    )
