"""The check in several ways on a page, without a browser: price, run, cancel, result."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from components.engine_panel import Engine
from components.stability_desk import agreement_layer
from components.state import LoadedImage, Session
from core.analysis.levels import Levels
from core.backends import get_backend
from core.backends.base import ModelReply
from core.errors import ServiceFault
from core.imaging import open_upload
from core.png import encode_png
from core.secret import Secret
from core.segmentation import segment
from core.settings import AzureSettings
from tests.standin import KEY, StandIn

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60
PHRASES = "blob & other"


class Bright:
    """Marks what is bright, on this computer."""

    name = "test"
    label = "An engine for tests"
    max_rows = 8
    workers = 1
    leaves_machine = False

    def __init__(self):
        self.calls = 0

    def segment(self, inputs, control=None):
        self.calls += 1
        control and control.checkpoint()
        return [self.reply(item) for item in inputs]

    def reply(self, item):
        mask = np.where(item.picture[:, :, 0] > 128, 255, 0).astype(np.uint8)
        return ModelReply(np.stack([mask] * len(item.phrases)), (None,) * len(item.phrases))


def script():
    """A page with nothing but the panel; what it shows comes with the session."""
    import streamlit as st

    from components.stability_desk import agreement_layer
    from components.stability_panel import show_stability_panel

    given = st.session_state["given"]
    layer = agreement_layer(given["frame"])
    st.text("map on show" if layer else "no map")

    @st.fragment
    def panel():
        with st.expander("Does it hold up?", expanded=True):
            show_stability_panel(**given)

    panel()


@pytest.fixture
def picture(grey_frame):
    upload = open_upload(encode_png(grey_frame.rgb), "invented.png")
    return LoadedImage("key", "invented.png", upload)


@pytest.fixture
def page(picture):
    """Open the panel for an engine: ``page(Engine(...))``."""

    def opened(engine, phrases=PHRASES, state=None):
        app = AppTest.from_function(script, default_timeout=PATIENCE_S)
        frame = picture.upload.frame()
        app.session_state["given"] = {
            "state": state or Session(),
            "image": picture,
            "frame": frame,
            "result": segment(frame, phrases, Bright()),
            "engine": engine,
        }
        app.run()
        assert not app.exception
        return app

    return opened


def words(app):
    shown = [*app.error, *app.warning, *app.caption, *app.markdown, *app.text]
    return "\n".join(str(element.value) for element in shown).replace("\\", "")


def desk(app):
    return app.session_state["stability"]


def run_to_the_end(app):
    app.button(key="stability_run").click().run()
    wait_for_the_end(app)


def wait_for_the_end(app):
    deadline = time.monotonic() + PATIENCE_S
    while desk(app).job is not None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
        app.run()
    app.run()
    assert not app.exception


def only(app, *kinds):
    for kind in ("together", "wording", "rotation", "flip", "tone"):
        box = app.checkbox(key=f"stability_{kind}")
        if not box.disabled:
            box.set_value(kind in kinds)
    app.run()


def test_the_price_stands_there_before_anything_is_asked(page):
    engine = Bright()
    app = page(Engine(engine))
    assert "11 runs on this computer" in words(app)
    assert engine.calls == 0
    only(app, "flip")
    assert "3 runs on this computer" in words(app)
    run_to_the_end(app)
    assert engine.calls == 3


def test_the_number_comes_with_its_words_its_table_and_no_promise(page):
    app = page(Engine(Bright()))
    only(app, "rotation", "flip", "together")
    run_to_the_end(app)
    assert app.metric[0].value == "1.00"
    assert "hardly depend on how one asks" in words(app)
    assert "Steady is not the same as right" in words(app)
    table = app.dataframe[0].value
    assert len(table) == 7
    assert table["Dice with 1"].tolist() == [1.0] * 7
    assert "Together with the other phrases" in table["Asked"].tolist()


def test_the_panel_is_italian(page):
    app = page(Engine(Bright()))
    app.session_state["language"] = "it"
    only(app, "flip")
    run_to_the_end(app)
    assert "3 esecuzioni su questo computer" in words(app)
    assert "non dipendono quasi da come si chiede" in words(app)
    assert "answer" not in words(app)
    assert list(app.dataframe[0].value) == ["N.", "Domanda", "Dice con 1", "Pixel"]


def test_known_wordings_stand_in_the_box_and_others_can_be_typed(page):
    app = page(Engine(Bright()), phrases="liver")
    box = app.text_input(key="stability_words_liver")
    assert "hepatic parenchyma" in box.value
    app.text_input(key="stability_words_liver").set_value("globule & drop & ball").run()
    only(app, "wording")
    assert "4 runs" in words(app)
    run_to_the_end(app)
    assert "As “drop”" in app.dataframe[0].value["Asked"].tolist()


def test_wordings_that_cannot_be_sent_are_said_to_be_so(page):
    app = page(Engine(Bright()))
    typed = " & ".join(f"wording {n}" for n in range(15))
    app.text_input(key="stability_words_blob").set_value(typed).run()
    assert "more than one question takes" in words(app)
    assert not app.button


def test_a_side_in_the_phrase_leaves_mirroring_out_and_says_why(page):
    app = page(Engine(Bright()), phrases="left blob")
    assert app.checkbox(key="stability_flip").disabled
    assert "mirroring is left out" in words(app)
    assert "8 runs" in words(app)


def test_no_change_at_all_cannot_be_run(page):
    app = page(Engine(Bright()))
    only(app)
    assert "Choose at least one change." in words(app)
    assert app.button(key="stability_run").disabled


@pytest.mark.parametrize(("name", "seconds"), [("demo", "about 60 s"), ("local", "about 110 s")])
def test_the_time_is_forecast_by_what_the_engine_works_on(page, name, seconds):
    engine = Bright()
    engine.name = name
    app = page(Engine(engine))
    given = app.session_state["given"]
    given["result"] = replace(given["result"], seconds=10.0)  # for two masks of one picture
    app.run()
    assert f"11 runs on this computer, {seconds}" in words(app)


@pytest.mark.parametrize("engine", [None, Engine(None)])
def test_without_an_engine_the_panel_says_so(page, engine):
    app = page(engine)
    assert "no engine to ask" in words(app)
    assert app.button(key="stability_run").disabled


def test_the_engine_that_is_chosen_on_the_page_is_asked(page):
    state = Session(backend=("known by", Bright()))
    app = page(None, state=state)
    assert "11 runs on this computer" in words(app)


def test_an_endpoint_that_is_chosen_on_the_page_is_named_with_its_host(page, cloud):
    app = page(None, state=Session(backend=("known by", cloud.backend)))
    assert "requests to 127.0.0.1" in words(app)


def test_an_engine_that_is_chosen_no_more_is_not_asked(page):
    app = page(None, state=Session(backend=("known by", Bright())))
    app.session_state["engine"] = "azure"
    app.run()
    assert "no engine to ask" in words(app)


def test_the_map_goes_to_the_viewer_only_while_the_switch_is_on(page):
    app = page(Engine(Bright()))
    only(app, "flip")
    run_to_the_end(app)
    assert "no map" in words(app)
    app.toggle(key="stability_show").set_value(True).run()
    assert "map on show" in words(app)
    app.toggle(key="stability_show").set_value(False).run()
    assert "no map" in words(app)


def test_the_map_is_of_the_frame_it_was_made_from_and_of_no_other(page, picture, monkeypatch):
    app = page(Engine(Bright()))
    only(app, "flip")
    run_to_the_end(app)
    app.toggle(key="stability_show").set_value(True).run()
    monkeypatch.setattr(st, "session_state", {"stability": desk(app)})
    frame = picture.upload.frame()
    layer = agreement_layer(frame)
    assert layer.phrase == "agreement on blob"
    assert layer.probability.shape == (frame.height, frame.width)
    other = open_upload(encode_png(255 - frame.rgb), "other.png").frame()
    assert agreement_layer(other) is None


def test_masks_are_cut_at_the_level_that_is_set_in_the_viewer(page, picture):
    state = Session()
    sha = picture.upload.frame().sha256
    state.levels[sha] = Levels({"blob": 60})
    app = page(Engine(Bright()), state=state)
    only(app, "flip")
    run_to_the_end(app)
    assert "cut at the level 60" in words(app)
    state.levels[sha] = Levels({"blob": 200})
    app.run()
    assert "The level on screen is 200 now" in words(app)


def test_cancel_stops_the_run_and_keeps_nothing_of_it(page):
    reached, going_on = threading.Event(), threading.Event()

    class Slow(Bright):
        def segment(self, inputs, control=None):
            if self.calls == 2:
                reached.set()
                going_on.wait(PATIENCE_S)
            return super().segment(inputs, control)

    app = page(Engine(Slow()))
    app.button(key="stability_run").click().run()
    assert reached.wait(PATIENCE_S)
    assert app.button(key="stability_run").disabled
    app.button(key="stability_cancel").click().run()
    going_on.set()
    wait_for_the_end(app)
    assert desk(app).results == {}
    assert "Nothing of it is kept" in words(app)
    assert not app.metric
    assert not app.button(key="stability_run").disabled


def test_what_goes_wrong_is_said_here_and_what_came_is_compared(page):
    class Halting(Bright):
        def reply(self, item):
            if self.calls == 3:
                raise ServiceFault("The service failed.", "Try again.")
            return super().reply(item)

    app = page(Engine(Halting()))
    only(app, "flip")
    run_to_the_end(app)
    assert "The service failed" in words(app)
    assert "One way to ask was not answered and does not count." in words(app)
    assert app.metric[0].value == "1.00"


def test_only_the_last_results_are_kept(page):
    app = page(Engine(Bright()))
    only(app, "flip")
    run_to_the_end(app)
    kept = desk(app)
    (found,) = kept.results.values()
    kept.results.update({("sha", str(n), "engine"): found for n in range(20)})
    run_to_the_end(app)
    assert len(kept.results) == 12
    assert list(kept.results)[-1][1] == "blob"


@pytest.fixture
def endpoint():
    with StandIn() as running:
        yield running


@pytest.fixture
def cloud(endpoint):
    backend = get_backend("azure", AzureSettings(endpoint.url, Secret(KEY)))
    return Engine(backend, "127.0.0.1")


def rows_received(endpoint):
    return [
        row
        for request in endpoint.received
        for row in json.loads(request.body)["input_data"]["data"]
    ]


def test_nothing_goes_to_an_endpoint_before_the_user_has_seen_it(page, endpoint, cloud):
    app = page(cloud)
    assert "requests to 127.0.0.1" in words(app)
    app.button(key="stability_run").click().run()
    assert "blob & other" in words(app)
    assert "10 more made the same way" in words(app)
    assert endpoint.received == ()


def test_what_is_agreed_to_goes_in_the_requests_that_were_named(page, endpoint, cloud):
    state = Session(confirmed_hosts=frozenset({"127.0.0.1"}))
    app = page(cloud, state=state)
    only(app, "rotation", "together")
    assert "5 pictures in 3 requests" in words(app)
    run_to_the_end(app)
    assert len(endpoint.received) == 3
    assert sorted(row[1] for row in rows_received(endpoint)) == ["blob"] * 4 + ["blob & other"]
    assert len(app.dataframe[0].value) == 5
    assert state.results == {}
