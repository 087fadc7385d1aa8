"""People are known by what a sign-in calls them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from core.errors import InputError
from core.review.people import reader_of
from core.review.tables import ReaderRow


def test_a_person_who_comes_back_is_the_same_reader(any_store):
    first = reader_of(any_store, "local:ada", "Ada")
    assert reader_of(any_store, "local:ada", "Ada") == first
    assert reader_of(any_store, "local:bert", "Ada").id != first.id


def test_a_changed_name_is_taken_over(any_store):
    first = reader_of(any_store, "oidc:https://login.example#7", "A. Lovelace")
    again = reader_of(any_store, "oidc:https://login.example#7", "Ada  Lovelace ")
    assert (again.id, again.name) == (first.id, "Ada Lovelace")


@pytest.mark.parametrize("name", ["", "  ", "\t\n", "\u200b"])
def test_a_name_that_nobody_can_see_is_refused(store, name):
    with pytest.raises(InputError, match="no name"):
        reader_of(store, "local:", name)


def test_a_very_long_name_is_cut(store):
    assert reader_of(store, "local:long", "x" * 500).name == "x" * 60


def test_twenty_tabs_of_a_new_person_make_one_reader(any_store):
    with ThreadPoolExecutor(20) as pool:
        found = set(pool.map(lambda _: reader_of(any_store, "local:ada", "Ada"), range(20)))
    assert len(found) == 1
    with any_store.read() as session:
        assert session.scalar(select(func.count()).select_from(ReaderRow)) == 1
