import time
import uuid
from itertools import pairwise

from common.ids import uuid7


def test_identifiers_are_version_7_unique_and_follow_time():
    before = time.time_ns() // 1_000_000
    first = [uuid7() for _ in range(1000)]
    time.sleep(0.002)
    later = uuid7()
    after = time.time_ns() // 1_000_000
    assert {(i.version, i.variant) for i in first} == {(7, uuid.RFC_4122)}
    assert len(set(first)) == 1000
    assert all(before <= i.int >> 80 <= after for i in [*first, later])
    assert max(i.int >> 80 for i in first) < later.int >> 80


def test_identifiers_of_one_process_ascend_within_the_millisecond():
    made = [uuid7() for _ in range(2000)]
    in_order = sum(a < b for a, b in pairwise(made))
    assert in_order > 1900  # random order would give about 1000
