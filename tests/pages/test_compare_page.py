"""The page Compare without a browser: what each side starts with, what is run, what is kept."""

import time
from pathlib import Path

import nibabel
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from components.compare_state import Asked
from core.samples import samples
from core.secret import Secret
from core.settings import PageEntry
from tests.standin import KEY, StandIn

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60


@pytest.fixture
def app(monkeypatch):
    """The workbench as it is opened for the first time, with no endpoint set anywhere."""
    for name in ("MIP_ENDPOINT", "MIP_API_KEY", "MIP_DEPLOY_NAME", "MIP_MODEL_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(ROOT)
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE_S).run()


def chest():
    return next(sample for sample in samples() if sample.id == "chest").load()[0]


def volume():
    """A small CT-like volume that is browsed in three directions and offers windows."""
    values = np.random.default_rng(0).integers(-1024, 1200, (20, 24, 12)).astype(np.int16)
    return nibabel.Nifti1Image(values, np.eye(4)).to_bytes()


def upload(app, name, data):
    app.file_uploader(key="uploader").set_value([(name, data, "application/octet-stream")])
    return app.run()


def segment_page(app, phrases):
    """Look for phrases on the page Segment, and wait for the masks."""
    app.text_input(key="phrases_text").set_value(phrases).run()
    app.button(key="run").click().run()
    return wait(app)


def compare_page(app):
    """Go to Compare as a browser does.

    ``AppTest`` brings the controls of the page before along, which a browser does not; a page
    between the two leaves them behind.
    """
    app.switch_page("pages/about.py").run()
    return app.switch_page("pages/compare.py").run()


def wait(app):
    deadline = time.monotonic() + PATIENCE_S
    while state(app).job is not None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
        app.run()
    app.run()
    assert not app.exception
    return app


def state(app):
    return app.session_state["workbench"]


def control(app, kind, letter, what):
    key = f"compare_{letter}_{what}_{state(app).current}"
    return getattr(app, kind)(key=key)


def phrases(app, letter):
    return control(app, "text_input", letter, "phrases")


def run_button(app):
    return app.button(key="compare_run")


def words(app):
    return "\n".join(str(e.value) for e in (*app.error, *app.caption, *app.info)).replace("\\", "")


def test_without_an_image_the_page_says_where_to_open_one(app):
    compare_page(app)
    assert not app.exception
    assert "on the page Segment first" in words(app)


def test_both_sides_start_with_the_last_result_and_nothing_is_left_to_run(app):
    upload(app, "chest.png", chest())
    segment_page(app, "left lung & heart")
    compare_page(app)
    assert phrases(app, "A").value == phrases(app, "B").value == "left lung & heart"
    assert run_button(app).disabled
    assert "Both sides are on show" in words(app)


def test_one_press_runs_only_the_side_that_has_no_answer_and_leaves_the_other_page_alone(app):
    upload(app, "chest.png", chest())
    segment_page(app, "left lung")
    (before,) = state(app).results.values()
    compare_page(app)
    phrases(app, "B").set_value("right lung").run()
    assert not run_button(app).disabled
    wait(run_button(app).click().run())
    shelf = app.session_state["compare_desk"].shelf
    asked = Asked(before.frame.sha256, ("right lung",), before.engine)
    assert shelf.get(asked).phrases == ("right lung",)
    assert shelf.get(Asked(asked.frame, ("left lung",), asked.engine)) is None
    assert list(state(app).results.values()) == [before]
    assert run_button(app).disabled
    phrases(app, "B").set_value("left lung").run()
    phrases(app, "B").set_value("right lung").run()
    assert run_button(app).disabled


def test_a_new_result_on_the_page_segment_becomes_side_a_and_b_stays(app):
    upload(app, "chest.png", chest())
    segment_page(app, "left lung")
    compare_page(app)
    phrases(app, "B").set_value("lungs").run()
    segment_page(app.switch_page("pages/segment.py").run(), "heart")
    compare_page(app)
    assert phrases(app, "A").value == "heart"
    assert phrases(app, "B").value == "lungs"


@pytest.mark.parametrize("typed", ["&&", " & ".join(f"p{n}" for n in range(40))])
def test_phrases_that_cannot_be_sent_give_one_sentence(app, typed):
    upload(app, "chest.png", chest())
    segment_page(app, "left lung")
    compare_page(app)
    phrases(app, "B").set_value(typed).run()
    assert not app.exception
    assert len(app.error) == 1
    assert run_button(app).disabled


def test_an_engine_that_is_not_set_up_leads_to_the_page_connection(app):
    upload(app, "chest.png", chest())
    segment_page(app, "left lung")
    compare_page(app)
    control(app, "segmented_control", "B", "engine").set_value("azure").run()
    assert not app.exception
    assert run_button(app).disabled


def test_b_may_have_another_window_of_the_same_slice(app):
    upload(app, "invented.nii", volume())
    segment_page(app, "liver")
    compare_page(app)
    window = control(app, "selectbox", "B", "window")
    assert run_button(app).disabled
    window.set_value(2).run()
    assert not run_button(app).disabled
    wait(run_button(app).click().run())
    assert run_button(app).disabled
    window.set_value(0).run()
    assert run_button(app).disabled


def test_the_page_is_italian_and_what_was_chosen_outlasts_a_change_of_language(app):
    upload(app, "invented.nii", volume())
    segment_page(app, "liver")
    compare_page(app)
    control(app, "selectbox", "B", "window").set_value(2).run()
    app.session_state["language"] = "it"
    app.run()
    assert not app.exception
    window = control(app, "selectbox", "B", "window")
    assert (window.label, window.value) == ("Finestra di B", 2)
    assert window.options[0] == "La stessa di A"
    assert (phrases(app, "B").label, phrases(app, "B").value) == ("B cerca", "liver")
    assert run_button(app).label == "Confronta"
    wait(run_button(app).click().run())
    assert "Entrambi i lati sono visibili." in words(app)
    assert "Both sides" not in words(app)


def test_the_slice_on_show_is_the_one_that_is_compared(app):
    upload(app, "invented.nii", volume())
    slider = next(s for s in app.slider if s.label == "Slice")
    slider.set_value(3).run()
    compare_page(app)
    assert next(s for s in app.slider if s.label == "Slice").value == 3


def test_an_endpoint_is_asked_only_when_agreed_and_for_its_side_alone(app):
    upload(app, "chest.png", chest())
    segment_page(app, "left lung")
    compare_page(app)
    with StandIn() as endpoint:
        state(app).entry = PageEntry(endpoint.url, Secret(KEY))
        control(app, "segmented_control", "B", "engine").set_value("azure").run()
        phrases(app, "B").set_value("lung & heart").run()
        run_button(app).click().run()
        assert endpoint.received == ()
        state(app).confirmed_hosts = frozenset({endpoint.url.split("/")[2]})
        wait(run_button(app).click().run())
        (request,) = endpoint.received
        assert request.texts == ["lung & heart"]
        assert run_button(app).disabled


def test_a_refusal_is_told_and_the_other_side_stays(app):
    upload(app, "chest.png", chest())
    segment_page(app, "left lung")
    compare_page(app)
    with StandIn() as endpoint:
        state(app).entry = PageEntry(endpoint.url, Secret("0" * 32))
        state(app).confirmed_hosts = frozenset({endpoint.url.split("/")[2]})
        control(app, "segmented_control", "B", "engine").set_value("azure").run()
        wait(run_button(app).click().run())
        assert len(app.error) == 1
        assert "key" in app.error[0].value
        assert not run_button(app).disabled
