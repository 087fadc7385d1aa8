"""Projects are made by an owner and seen by those who have a role in them."""

from __future__ import annotations

import pytest
from review_scene import Scene, new_item

from core.errors import AccessRefused, InputError
from core.review.desk import Desk
from core.review.projects import create_project, projects_of
from core.review.rules import wanted_reads
from core.review.values import Rules


def test_who_makes_a_project_owns_it_and_nobody_else_sees_it(any_store):
    rules = Rules(reads=3, share=0.25, quorum=2, claim_minutes=12.5, reasons=("Too late", "Blur"))
    scene = Scene(any_store, rules)
    scene.owner.add_items([new_item(0), new_item(1)])
    [project] = projects_of(any_store, scene.olga)
    assert (project.name, project.role, project.rules, project.items) == (
        "Livers",
        "owner",
        rules,
        2,
    )
    assert scene.owner.project() == project
    assert projects_of(any_store, scene.person("Ada")) == ()


def test_a_reader_sees_only_the_projects_of_their_own_roles(any_store):
    scene = Scene(any_store)
    ada = scene.join("Ada")
    create_project(any_store, scene.olga, "Kidneys")
    assert [(p.name, p.role) for p in projects_of(any_store, scene.person("Ada"))] == [
        ("Livers", "reader")
    ]
    assert {p.name for p in projects_of(any_store, scene.olga)} == {"Livers", "Kidneys"}
    assert ada.project().role == "reader"


def test_a_project_that_is_not_there_is_refused_in_the_same_words_as_one_of_others(store):
    scene = Scene(store)
    stranger = scene.person("Eve")
    words = set()
    for project_id in (scene.project_id, "0" * 32):
        with pytest.raises(AccessRefused) as refused:
            Desk(store, project_id, stranger).project()
        with pytest.raises(AccessRefused) as not_changed:
            Desk(store, project_id, stranger).add_items([new_item()])
        words |= {str(refused.value), str(not_changed.value)}
    assert len(words) == 1


@pytest.mark.parametrize(
    "rules",
    [
        Rules(reads=0),
        Rules(reads=10),
        Rules(share=-0.1),
        Rules(share=1.1),
        Rules(share=float("nan")),
        Rules(reads=2, quorum=3),
        Rules(quorum=0),
        Rules(claim_minutes=0),
        Rules(claim_minutes=float("nan")),
        Rules(claim_minutes=float("inf")),
    ],
)
def test_rules_that_make_no_sense_are_refused_and_make_no_project(store, rules):
    scene = Scene(store)
    with pytest.raises(InputError):
        create_project(store, scene.olga, "Broken", rules)
    with pytest.raises(InputError):
        scene.owner.change(rules=rules)
    assert [p.name for p in projects_of(store, scene.olga)] == ["Livers"]
    assert scene.owner.project().rules == Rules()


@pytest.mark.parametrize("name", ["", "   ", "x" * 121])
def test_a_project_needs_a_name_of_a_sensible_length(store, name):
    scene = Scene(store)
    with pytest.raises(InputError):
        create_project(store, scene.olga, name)
    with pytest.raises(InputError):
        scene.owner.change(name=name)
    assert scene.owner.project().name == "Livers"


def test_the_share_of_second_reads_is_spread_and_can_be_worked_out_again():
    rules = Rules(reads=2, share=0.3)
    wanted = [wanted_reads(rules, f"{n:064x}", n) for n in range(4000)]
    assert wanted == [wanted_reads(rules, f"{n:064x}", n) for n in range(4000)]
    # Four standard deviations of a binomial distribution: in the whole, and in each tenth.
    assert abs(wanted.count(2) - 1200) < 4 * (4000 * 0.3 * 0.7) ** 0.5
    for start in range(0, 4000, 400):
        assert abs(wanted[start : start + 400].count(2) - 120) < 4 * (400 * 0.3 * 0.7) ** 0.5


def test_a_larger_share_keeps_the_second_reads_of_a_smaller_one():
    def chosen(share):
        rules = Rules(reads=2, share=share)
        return {n for n in range(500) if wanted_reads(rules, f"{n:064x}", n) == 2}

    assert chosen(0.0) == set()
    assert chosen(0.2) < chosen(0.5) < chosen(1.0) == set(range(500))


def test_new_rules_hold_for_items_that_nobody_has_begun(any_store):
    scene = Scene(any_store, Rules(reads=1))
    begun, untouched = scene.owner.add_items([new_item(0), new_item(1)])
    ada = scene.join("Ada")
    ada.open(begun)
    scene.owner.change(name="Livers, twice", rules=Rules(reads=2, quorum=2))
    assert scene.owner.project().name == "Livers, twice"
    assert ada.open(begun).item.wanted == 1
    assert ada.open(untouched).item.wanted == 2


def test_a_change_that_changes_nothing_is_not_noted(store):
    scene = Scene(store)
    scene.owner.change(name="Livers", rules=Rules())
    assert [action for action, *_ in scene.audit()] == ["create"]
    scene.owner.change(name="Other")
    *_, (action, _, before, after) = scene.audit()
    assert action == "change"
    assert before != after
