"""The figure on the page, without a browser: choices, preview, downloads."""

from __future__ import annotations

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from components import figure_panel
from components.state import LoadedImage, Session
from core.analysis.levels import Levels
from core.export.names import neutral_stem
from tests.core.export.figure_samples import AXIAL, result

PATIENCE_S = 60


def page() -> None:
    import streamlit as st

    from components.figure_panel import show_figure_panel

    case = st.session_state["case"]
    show_figure_panel(case["state"], case["image"], case["result"].frame, case["result"])


@pytest.fixture
def opened(monkeypatch):
    """Opens the panel for a result; pictures and downloads are collected instead of drawn."""
    shown, offered = [], {}

    def keep_picture(picture, **_):
        shown.append(picture)

    def keep_download(label, data, **rest):
        offered[rest["file_name"]] = data

    monkeypatch.setattr(st, "image", keep_picture)
    monkeypatch.setattr(st, "download_button", keep_download)

    def open_panel(found, levels=None, title="Name^Invented.dcm"):
        state = Session()
        if levels:
            state.levels[found.frame.sha256] = levels
        image = LoadedImage("key", title, upload=None)
        app = AppTest.from_function(page, default_timeout=PATIENCE_S)
        app.session_state["case"] = {"state": state, "image": image, "result": found}
        app.run()
        assert not app.exception
        app.shown, app.offered = shown, offered
        return app

    return open_panel


def words(app):
    return "\n".join(str(element.value) for element in app.caption).replace("\\", "")


def test_a_preview_and_two_downloads_are_there_at_once(opened):
    found = result(spacing=(1, 1), orientation=AXIAL)
    app = opened(found)
    assert app.shown[-1].startswith(b"\x89PNG")
    stem = f"{neutral_stem(found.frame)}_figure"
    assert set(app.offered) == {f"{stem}.png", f"{stem}.pdf"}
    assert app.offered[f"{stem}.png"]().startswith(b"\x89PNG")
    assert app.offered[f"{stem}.pdf"]().startswith(b"%PDF")


def test_the_name_of_the_file_is_in_the_download_only_when_the_user_asks_for_it(opened):
    app = opened(result())
    assert not [name for name in app.offered if "invented" in name]
    app.session_state["keep_names"] = True
    app.run()
    assert "name_invented_figure.pdf" in app.offered


def test_an_unchanged_figure_is_drawn_once_and_a_changed_one_again(opened, monkeypatch):
    drawn = []
    draw = figure_panel.Figure.png

    def count(made, dpi=None):
        drawn.append(made.options)
        return draw(made, dpi)

    monkeypatch.setattr(figure_panel.Figure, "png", count)
    app = opened(result())
    app.run()
    assert len(drawn) == 1
    app.segmented_control(key="figure_theme").set_value("dark").run()
    app.segmented_control(key="figure_width").set_value("own").run()
    app.number_input(key="figure_own_width").set_value(60.0).run()
    assert [one.theme for one in drawn] == ["light", "dark", "dark", "dark"]
    assert drawn[-1].width_mm == 60
    assert app.shown[-1] != app.shown[0]


def test_thresholds_from_the_viewer_are_in_the_figure(opened):
    found = result(phrases=("liver",))
    usual = opened(found).shown[-1]
    raised = opened(found, Levels({"liver": 250})).shown[-1]
    assert raised != usual


def test_parts_can_be_left_out(opened):
    app = opened(result(spacing=(1, 1), orientation=AXIAL))
    before = app.shown[-1]
    parts = next(group for group in app.button_group if group.label == "Parts")
    assert len(parts.value) == len(parts.options) == 6
    parts.set_value(["outline"]).run()
    assert not app.exception
    assert len(app.shown[-1]) < len(before)


def test_what_the_file_does_not_say_is_told_and_not_on_offer(opened):
    app = opened(result())
    assert "no scale bar" in words(app)
    assert "no letters" in words(app)
    parts = next(group for group in app.button_group if group.label == "Parts")
    assert not {"Scale bar", "Orientation letters"} & set(parts.options)


def test_a_letter_that_no_font_has_is_told(opened, monkeypatch):
    monkeypatch.setattr("core.export.figure_text._other_fonts", lambda: ())
    app = opened(result())
    app.text_input(key="figure_title").set_value("肝 tumor").run()
    assert "No font of this machine has these letters: 肝" in words(app)


def test_two_images_with_the_same_pixels_and_another_spacing_have_their_own_preview(opened):
    black = np.zeros((60, 80, 3), np.uint8)
    app = opened(result(60, 80, rgb=black, spacing=(1, 1)))
    first = app.shown[-1]
    app.session_state["case"]["result"] = result(60, 80, rgb=black, spacing=(2, 2))
    app.run()
    assert app.shown[-1] != first


def test_the_panel_is_italian_the_figure_english_and_what_was_chosen_stays(opened):
    app = opened(result())
    parts = next(group for group in app.button_group if group.label == "Parts")
    parts.set_value(["outline", "legend"]).run()
    app.segmented_control(key="figure_width").set_value("two").run()
    app.session_state["language"] = "it"
    app.run()
    assert not app.exception
    parts = next(group for group in app.button_group if group.label == "Elementi")
    assert list(parts.options) == ["Interno", "Contorno", "Legenda", "Piè di figura"]
    assert parts.value == ["outline", "legend"]
    width = app.segmented_control(key="figure_width")
    assert (width.label, width.value) == ("Larghezza", "two")
    assert list(width.options) == ["Una colonna, 85 mm", "Due colonne, 175 mm", "Altra"]
    assert "non c'è la barra della scala" in words(app)
    assert "The " not in words(app)
    # The same picture to the last byte: what is in a file does not follow the page.
    assert app.shown[-1] == app.shown[-2]
