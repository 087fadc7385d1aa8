"""A review from the first stroke to the agreement, in real browsers of two readers."""

from __future__ import annotations

import sqlite3

import numpy as np
import pytest
from PIL import Image

from tests.e2e.own_server import OwnServer
from tests.e2e.review_project import ReviewProject, disc
from tests.e2e.viewer.editor_page import EditorPage
from tests.e2e.workbench import APP, NO_ENDPOINT

pytestmark = pytest.mark.browser


@pytest.fixture
def project(tmp_path):
    made = ReviewProject.make(tmp_path / "data")
    made.join("Ben")
    return made


@pytest.fixture
def url(run_app, project):
    return run_app(APP, env={**NO_ENDPOINT, "MIP_DATA_FOLDER": str(project.folder)})


class Reader(EditorPage):
    """A reader in a browser of their own."""

    def __init__(self, context, url, project, name):
        super().__init__(context.new_page(), url)
        self.project, self.name = project, name

    def open_review(self):
        self.page.goto(self.project.address(self.url, "review", self.name))
        self.ready()
        self.page.locator("li.row").first.wait_for()
        return self

    def edited(self):
        return self.page.locator("li.row .edited:visible")

    def stroke(self):
        self.drag([(200, 60), (240, 90), (260, 150)])
        self.edited().wait_for()

    def decide(self, key, word):
        self.press(key)
        self.page.locator("li.row").filter(has_text=word).first.wait_for()

    def changed(self, phrase):
        """How many pixels were added and removed."""
        return self.page.locator("li.row").filter(has_text=phrase).get_by_text("px").last


@pytest.fixture
def ada(context, url, project):
    return Reader(context, url, project, "Ada").open_review()


@pytest.fixture
def ben(chromium, url, project):
    fresh = chromium.new_context(viewport={"width": 1440, "height": 900})
    fresh.set_default_timeout(20_000)
    yield Reader(fresh, url, project, "Ben")
    fresh.close()


def stored_masks(project, phrase="nodule"):
    """The masks of the newest decisions as they lie on the disk, by name of the reader."""
    rows = sqlite3.connect(project.folder / "review.db").execute(
        "SELECT reader.name, decision.mask FROM decision "
        "JOIN reading ON reading.id = decision.reading_id "
        "JOIN reader ON reader.id = reading.reader_id JOIN label ON label.id = decision.label_id "
        "WHERE label.phrase = ? ORDER BY decision.revision",
        (phrase,),
    )
    return {
        name: np.asarray(Image.open(project.folder / "blobs" / blob[:2] / blob)) > 0
        for name, blob in rows
        if blob
    }


def wait_until(page, holds, seconds=10):
    for _ in range(seconds * 10):
        if holds():
            return
        page.wait_for_timeout(100)
    pytest.fail(f"it did not come about within {seconds} s")


def edits_of(project):
    return (
        sqlite3.connect(project.folder / "review.db")
        .execute("SELECT count(*) FROM edit")
        .fetchone()[0]
    )


def test_a_stroke_is_there_after_the_page_was_reloaded_at_once(ada, project):
    ada.stroke()
    change = ada.changed("nodule").inner_text()
    ada.page.reload()
    ada.ready()
    ada.edited().wait_for()
    assert ada.changed("nodule").inner_text() == change
    wait_until(ada.page, lambda: edits_of(project) == 1)


def test_the_mask_that_is_accepted_by_key_is_the_one_that_was_drawn(ada, project):
    ada.stroke()
    drawn = ada.call(
        "[...host.editor.maskOf(host.editor.active)].flatMap((on, at) => on ? [at] : [])"
    )
    ada.decide("a", "accepted with changes")
    wait_until(ada.page, lambda: "Ada" in stored_masks(project))
    mask = stored_masks(project)["Ada"]
    assert np.flatnonzero(mask).tolist() == drawn
    assert mask.sum() > (disc(100, 120, 40) > 0).sum()


def read_the_first_item(reader, *, draws):
    if draws:
        reader.stroke()
    reader.decide("a", "accepted")
    reader.decide("n", "not present")
    reader.press("Enter")
    reader.page.wait_for_function("() => location.search.includes('item=')")


def test_two_blind_readers_and_the_dice_between_them(ada, ben, project):
    read_the_first_item(ada, draws=True)
    ben.open_review()
    assert ben.edited().count() == 0
    assert ben.page.get_by_text("accepted", exact=True).count() == 0
    read_the_first_item(ben, draws=False)
    wait_until(ben.page, lambda: set(stored_masks(project)) == {"Ada", "Ben"})
    ada.page.goto(project.address(ada.url, "agreement", "Ada"))
    ada.page.get_by_role("tab", name="Settle").click()
    shown = ada.page.get_by_text("Dice 0.").first.inner_text()
    one, other = stored_masks(project).values()
    dice = 2 * (one & other).sum() / (one.sum() + other.sum())
    assert 0.5 < dice < 1
    assert shown == f"Dice {dice:.3f}"


def test_without_a_role_nothing_of_a_project_is_seen(ada, chromium, url, project):
    context = chromium.new_context()
    page = context.new_page()
    for name in ("review", "projects", "agreement"):
        page.goto(project.address(url, name, "Eve"))
        page.get_by_text("You take part in no project yet").or_(
            page.get_by_role("button", name="New project")
        ).first.wait_for()
        assert "Nodules" not in page.content()
        assert "case_0" not in page.content()
    context.close()


def test_a_stroke_outlives_a_server_that_was_killed(context, project):
    server = OwnServer(APP, {**NO_ENDPOINT, "MIP_DATA_FOLDER": str(project.folder)})
    server.start()
    try:
        ada = Reader(context, server.url, project, "Ada").open_review()
        server.kill()
        ada.stroke()
        server.start()
        wait_until(ada.page, lambda: edits_of(project) == 1, seconds=40)
        ada.decide("a", "accepted with changes")
        wait_until(ada.page, lambda: "Ada" in stored_masks(project))
    finally:
        server.kill()


def test_an_adjudicator_settles_what_two_readers_see_otherwise(ada, ben, project):
    read_the_first_item(ada, draws=True)
    ben.open_review()
    ben.decide("r", "rejected")
    ben.page.locator("li.row").filter(has_text="vessel").click()
    ben.decide("n", "not present")
    ben.press("Enter")
    ben.page.wait_for_function("() => location.search.includes('item=')")
    project.join("Cleo", "adjudicator")
    cleo = Reader(ada.page.context, ada.url, project, "Cleo")
    cleo.page.goto(project.address(cleo.url, "agreement", "Cleo"))
    cleo.page.get_by_role("tab", name="Settle").click()
    cleo.page.get_by_text("Readers differ on whether it is there").wait_for()
    cleo.page.get_by_role("button", name="Adjudicate").first.click()
    cleo.page.get_by_role("button", name="Begin with these masks").first.click()
    cleo.edited().first.wait_for()
    read_the_first_item_as_adjudicator(cleo)
    cleo.page.get_by_role("tab", name="Settle").click()
    cleo.page.get_by_text("Settled: accepted with changes (Cleo)").wait_for()
    assert (stored_masks(project)["Cleo"] == stored_masks(project)["Ada"]).all()


def read_the_first_item_as_adjudicator(reader):
    reader.decide("a", "accepted")
    reader.decide("n", "not present")
    reader.page.get_by_role("button", name="Finish").click()
    reader.page.get_by_role("heading", name="Agreement").wait_for()
