"""The measurements below the viewer, without a browser."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.analysis.levels import Levels
from core.geometry import SpacingMm
from core.imaging.model import Frame
from core.segmentation import PhraseMask, Segmentation


class Volume:
    """What the panel asks an image for."""

    def __init__(self, upload, key="a" * 64):
        self.upload, self.key = upload, key


class Single:
    grid = None


def script(image, frame, result):
    from components.measure_panel import show_measure_panel
    from components.state import session
    from core.palette import assign_colours

    state = session()
    if result is not None:
        state.colours = assign_colours(result.phrases, state.colours)
    show_measure_panel(state, image, frame, result)


def frame_with(spacing, **more):
    values = np.tile(np.arange(80, dtype=np.int16), (60, 1))
    rgb = np.repeat(values.astype(np.uint8)[:, :, None], 3, axis=2)
    return Frame(values, rgb, unit="HU", spacing_mm=spacing, **more)


def result_on(frame, *phrases):
    masks = []
    for n, phrase in enumerate(phrases):
        level = np.zeros((60, 80), np.uint8)
        level[10:30, 10 + 5 * n : 40 + 5 * n] = 150 + 10 * n
        masks.append(PhraseMask(phrase, "organ", level))
    return Segmentation(frame, tuple(masks), "demo", "Demo engine")


def opened(frame, result, image=None):
    app = AppTest.from_function(script, args=(image or Volume(Single()), frame, result))
    app.run(timeout=30)
    assert not app.exception
    return app


def words(app):
    return "\n".join(str(e.value) for e in [*app.caption, *app.warning]).replace("\\", "")


def test_the_table_has_units_and_says_at_which_thresholds():
    frame = frame_with(SpacingMm(0.5, 2.0))
    app = opened(frame, result_on(frame, "liver", "spleen"))
    table = app.dataframe[0].value
    assert table["Phrase"].tolist() == ["liver", "spleen"]
    assert table["Area (mm²)"].tolist() == [600.0, 600.0]
    assert table["Mean (HU)"].tolist() == [24.5, 29.5]
    assert "Area (px)" not in table.columns
    assert "Largest diameter (px)" not in table.columns
    assert "liver 128, spleen 128" in words(app)


def test_without_a_pixel_size_it_says_why_there_are_no_mm():
    frame = frame_with(None)
    app = opened(frame, result_on(frame, "liver"))
    assert not any("mm" in name for name in app.dataframe[0].value.columns)
    assert "does not say how large a pixel is" in words(app)


def test_all_figures_are_one_switch_away():
    frame = frame_with(SpacingMm(1, 1))
    app = opened(frame, result_on(frame, "liver"))
    assert "Perimeter (mm)" not in app.dataframe[0].value.columns
    app.toggle(key="measure_every").set_value(True).run()
    table = app.dataframe[0].value
    assert {"Perimeter (mm)", "Centroid row (px)", "95 % percentile (HU)"} <= set(table.columns)


def test_pixels_that_several_phrases_claim_are_told_and_the_rule_can_be_switched():
    frame = frame_with(SpacingMm(1, 1))
    app = opened(frame, result_on(frame, "liver", "spleen"))
    assert "500 pixels (10.4 % of the image) belong to several phrases: liver, spleen" in words(app)
    app.segmented_control[0].set_value("highest").run()
    assert app.dataframe[0].value["Area (mm²)"].tolist() == [100.0, 600.0]
    levels = app.session_state["workbench"].levels[frame.sha256]
    assert levels.rule == "highest"
    # And back: the switch is the page's own and not the viewer's.
    app.segmented_control[0].set_value("independent").run()
    assert app.dataframe[0].value["Area (mm²)"].tolist() == [600.0, 600.0]


def test_what_the_viewer_sent_holds_and_is_not_switched_here():
    frame = frame_with(SpacingMm(1, 1))
    app = opened(frame, result_on(frame, "liver", "spleen"))
    state = app.session_state["workbench"]
    state.levels[frame.sha256] = Levels({"spleen": 170}, "highest")
    app.run()
    assert not app.segmented_control
    assert app.dataframe[0].value["Area (mm²)"].tolist() == [600.0, 0.0]
    assert "As sent from the viewer" in words(app)
    assert "spleen 170" in words(app)


def test_one_phrase_alone_has_no_overlaps_to_decide_on():
    frame = frame_with(None)
    assert not opened(frame, result_on(frame, "liver")).segmented_control


def test_an_empty_mask_is_said_to_be_empty():
    frame = frame_with(None)
    empty = PhraseMask("liver", None, np.zeros((60, 80), np.uint8))
    app = opened(frame, Segmentation(frame, (empty,), "demo", "Demo engine"))
    assert app.dataframe[0].value["Area (px)"].tolist() == [0]
    assert "empty at this threshold" in words(app)


def test_objects_are_counted_when_asked_for():
    frame = frame_with(SpacingMm(0.5, 0.5))
    level = np.zeros((60, 80), np.uint8)
    for row, column in ((0, 0), (20, 20), (20, 50), (50, 75)):
        level[row : row + 8, column : column + 8] = 255
    level[58, 10] = 255
    result = Segmentation(frame, (PhraseMask("nuclei", None, level),), "demo", "Demo engine")
    app = opened(frame, result)
    assert not app.metric
    app.toggle(key="measure_count").set_value(True).run(timeout=30)
    assert not app.exception
    assert app.metric[0].value == "4"
    assert "2 touch the border" in words(app)
    assert "1 smaller than 20 px" in words(app)
    app.number_input(key="measure_least").set_value(50).run(timeout=30)
    assert app.metric[0].value == "3"


def test_the_same_figures_are_measured_once(monkeypatch):
    from components import measure_desk

    calls = []
    measure = measure_desk.measure_result
    monkeypatch.setattr(measure_desk, "measure_result", lambda *a: calls.append(1) or measure(*a))
    frame = frame_with(None)
    app = opened(frame, result_on(frame, "liver"))
    app.run()
    app.toggle(key="measure_every").set_value(True).run()
    assert len(calls) == 1


def test_the_panel_is_italian_and_what_was_chosen_stays():
    frame = frame_with(SpacingMm(1, 1))
    app = opened(frame, result_on(frame, "liver", "spleen"))
    app.segmented_control[0].set_value("highest").run()
    app.toggle(key="measure_every").set_value(True).run()
    app.session_state["language"] = "it"
    app.run(timeout=30)
    assert not app.exception
    rule = app.segmented_control[0]
    assert (rule.label, rule.value) == ("Sovrapposizioni", "highest")
    table = app.dataframe[0].value
    assert {"Frase", "Categoria", "Diametro massimo (mm)", "Percentile 95 % (HU)"} <= set(table)
    assert not {name for name in table if name.startswith(("Phrase", "Mean", "Of ", "Box"))}
    assert "Soglie: liver 128, spleen 128." in words(app)
    assert "Diameters" not in words(app)


@pytest.fixture
def volume():
    """A NIfTI of 12 slices with a bright box in it, opened as the page opens it."""
    import nibabel

    from core.imaging import open_upload

    data = np.zeros((40, 50, 12), np.int16)
    data[10:20, 10:30, 3:9] = 100
    image = nibabel.Nifti1Image(data, np.diag([2.0, 1.0, 5.0, 1.0]))
    image.header.set_xyzt_units("mm")
    return Volume(open_upload(image.to_bytes(), "box.nii"))


def test_slices_with_masks_give_a_volume_and_say_what_is_missing(volume):
    stack = {}
    results = {}
    for index in (3, 4, 6, 7):
        frame = volume.upload.frame(index, axis="axial")
        level = np.where(frame.values > 50, 255, 0).astype(np.uint8)
        result = Segmentation(frame, (PhraseMask("tumor", None, level),), "demo", "Demo engine")
        results[f"{index}"] = result
        stack[index] = f"{index}"
    frame = volume.upload.frame(4, axis="axial")
    app = AppTest.from_function(script, args=(volume, frame, results["4"]))
    from components.state import Session

    state = Session()
    state.results.update(results)
    state.stacks[(volume.key, "axial", 0, None, None)] = stack
    app.session_state["workbench"] = state
    app.run(timeout=30)
    assert not app.exception
    table = app.dataframe[1].value
    assert table["Volume (ml)"].tolist() == [pytest.approx(4 * 200 * 10 / 1000)]
    assert table["Slices looked at"].tolist() == [4]
    assert table["Left out between"].tolist() == [1]
    assert table["Slices in all"].tolist() == [12]
    assert "slices are left out in between" in words(app)
    assert "there may be more of it" in words(app)
