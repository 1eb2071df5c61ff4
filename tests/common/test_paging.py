from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Count, Sum, TextChoices
from django.db.models.functions import Upper
from hypothesis import HealthCheck, given, settings, strategies as st

from common.paging import BadCursor, _opened, _sealed, keyset_page

pytestmark = pytest.mark.django_db
START = datetime(2026, 9, 24, 8, tzinfo=UTC)
DAY = date(2026, 9, 24)
ORDERS = [
    ("id",),
    ("-pk",),
    ("rank", "id"),
    ("-rank", "name", "-id"),
    ("due_on", "id"),
    ("-due_on", "id"),
    ("due_on", "-rank", "id"),
    ("-due_on", "-at", "id"),
    ("share", "-id"),
    ("parent", "id"),
    ("-parent__rank", "id"),
    ("parent__due_on", "-id"),
]
rows = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from("ab"),
        st.none() | st.integers(0, 2),
        st.integers(0, 3),
        st.booleans(),
    ),
    max_size=14,
)


def build(model, specification):
    model.objects.all().delete()
    made: list[Any] = []
    for rank, name, due, microseconds, is_child in specification:
        made.append(
            model.objects.create(
                rank=rank,
                name=name,
                due_on=None if due is None else DAY + timedelta(due),
                at=START + timedelta(microseconds=microseconds),
                share=Decimal(rank) / 4,
                parent=made[-1] if made and is_child else None,
            )
        )


def walk(queryset, order, size):
    seen, after = [], None
    while True:
        page = keyset_page(queryset, order=order, after=after, size=size)
        seen += page.items
        if page.next is None:
            return seen
        assert len(page.items) == size
        after = page.next


@pytest.mark.parametrize("order", ORDERS)
@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(specification=rows, size=st.integers(1, 5))
def test_the_pages_hold_every_row_exactly_once_and_in_order(row_model, order, specification, size):
    build(row_model, specification)
    queryset = row_model.objects.select_related("parent")

    def plain(name):
        return "parent_id" if name == "parent" else name

    expected = list(
        queryset.order_by(*(("-" if o[0] == "-" else "") + plain(o.lstrip("-")) for o in order))
    )
    assert walk(queryset, order, size) == expected


def many(model, count):
    build(model, [(i % 3, "ab"[i % 2], i % 4 or None, i, False) for i in range(count)])


def test_annotations_and_values_are_paged_too(row_model):
    many(row_model, 12)
    annotated = row_model.objects.annotate(upper=Upper("name"))
    assert len(walk(annotated, ("-upper", "id"), 5)) == 12
    values = row_model.objects.values("id", "name", "parent__rank")
    assert [v["id"] for v in walk(values, ("parent__rank", "-id"), 5)] == list(
        row_model.objects.order_by("-id").values_list("id", flat=True)
    )
    assert (
        len(walk(row_model.objects.values_list("id", "name", named=True), ("name", "id"), 5)) == 12
    )


@pytest.mark.parametrize(
    "order", [("-n", "name", "rank"), ("n", "total", "-rank", "name"), ("name", "rank")]
)
def test_groups_are_paged_too(row_model, order):
    many(row_model, 11)
    groups = row_model.objects.values("rank", "name").annotate(n=Count("id"), total=Sum("share"))
    assert walk(groups, order, 2) == list(groups.order_by(*order))


def test_a_sum_of_nothing_does_not_stop_the_list(row_model):
    many(row_model, 6)
    groups = row_model.objects.values("id").annotate(total=Sum("parent__share"))
    assert len(walk(groups, ("-total", "id"), 2)) == 6
    assert len(walk(groups, ("total", "id"), 2)) == 6


def test_rows_that_come_and_go_do_not_shift_the_next_page(row_model):
    many(row_model, 6)
    first = keyset_page(row_model.objects.all(), order=("id",), after="", size=3)
    first.items[0].delete()
    second = keyset_page(row_model.objects.all(), order=("id",), after=first.next, size=3)
    assert [r.pk for r in first.items[1:] + second.items][0:2] == [r.pk for r in first.items[1:]]
    assert len(second.items) == 3
    assert second.next is None


def test_a_page_is_one_query_of_at_most_a_hundred_rows(row_model, django_assert_num_queries):
    row_model.objects.bulk_create([row_model(rank=i, name="a", at=START) for i in range(130)])
    with django_assert_num_queries(1):
        page = keyset_page(row_model.objects.all(), order=("-id",), after=None, size=10_000)
    assert len(page.items) == 100
    assert len(keyset_page(row_model.objects.all(), order=("id",), after=None, size=-3).items) == 1


def test_a_cursor_tells_nothing_and_cannot_be_changed_or_moved(row_model):
    many(row_model, 6)
    queryset = row_model.objects.all()
    cursor = keyset_page(queryset, order=("name", "id"), after=None, size=3).next
    assert cursor is not None
    assert cursor.isascii()
    assert not set(cursor) & set("=+/&?# ")
    changed = cursor[:30] + ("B" if cursor[30] == "A" else "A") + cursor[31:]
    for wrong in (changed, cursor[:20], "x", "汉", "\0", "="):
        with pytest.raises(BadCursor):
            keyset_page(queryset, order=("name", "id"), after=wrong, size=3)
    with pytest.raises(BadCursor):
        keyset_page(queryset, order=("-name", "id"), after=cursor, size=3)


@given(st.text(max_size=60))
def test_no_text_breaks_the_cursor(text):
    with pytest.raises(BadCursor):
        _opened(text, ("id",))


def test_an_order_that_may_lose_rows_is_refused(row_model):
    for order in ((), ("rank",), ("name", "due_on")):
        with pytest.raises(ValueError, match="order"):
            keyset_page(row_model.objects.all(), order=order, after=None, size=3)


def test_cursor_values_survive_exactly():
    class State(TextChoices):
        OPEN = "open"

    values = (
        3,
        0.1,
        "汉",
        Decimal("1.10"),
        START + timedelta(microseconds=1),
        DAY,
        None,
        State.OPEN,
        True,
    )
    names = tuple(f"f{i}" for i in range(len(values)))
    back = _opened(_sealed(dict(zip(names, values, strict=True)), names), names)
    assert back == list(values)
    assert [type(v) for v in back[:6]] == [type(v) for v in values[:6]]
    with pytest.raises(TypeError):
        _sealed({"f": object()}, ("f",))
