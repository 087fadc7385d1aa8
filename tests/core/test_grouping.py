"""Which pictures share a request."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.grouping import MASKS_A_CALL, ROWS_A_CALL, grouped, grouped_tasks
from core.jobs import Job, Task


def backend(workers=2, max_rows=8, *, leaves_machine=True):
    return SimpleNamespace(workers=workers, max_rows=max_rows, leaves_machine=leaves_machine)


@pytest.mark.parametrize(
    ("count", "workers", "sizes"),
    [
        (0, 2, []),
        (1, 2, [1]),
        (2, 2, [1, 1]),
        (4, 2, [2, 2]),
        (9, 2, [4, 5]),
        (20, 2, [5, 5, 5, 5]),
        (5, 16, [1, 1, 1, 1, 1]),
        (40, 16, [2, 3] * 8),
    ],
)
def test_pictures_are_spread_over_free_places_before_they_share_a_request(count, workers, sizes):
    groups = grouped(range(count), backend(workers), 1)
    assert [len(group) for group in groups] == sizes


def test_many_phrases_make_the_groups_smaller_so_that_no_answer_is_huge():
    assert {len(group) for group in grouped(range(80), backend(), 16)} == {2}


def test_a_model_on_this_machine_gets_pictures_one_by_one():
    groups = grouped(range(5), backend(1, leaves_machine=False), 1)
    assert [len(group) for group in groups] == [1] * 5


@given(st.integers(0, 300), st.integers(1, 40), st.integers(1, 20), st.integers(1, 16))
def test_every_picture_goes_once_in_order_and_no_group_is_too_large(count, workers, rows, phrases):
    groups = grouped(range(count), backend(workers, rows), phrases)
    assert [item for group in groups for item in group] == list(range(count))
    sizes = [len(group) for group in groups]
    if sizes:
        assert max(sizes) <= max(min(rows, ROWS_A_CALL, MASKS_A_CALL // phrases), 1)
        assert max(sizes) - min(sizes) <= 1
        assert len(sizes) >= min(workers, count)


def test_a_group_falls_apart_into_its_pictures_and_counts_them():
    tasks = grouped_tasks("abcd", backend(), 1, lambda group: Task("".join(group), group.__add__))
    assert [task.label for task in tasks] == ["ab", "cd"]
    assert [task.size for task in tasks] == [2, 2]
    assert [[part.label for part in task.parts] for task in tasks] == [["a", "b"], ["c", "d"]]


def test_a_picture_alone_has_no_parts():
    (task,) = grouped_tasks("a", backend(), 1, lambda group: Task(group[0], lambda _c: "done"))
    assert task.parts == ()
    job = Job([task])
    assert job.wait(10)
    assert job.progress.outcomes[0].result == "done"
