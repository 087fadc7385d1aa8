"""Asking in several ways, in a real browser: the price, the number, the map in the viewer."""

import pytest

from tests.e2e.viewer_page import ViewerPage

pytestmark = pytest.mark.browser

# The panel below a viewer, drawn alone as on the real page, and an engine that answers at once, or
# waits until it is stopped when it is asked for "slow".
PAGE = """
import time

import numpy as np
import streamlit as st

from components.engine_panel import Engine
from components.stability_desk import agreement_layer
from components.stability_panel import show_stability_panel
from components.state import session
from components.viewer import ViewerMask, viewer
from core.backends.base import ModelReply
from core.png import encode_png
from core.segmentation import segment


class Bright:
    name, label = "demo", "An engine for tests"
    max_rows, workers, leaves_machine = 8, 1, False

    def segment(self, inputs, control=None):
        while control is not None and "slow" in inputs[0].phrases:
            control.checkpoint()
            time.sleep(0.02)
        return [self.reply(item) for item in inputs]

    def reply(self, item):
        mask = np.where(item.picture[:, :, 0] > 128, 255, 0).astype(np.uint8)
        return ModelReply(np.stack([mask] * len(item.phrases)), (None,) * len(item.phrases))


state = session()
if "shown" not in st.session_state:
    rgb = np.full((90, 120, 3), 20, np.uint8)
    rgb[20:50, 30:100] = 230
    (image,) = state.open(encode_png(rgb), "drawn.png")
    frame = image.upload.frame()
    st.session_state["shown"] = image, frame, segment(frame, "blob & slow", Bright())
image, frame, result = st.session_state["shown"]
layers = [ViewerMask(m.phrase, None, "", "#e69f00", m.probability, m.sha256) for m in result.masks]
if layer := agreement_layer(frame):
    colour = "#56b4e9"
    layers.append(
        ViewerMask(layer.phrase, None, "", colour, layer.probability, layer.sha256, "agreement")
    )
viewer(frame, layers, key="viewer", engine=result.engine, file_stem="drawn")


@st.fragment
def panel():
    box = st.expander("Does it hold up?", key="panel", on_change="rerun")
    if box.open:
        with box:
            show_stability_panel(state, image, frame, result, Engine(Bright()))


panel()
"""


@pytest.fixture(scope="session")
def script(tmp_path_factory):
    path = tmp_path_factory.mktemp("stability") / "stability_page.py"
    path.write_text(PAGE, encoding="utf-8")
    return path


@pytest.fixture
def tab(page, run_app, script):
    opened = ViewerPage(page, run_app(script))
    page.goto(opened.url)
    opened.ready()
    page.get_by_text("Does it hold up?").click()
    page.get_by_role("button", name="Ask in these ways").wait_for()
    return opened


def test_from_the_price_to_the_number_and_the_map_in_the_viewer(tab):
    page = tab.page
    page.get_by_text("Mirrored", exact=True).click()
    page.get_by_text("With the other phrases", exact=True).click()
    page.get_by_text("8 runs on this computer").wait_for()
    page.get_by_role("button", name="Ask in these ways").click()
    page.get_by_text("The masks hardly depend on how one asks.").wait_for()
    assert page.get_by_test_id("stMetricValue").inner_text() == "1.00"
    assert tab.row("agreement on blob").count() == 0
    page.get_by_text("Show the agreement map in the viewer").click()
    tab.row("agreement on blob").wait_for()
    page.get_by_text("Show the agreement map in the viewer").click()
    tab.row("agreement on blob").wait_for(state="detached")


def test_a_run_can_be_cancelled_and_leaves_nothing(tab):
    page = tab.page
    page.get_by_role("combobox").click()
    page.get_by_role("option", name="slow").click()
    page.get_by_role("button", name="Ask in these ways").click()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("Nothing of it is kept.").wait_for()
    assert page.get_by_test_id("stMetricValue").count() == 0
