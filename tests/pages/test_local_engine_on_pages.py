"""The local model in the choice of engines: what is missing, where it runs, and a whole run."""

import importlib.util
import time
from pathlib import Path

import pytest
import streamlit as st
from streamlit.runtime.caching.cache_resource_api import clear_session_cache
from streamlit.testing.v1 import AppTest

from core.backends.local import device
from core.samples import samples
from tests.core.backends.local.tiny import write_tiny_checkpoint

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60
LABEL = "BiomedParse v1, local (CPU)"


@pytest.fixture
def weights(tmp_path):
    return write_tiny_checkpoint(tmp_path / "tiny.pt")


@pytest.fixture
def open_app(monkeypatch, tmp_path):
    """Open the page with an image on it, for an operator who has set the local model up so."""
    monkeypatch.chdir(ROOT)
    st.cache_resource.clear()  # what earlier tests have left of the process

    def make(**env):
        settings = {"MIP_LOCAL_DEVICE": "cpu", "MIP_DATA_FOLDER": str(tmp_path / "data"), **env}
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE_S).run()
        data = next(sample for sample in samples() if sample.id == "chest").load()[0]
        app.file_uploader(key="uploader").set_value([("one.png", data, "image/png")])
        return app.run()

    yield make
    st.cache_resource.clear()


def state(app):
    return app.session_state["workbench"]


def choose(app, name):
    app.segmented_control(key="engine").set_value(name).run()
    assert not app.exception
    return app


def look_for(app, phrases):
    app.text_input(key="phrases_text").set_value(phrases).run()
    app.button(key="run").click().run()
    return wait(app)


def wait(app):
    deadline = time.monotonic() + PATIENCE_S
    while state(app).job is not None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
        app.run()
    app.run()
    assert not app.exception
    return app


def words(app):
    shown = [*app.error, *app.warning, *app.caption, *app.markdown]
    return "\n".join(str(element.value) for element in shown).replace("\\", "")


def links(app):
    return [element.proto.page for element in app.get("page_link")]


def test_without_torch_it_says_the_command_and_where_to_go_and_cannot_be_run(
    open_app, monkeypatch, weights
):
    found = importlib.util.find_spec
    monkeypatch.setattr(device, "find_spec", lambda name: None if name == "torch" else found(name))
    app = choose(open_app(MIP_LOCAL_WEIGHTS=str(weights)), "local")
    assert "PyTorch is not installed. Run: pip install -r requirements-local.txt" in words(app)
    assert links(app) == ["local_model"]
    assert app.button(key="run").disabled


def test_without_weights_it_says_so_and_cannot_be_run(open_app):
    app = choose(open_app(MIP_LOCAL_WEIGHTS=""), "local")
    assert "The weights of BiomedParse are not on this machine." in words(app)
    assert links(app) == ["local_model"]
    assert app.button(key="run").disabled


def test_a_setting_that_makes_no_sense_is_told_on_the_page(open_app, weights):
    app = choose(open_app(MIP_LOCAL_WEIGHTS=str(weights), MIP_LOCAL_COMPILE="maybe"), "local")
    assert "MIP_LOCAL_COMPILE is 'maybe'. Set it to 0 or 1." in words(app)


def test_an_image_goes_through_the_network_without_anything_to_agree_to(open_app, weights):
    app = choose(open_app(MIP_LOCAL_WEIGHTS=str(weights)), "local")
    assert "This computer, CPU, fp32; the weights are there." in words(app)
    assert links(app) == []
    look_for(app, "lung & heart")
    (result,) = state(app).results.values()
    assert (result.backend, result.engine) == ("local", LABEL)
    assert result.masks[0].probability.shape == result.frame.rgb.shape[:2]
    assert result.masks[0].category
    assert state(app).confirmed_hosts == frozenset()


def test_a_new_phrase_on_the_same_image_uses_the_kept_embedding(open_app, weights):
    app = choose(open_app(MIP_LOCAL_WEIGHTS=str(weights)), "local")
    look_for(app, "lung")
    model = state(app).backend[1]._runner._ready.loaded.model
    embedded, embed = [], model.embed
    model.embed = lambda pictures: embedded.append(len(pictures)) or embed(pictures)
    look_for(app, "heart")
    assert next(iter(state(app).results.values())).phrases == ("heart",)
    assert embedded == []


def test_what_is_kept_of_pictures_goes_with_the_session_and_the_model_stays(open_app, weights):
    first = look_for(choose(open_app(MIP_LOCAL_WEIGHTS=str(weights)), "local"), "lung")
    shelf = state(first).backend[1]._runner._ready.shelf
    assert shelf.nbytes > 0
    clear_session_cache("test session id")  # AppTest's name for every session
    assert shelf.nbytes == 0
    second = choose(open_app(), "local")
    one, other = state(first).backend[1], state(second).backend[1]
    assert one._runner is other._runner
    assert one._owner != other._owner


def test_compare_asks_it_beside_the_demo_engine(open_app, weights):
    app = open_app(MIP_LOCAL_WEIGHTS=str(weights))
    look_for(app, "lung")
    app.switch_page("pages/about.py").run()
    app.switch_page("pages/compare.py").run()
    key = f"compare_B_engine_{state(app).current}"
    app.segmented_control(key=key).set_value("local").run()
    app.button(key="compare_run").click().run()
    wait(app)
    engines = {asked.engine for asked in app.session_state["compare_desk"].shelf._results}
    assert engines == {LABEL}


def test_compare_shows_the_way_to_the_page_where_it_is_set_up(open_app):
    app = open_app(MIP_LOCAL_WEIGHTS="")
    app.switch_page("pages/about.py").run()
    app.switch_page("pages/compare.py").run()
    key = f"compare_B_engine_{state(app).current}"
    app.segmented_control(key=key).set_value("local").run()
    assert not app.exception
    assert "The weights of BiomedParse are not on this machine." in words(app)
    assert links(app) == ["local_model"]
