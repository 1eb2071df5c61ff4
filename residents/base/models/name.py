"""The characters of names, each with the order of names in one index: kept by the database, never the truth.

A row for every one and every two characters that stand side by side in the name of a standing person. Triggers keep
the rows (migration 0004), whichever way somebody writes; nothing else does.
"""

from django.db import models

from residents.base.ties import OnMerge, Tie, declare


class NamePart(models.Model):
    # In this order it is the index of a search: the first of a community are found without sorting.
    pk = models.CompositePrimaryKey("community_id", "part", "pinyin", "person_id")
    community_id = models.UUIDField()
    part = models.CharField(max_length=2)
    pinyin = models.CharField(max_length=160)
    person_id = models.UUIDField()
    full_name = models.CharField(max_length=60)


declare(Tie("residents.NamePart", "person_id", OnMerge.KEEP))
