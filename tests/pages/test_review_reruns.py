"""What a rerun of the review's pages costs: every stroke and every press is one."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event

from components import project_upload, review_adjudicate, review_queue, review_reading
from components.viewer.arrival import ArrivedDecision, ArrivedEdit, EditorEvents
from core.masks_in import open_mask_files
from core.png import encode_png
from core.review.masks import mask_sha256
from tests.e2e.review_project import ReviewProject, disc, picture
from tests.pages.review_page import page, sent_to_the_editor


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """Nothing is asked for anew because ten seconds are over, until a test says that they are."""
    time = {"now": 0}
    for module in (review_queue, review_adjudicate):
        monkeypatch.setattr(module, "lately", lambda: time["now"])
    return time


@contextmanager
def statements():
    """The SQL statements that go to the database meanwhile, transactions left out."""
    found = []

    def note(_connection, _cursor, statement, *_):
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK")):
            found.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.fixture
def send(monkeypatch):
    """Let the next run of the page get this from the browser, once."""
    waiting = []

    def arrived(_key, _frame, reading):
        if not waiting:
            return EditorEvents()
        return EditorEvents(number=1, reading=reading, **waiting.pop())

    monkeypatch.setattr(review_reading, "arrived", arrived)
    return waiting.append


def states(app):
    return app.dataframe[0].value["State"].tolist()


def read(project, name):
    """Read the first item to its end."""
    desk = project.desk(name)
    reading = desk.open(desk.queue()[0].item_id)
    for label in reading.item.labels:
        desk.decide(reading.id, label.id, "absent", base=0)
    desk.finish(reading.id)


def test_a_stroke_asks_the_database_for_the_reading_alone(folder, send):
    project = ReviewProject.make(folder)
    app = page("review", reader="Ada", project=project.id).run()
    label = sent_to_the_editor(app)["layers"][0]["id"]
    mask = disc(60, 60, 30) > 0
    send({"edits": (ArrivedEdit(label, mask, mask_sha256(mask), 0),)})
    with statements() as drawing:
        app.run()
    assert not app.exception
    assert sent_to_the_editor(app)["layers"][0]["revision"] == 1
    with statements() as again:
        app.run()
    # The projects 2, the reading 11: once to store into, and once as it is afterwards.
    assert len(again) <= 2 + 11
    assert len(drawing) <= 2 + 11 + 15 + 11 + 4  # saving 15, the mask that was saved 4


def test_what_a_reader_decides_and_finishes_shows_at_once(folder, send):
    project = ReviewProject.make(folder)
    app = page("review", reader="Ada", project=project.id).run()
    assert states(app) == ["begun", "to read"]
    layers = sent_to_the_editor(app)["layers"]
    decisions = tuple(ArrivedDecision(one["id"], "absent", None, "", "", 0) for one in layers)
    send({"decisions": decisions, "action": "finish"})
    app.run()
    assert not app.exception
    assert states(app)[0] == "read"
    assert app.get("progress")[0].proto.text == "1 of 2 read by you"


def test_a_decision_shows_at_once_though_something_else_was_refused(folder, send):
    project = ReviewProject.make(folder)
    app = page("review", reader="Ada", project=project.id).run()
    nodule, vessel = sent_to_the_editor(app)["layers"]
    mask = disc(60, 60, 30) > 0
    old = ArrivedEdit(vessel["id"], mask, mask_sha256(mask), 7)
    flag = ArrivedDecision(nodule["id"], "flag", None, "", "", 0)
    send({"edits": (old,), "decisions": (flag,)})
    app.run()
    assert sent_to_the_editor(app)["message"]
    assert app.run().dataframe[0].value["State"].tolist() == ["⚑", "to read"]


def test_what_others_do_shows_after_ten_seconds(folder, clock):
    project = ReviewProject.make(folder, reads=1)
    project.join("Ben")
    app = page("review", reader="Ada", project=project.id).run()
    ben = project.desk("Ben")
    ben.open(ben.queue()[1].item_id)
    assert states(app.run()) == ["begun", "to read"]
    clock["now"] = 1
    assert states(app.run()) == ["begun", "with others"]


def test_what_an_owner_arranges_shows_at_once_in_the_queue(folder):
    project = ReviewProject.make(folder)
    app = page("review", reader="Ada", project=project.id).run()
    project.join("Ben")
    ben = project.desk("Ben").reader
    project.desk("Ada").assign([project.desk("Ada").queue()[1].item_id], [ben.id])
    app.switch_page("pages/projects.py").run()
    app.switch_page("pages/review.py").run()
    assert states(app) == ["begun", "with others"]
    assert "Ben" in app.selectbox(key="review_reader").options


def test_an_adjudicator_who_draws_does_not_ask_for_all_readings_again(folder):
    project = ReviewProject.make(folder, items=1, reads=1)
    project.join("Ben")
    read(project, "Ben")
    item = project.desk("Ada").queue()[0].item_id
    app = page("review", reader="Ada", project=project.id, item=item, purpose="adjudicate").run()
    assert app.button(key=f"begin_{project.desk('Ben').reader.id}")
    with statements() as again:
        app.run()
    assert app.button(key=f"begin_{project.desk('Ben').reader.id}")
    assert len(again) <= 2 + 12


def test_files_of_masks_are_opened_once_and_again_when_they_are_others(folder, monkeypatch):
    opened = []
    monkeypatch.setattr(
        project_upload, "open_mask_files", lambda files: opened.append(1) or open_mask_files(files)
    )
    project = ReviewProject.make(folder)
    app = page("segment", reader="Ada", project=project.id)
    app.file_uploader(key="uploader").set_value([("CASE.png", picture(1), "image/png")])
    app.run()
    app.switch_page("pages/projects.py").run()
    app.session_state["project_tabs"] = "Images and masks"
    app.run()
    nodule = ("CASE_nodule.png", encode_png(disc(60, 60, 20)), "image/png")
    app.file_uploader(key="mask_files").set_value([nodule]).run()
    app.run()
    assert app.dataframe[0].value["Label"].tolist() == ["nodule"]
    assert len(opened) == 1
    vessel = ("CASE_vessel.png", encode_png(disc(90, 90, 20)), "image/png")
    app.file_uploader(key="mask_files").set_value([nodule, vessel]).run()
    assert app.dataframe[0].value["Label"].tolist() == ["nodule", "vessel"]
    assert len(opened) == 2
    app.button(key="masks_add").click().run()
    assert not app.exception
    assert project.desk("Ada").progress().items == 3
