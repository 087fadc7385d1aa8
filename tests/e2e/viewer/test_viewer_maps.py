"""Maps, such as agreement: values on a ramp of colours, never cut."""

from __future__ import annotations

import json
import zipfile

import cv2
import numpy as np
import pytest
import viewer_app_parts as parts

pytestmark = pytest.mark.browser

SIZE = (96, 128)
ALPHA = 115  # 45 % of 255


def read(path) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)


def on_the_ramp(library, values: np.ndarray) -> np.ndarray:
    """The picture with values on the ramp over it, where they are not 0."""
    ramp = np.array(library("Array.from({length: 256}, (_, value) => lib.rampColour(value))"))
    rgb = parts.picture(*SIZE, 0).astype(int)
    mixed = (rgb * (255 - ALPHA) + ramp[values] * ALPHA + 127) // 255
    return np.where((values > 0)[..., None], mixed, rgb)


def test_the_ramp_gets_lighter_from_end_to_end(library):
    ramp = np.array(library("Array.from({length: 256}, (_, value) => lib.rampColour(value))"))
    lightness = cv2.cvtColor(ramp[None].astype(np.uint8), cv2.COLOR_RGB2LAB)[0, :, 0].astype(int)
    assert (np.diff(lightness) >= -1).all()
    assert lightness[0] < 60
    assert lightness[-1] > 220


@pytest.mark.parametrize("renderer", ["webgl2", "2d"])
def test_a_map_lies_over_the_picture_in_the_colours_of_the_ramp(viewer_page, library, renderer):
    viewer_page.open(masks=0, maps=1, viewer=renderer)
    values = parts.agreement_map(*SIZE, 0)
    wanted = on_the_ramp(library, values)
    assert len(np.unique(values)) == 5
    for value in np.unique(values):
        row, column = (int(n) for n in np.argwhere(values == value)[9])
        assert np.allclose(viewer_page.pixel_at(column, row), wanted[row, column], atol=1)


def test_the_exported_picture_has_the_same_map(viewer_page, library, tmp_path):
    viewer_page.open(masks=0, maps=2)
    values = np.maximum(parts.agreement_map(*SIZE, 0), parts.agreement_map(*SIZE, 1))
    overlay = read(viewer_page.download("Overlay", tmp_path, caption=False))[:, :, ::-1]
    assert np.array_equal(overlay, on_the_ramp(library, values))
    viewer_page.row("map 1").get_by_role("button", name="Show map 1").click()
    overlay = read(viewer_page.download("Overlay", tmp_path, caption=False))[:, :, ::-1]
    assert np.array_equal(overlay, on_the_ramp(library, parts.agreement_map(*SIZE, 0)))


@pytest.mark.parametrize("zoom", [1, 2.6, 17])
def test_masks_maps_and_one_label_look_the_same_on_both_renderers(viewer_page, zoom):
    from test_viewer_drawing import screen

    pictures = []
    for renderer in ("webgl2", "2d"):
        viewer_page.open(masks=6, maps=2, viewer=renderer)
        viewer_page.set_threshold("disc", 20)
        viewer_page.one_label()
        viewer_page.row("stripe").get_by_role("button", name="Show stripe").click()
        pictures.append(screen(viewer_page, zoom).astype(int))
    differs = np.abs(pictures[0] - pictures[1]).max(axis=-1) > 2
    assert differs.mean() < 0.00005


def test_the_legend_of_a_map_is_a_bar_from_0_to_100_percent(viewer_page):
    viewer_page.open(masks=1, maps=1)
    row = viewer_page.row("map 0")
    assert "agreement" in row.inner_text()
    assert "100 %" in row.locator(".ramp").inner_text()
    assert not row.get_by_role("button", name="Threshold").is_visible()
    assert not viewer_page.row("disc").locator(".ramp").is_visible()


def test_a_map_takes_no_part_in_areas_and_rules(viewer_page):
    viewer_page.open(masks=2, maps=2)
    before = viewer_page.row("disc").locator(".area").inner_text()
    viewer_page.one_label()
    assert viewer_page.row("disc").locator(".area").inner_text() == before
    assert not viewer_page.row("disc").locator(".contested").is_visible()


def test_a_map_is_written_with_its_own_values(viewer_page, tmp_path):
    viewer_page.open(masks=1, maps=1)
    file = viewer_page.download("Everything", tmp_path, caption=True)
    with zipfile.ZipFile(file) as archive:
        archive.extractall(tmp_path)
    record = json.loads((tmp_path / "manifest.json").read_text("utf-8"))
    disc, agreement = record["masks"]
    assert agreement["scale"] == "agreement"
    assert "threshold" not in agreement
    assert disc["threshold"] == 128
    assert agreement["file"] == "case_1_agreement_map_0.png"
    assert np.array_equal(read(tmp_path / agreement["file"]), parts.agreement_map(*SIZE, 0))
