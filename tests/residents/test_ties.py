"""Every relation to a person says what becomes of it when two entries are merged."""

from typing import Any

import pytest
from django.apps import apps

from residents.base.models import Person
from residents.base.ties import OnMerge, Tie, all_ties, declare, moving


def relations() -> set[str]:
    """Foreign keys to Person, hidden ones too, and columns that hold the id of one without a key."""
    keys: list[Any] = [
        relation
        for relation in Person._meta.get_fields(include_hidden=True)
        if relation.auto_created and relation.is_relation and not relation.concrete
    ]
    found = {f"{key.related_model._meta.label}.{key.field.name}" for key in keys}
    for model in apps.get_models():
        found |= {
            f"{model._meta.label}.{field.name}"
            for field in model._meta.local_fields
            if not field.is_relation and field.name.endswith("person_id")
        }
    return found


def test_every_relation_to_a_person_has_its_line_and_no_line_speaks_of_nothing():
    declared = {tie.key for tie in all_ties()}
    assert relations() - declared == set(), "declare it beside the model (residents/base/ties.py)"
    assert declared - relations() == set()


def test_what_moves_has_a_name_for_people():
    assert not [tie.key for tie in moving() if not tie.label]


def test_a_line_is_not_overruled_by_another():
    tie = next(all_ties())
    declare(tie)
    with pytest.raises(ValueError, match=tie.key):
        declare(Tie(tie.model, tie.name, OnMerge.MOVE, "x"))
