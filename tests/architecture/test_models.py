"""What every model keeps to: relations point down the stack, known words only, promises in the database."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.models import CheckConstraint, Field, Model

# Each app with its rank; those of the same rank do not know each other. Below all: what Django brings.
STACK = (
    {"common"},
    {"accounts"},
    {"notifications"},
    {"governance"},
    {"organisations", "workforce"},
    {"activities", "facilities", "mandates"},
    {"targets"},
    {"residents"},  # residents.base
    {"exchange"},
    {"rights"},
    {"grid"},
    {"catalogue"},  # servicehall.catalogue
    {"servicehall", "funding"},  # servicehall.cases
    {"aftercare", "documents", "publicity", "supervision"},
    {"dashboards"},
)
RANK = {label: rank for rank, labels in enumerate(STACK, start=1) for label in labels}


def own_models() -> list[type[Model]]:
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if (apps.get_app_config(model._meta.app_label).path).find("site-packages") < 0
    ]


def relations() -> Iterator[tuple[str, str, str]]:
    for model in own_models():
        for field in model._meta.get_fields():
            if field.is_relation and field.concrete and isinstance(field.related_model, type):
                yield str(field), model._meta.app_label, field.related_model._meta.app_label


def test_every_app_has_its_rank():
    assert {model._meta.app_label for model in own_models()} <= set(RANK)


def test_relations_point_down_the_stack():
    """import-linter does not see `ForeignKey("servicehall.Case")`."""
    found = [
        f"{field}: {below} → {above}"
        for field, below, above in relations()
        if below != above and RANK[below] <= RANK.get(above, 0)
    ]
    assert not found


def chosen_fields() -> Iterator[tuple[type[Model], "Field[Any, Any]"]]:
    for model in own_models():
        for field in model._meta.local_fields:
            if field.choices or field.name == "state":
                yield model, field


def test_the_database_knows_the_words_of_every_column_with_choices():
    assert not [str(f) for m, f in chosen_fields() if f.name not in checked_columns(m)]


def checked_columns(model: type[Model]) -> set[str]:
    return {
        name.split("__")[0]
        for constraint in model._meta.constraints
        if isinstance(constraint, CheckConstraint)
        for name in names_in(constraint.condition)
    }


def names_in(condition) -> Iterator[str]:
    for child in getattr(condition, "children", ()):
        if isinstance(child, tuple):
            yield child[0]
        else:
            yield from names_in(child)
