"""The pages Projects, Review and Agreement without a browser: who sees what, and what is stored."""

from __future__ import annotations

import numpy as np
import pytest

from components.review_saving import store_events
from components.viewer.arrival import ArrivedDecision, ArrivedEdit, EditorEvents
from core.analysis.presence_fit import examples_from_json, examples_to_json
from core.errors import EditConflict
from core.png import encode_png
from core.review.desk import Desk
from core.review.masks import mask_sha256
from core.review.people import reader_of
from core.review.place import open_review
from core.review.projects import create_project, projects_of
from tests.e2e.review_project import ReviewProject, disc, picture
from tests.pages.review_page import page, sent_to_the_editor, signed_in, words, workbench


def test_a_reader_says_who_they_are_and_fills_a_project_with_what_was_segmented(folder):
    app = workbench().run()
    app.button(key="sample_chest").click().run()
    app.switch_page("pages/about.py").run()
    app.switch_page("pages/projects.py").run()
    app.text_input(key="reader_name").set_value("  Ada   Test ")
    app.button[0].click().run()
    assert app.query_params["reader"] == "Ada Test"
    # What a dialog holds is a fragment, which AppTest does not run: the project is made here.
    store = open_review({"MIP_DATA_FOLDER": str(folder)})
    ada = reader_of(store, "local:ada test", "Ada Test")
    create_project(store, ada, "Chests")
    app.session_state["project_tabs"] = "Images and masks"
    app.run()
    app.button(key="intake_add").click().run()
    assert not app.exception
    [project] = projects_of(store, ada)
    assert (project.name, project.items) == ("Chests", 1)
    [entry] = Desk(store, project.id, ada).queue()
    assert entry.phrases == ("left lung", "right lung")
    assert entry.score is not None


def test_masks_of_another_program_are_previewed_and_added_where_they_fit(folder):
    store = open_review({"MIP_DATA_FOLDER": str(folder)})
    ada = reader_of(store, "local:ada", "Ada")
    project_id = create_project(store, ada, "From files")
    app = page("segment", reader="Ada", project=project_id)
    app.file_uploader(key="uploader").set_value([("CASE_CT_chest.png", picture(1), "image/png")])
    app.run()
    app.switch_page("pages/about.py").run()
    app.switch_page("pages/projects.py").run()
    app.session_state["project_tabs"] = "Images and masks"
    app.run()
    turned = encode_png(np.ascontiguousarray(disc(60, 60, 20).T))
    files = [
        ("CASE_CT_chest_left+nodule.png", encode_png(disc(60, 60, 20)), "image/png"),
        ("CASE_CT_chest_turned.png", turned, "image/png"),
        ("OTHER_CT_chest_nodule.png", encode_png(disc(60, 60, 20)), "image/png"),
    ]
    app.file_uploader(key="mask_files").set_value(files).run()
    assert not app.exception
    preview = app.dataframe[0].value
    assert sorted(preview["State"]) == ["fits", "no image", "turned"]
    app.button(key="masks_add").click().run()
    assert not app.exception
    desk = Desk(store, project_id, ada)
    [entry] = desk.queue()
    reading = desk.open(entry.item_id)
    [label] = reading.item.labels
    assert (label.phrase, reading.item.source) == ("left nodule", "file")
    assert (desk.current_mask(reading, label) == (disc(60, 60, 20) > 0)).all()


def test_the_queue_is_shown_with_what_is_left_to_read(folder):
    project = ReviewProject.make(folder)
    app = page("review", reader="Ada", project=project.id)
    assert not app.exception
    assert app.dataframe[0].value["Image"].tolist() == ["case_0.png", "case_1.png"]
    assert project.desk("Ada").progress().mine_left == 2


@pytest.mark.parametrize("name", ["review", "projects", "agreement"])
def test_somebody_without_a_role_sees_nothing_of_a_project(folder, name):
    project = ReviewProject.make(folder)
    app = page(name, reader="Eve", project=project.id)
    assert not app.exception
    assert "Nodules" not in words(app)
    assert not any("case_0" in str(table.value) for table in app.dataframe)


def test_a_plain_reader_has_no_agreement_and_no_settings_of_the_project(folder):
    project = ReviewProject.make(folder)
    project.join("Ben")
    assert "Adjudicators and owners" in words(page("agreement", reader="Ben", project=project.id))
    app = page("projects", reader="Ben", project=project.id)
    assert "You are a reader here" in words(app)
    assert not app.tabs


def test_an_owner_adds_a_person_by_name(folder):
    project = ReviewProject.make(folder)
    app = page("projects", reader="Ada", project=project.id)
    app.session_state["project_tabs"] = "People"
    app.run()
    app.text_input(key="new_member").set_value("Ben")
    next(b for b in app.button if b.label == "Add").click().run()
    assert not app.exception
    assert {(m.reader.name, m.role) for m in project.desk("Ada").members()} == {
        ("Ada", "owner"),
        ("Ben", "reader"),
    }


def read(project, name, *, moved=0):
    """Read the first item: accept the nodule, moved so many columns, and say there is no vessel."""
    desk = project.desk(name)
    reading = desk.open(desk.queue()[0].item_id)
    nodule, vessel = reading.item.labels
    if moved:
        mask = np.roll(desk.current_mask(reading, nodule), moved, axis=1)
        desk.save_edit(reading.id, nodule.id, mask, sha256=mask_sha256(mask), base=0)
    desk.decide(reading.id, nodule.id, "accept", base=0)
    desk.decide(reading.id, vessel.id, "absent", base=0)
    desk.touch(reading.id, 40)
    desk.finish(reading.id)


def agreement_page(project, tab):
    app = page("agreement", reader="Ada", project=project.id)
    app.session_state["agreement_tabs"] = tab
    app.run()
    assert not app.exception
    return app


def test_the_agreement_of_two_readers_is_shown_when_both_have_finished(folder):
    project = ReviewProject.make(folder, items=1)
    project.join("Ben")
    read(project, "Ada")
    assert "No image is read to the end yet" in words(agreement_page(project, "Agreement"))
    read(project, "Ben", moved=20)
    one = disc(100, 120, 40) > 0
    other = np.roll(one, 20, axis=1)
    dice = 2 * (one & other).sum() / (one.sum() + other.sum())
    shown = {metric.label: metric.value for metric in agreement_page(project, "Agreement").metric}
    assert shown["Mean Dice"] == f"{dice:.3f}"
    assert shown["Same decision"] == "0.50"
    figures = agreement_page(project, "Figures")
    found = {metric.label: metric.value for metric in figures.metric}
    assert (found["Accepted as they are"], found["Seconds an image"]) == ("50 %", "40")
    table = figures.dataframe[0].value
    assert table.loc[table["Group"] == "nodule", "Added (px)"].tolist() == [(other & ~one).sum()]


def test_decisions_can_be_taken_to_the_fit_of_the_rule_of_presence(folder):
    project = ReviewProject.make(folder, items=1)
    project.join("Ben")
    read(project, "Ada")
    read(project, "Ben", moved=4)
    labels = [button.label for button in agreement_page(project, "Figures").get("download_button")]
    assert "Decisions for fitting the rule of presence" in labels
    [example] = examples_from_json(examples_to_json(project.desk("Ada").examples()))
    assert example.accepted
    assert example.evidence.peak == 1


def test_what_is_agreed_is_settled_at_one_press(folder):
    project = ReviewProject.make(folder, items=1)
    project.join("Ben")
    read(project, "Ada")
    read(project, "Ben", moved=4)
    app = agreement_page(project, "Settle")
    app.button(key="settle").click().run()
    assert not app.exception
    outcomes = {case.label.phrase: case.outcome for case in project.desk("Ada").cases()}
    one = disc(100, 120, 40) > 0
    desk = project.desk("Ada")
    [case] = [case for case in desk.cases() if case.label.phrase == "nodule"]
    both = one & np.roll(one, 4, axis=1)
    assert (outcomes["nodule"].verdict, outcomes["vessel"].verdict) == ("change", "absent")
    assert (desk.mask(case.item, outcomes["nodule"].mask) == both).all()


def test_the_pages_speak_italian(folder):
    project = ReviewProject.make(folder)
    app = page("review", reader="Ada", project=project.id)
    app.session_state["language"] = "it"
    app.run()
    assert "Immagine" in app.dataframe[0].value.columns
    assert app.button(key="leave_reader").label == "Cambi lettore"


def test_a_database_that_makes_no_sense_is_told_in_a_sentence(folder, monkeypatch):
    monkeypatch.setenv("MIP_REVIEW_DATABASE", "nonsense")
    app = page("review", reader="Ada")
    assert not app.exception
    assert "The address of the review database cannot be used" in app.error[0].value


def test_with_a_login_the_address_says_nothing_about_who_reads(folder, monkeypatch):
    project = ReviewProject.make(folder)
    signed_in(monkeypatch)
    app = page("review", reader="Ada", project=project.id)
    assert "Sign in to see the projects" in words(app)
    assert "Nodules" not in words(app)


def test_a_signed_in_person_is_who_the_login_says_whatever_their_name(folder, monkeypatch):
    project = ReviewProject.make(folder)
    signed_in(monkeypatch, iss="https://login.example", sub="42", name="Ada")
    assert "You take part in no project yet" in words(page("review", project=project.id))
    store = open_review({"MIP_DATA_FOLDER": str(folder)})
    ada = reader_of(store, "oidc:https://login.example#42", "Ada")
    project.desk("Ada").set_role(ada.id, "reader")
    assert len(page("review", project=project.id).dataframe[0].value) == 2


def test_a_login_that_does_not_say_who_somebody_is_lets_nobody_in(folder, monkeypatch):
    signed_in(monkeypatch, name="Ada")
    assert "does not say who you are" in page("review").error[0].value


def test_two_people_who_sign_in_on_one_browser_have_drafts_of_their_own(folder, monkeypatch):
    project = ReviewProject.make(folder)
    store = open_review({"MIP_DATA_FOLDER": str(folder)})
    people = {name: reader_of(store, f"oidc:https://login.example#{name}", name) for name in "AB"}
    for person in people.values():
        project.desk("Ada").set_role(person.id, "reader")
    signed_in(monkeypatch, iss="https://login.example", sub="A", name="A")
    app = page("review", project=project.id)
    assert sent_to_the_editor(app)["owner"] == people["A"].id
    assert app.run().dataframe[0].value["State"].tolist() == ["begun", "to read"]
    signed_in(monkeypatch, iss="https://login.example", sub="B", name="B")
    assert sent_to_the_editor(app.run())["owner"] == people["B"].id
    assert app.dataframe[0].value["State"].tolist() == ["to read", "to read"]


def arrived(label, mask, base, **more):
    edit = ArrivedEdit(label, mask, mask_sha256(mask), base)
    return EditorEvents(number=1, edits=(edit,), **more)


def test_a_decision_on_a_mask_that_was_refused_is_not_stored(folder):
    project = ReviewProject.make(folder)
    desk = project.desk("Ada")
    reading = desk.open(desk.queue()[0].item_id)
    label = reading.item.labels[0].id
    first, second = disc(90, 90, 20) > 0, disc(50, 50, 20) > 0
    assert store_events(desk, reading, arrived(label, first, 0)) == []
    decision = ArrivedDecision(label, "accept", None, "", "", 0)
    [refused] = store_events(
        desk, reading, arrived(label, second, 0, decisions=(decision,), action="finish")
    )
    assert isinstance(refused, EditConflict)
    reading = desk.open(reading.item.id)
    assert (reading.decisions, reading.done) == ({}, False)
    assert (desk.current_mask(reading, reading.item.labels[0]) == first).all()
