"""What a user sees: masks over the picture, in WebGL2 and in the plain canvas."""

from __future__ import annotations

from base64 import b64decode

import cv2
import numpy as np
import pytest
import viewer_app_parts as parts

from core.export.overlay import Layer, Style, render_overlay

pytestmark = pytest.mark.browser

SIZE = (96, 128)  # rows, columns: the test page's picture, shown several times larger


def expected(count: int = 2, style: Style | None = None, **thresholds: int) -> np.ndarray:
    layers = [
        Layer(parts.soft_mask(*SIZE, n), parts.COLOURS[n], thresholds.get(f"mask_{n}", 128))
        for n in range(count)
    ]
    return render_overlay(parts.picture(*SIZE, 0), layers, style)


def sample_points() -> list[tuple[int, int]]:
    """Row and column of points well inside and outside of the masks, not at an outline."""
    inside = [np.argwhere(parts.soft_mask(*SIZE, n) > 250)[3] for n in range(2)]
    return [(int(row), int(column)) for row, column in inside] + [(2, 2), (90, 120)]


@pytest.fixture(params=["webgl2", "2d"])
def renderer(request) -> str:
    return request.param


def test_the_masks_lie_over_the_picture_as_in_the_export(viewer_page, renderer):
    viewer_page.open(viewer=renderer)
    assert viewer_page.call("viewer.kind") == renderer
    wanted = expected()
    for row, column in sample_points():
        shown = viewer_page.pixel_at(column, row)
        assert np.allclose(shown, wanted[row, column], atol=1), (row, column)


def test_the_bare_picture_is_shown_exactly(viewer_page, renderer):
    viewer_page.open(masks=0, viewer=renderer)
    rgb = parts.picture(*SIZE, 0)
    for row, column in [(0, 0), (95, 127), (40, 77), (13, 100)]:
        assert viewer_page.pixel_at(column, row) == rgb[row, column].tolist()


def test_hiding_a_phrase_shows_what_is_below(viewer_page, renderer):
    viewer_page.open(viewer=renderer)
    row, column = sample_points()[0]
    viewer_page.row("disc").get_by_role("button", name="Show disc").click()
    assert viewer_page.pixel_at(column, row) == parts.picture(*SIZE, 0)[row, column].tolist()


def test_a_phrase_alone_hides_the_others_and_comes_back(viewer_page):
    viewer_page.open()
    (row, column), (other_row, other_column) = sample_points()[:2]
    solo = viewer_page.row("disc").get_by_role("button", name="Show only disc")
    solo.click()
    bare = parts.picture(*SIZE, 0)
    assert viewer_page.pixel_at(column, row) != bare[row, column].tolist()
    assert viewer_page.pixel_at(other_column, other_row) == bare[other_row, other_column].tolist()
    solo.click()
    assert viewer_page.pixel_at(other_column, other_row) != bare[other_row, other_column].tolist()


def test_the_threshold_changes_area_and_pixels_at_once(viewer_page, renderer):
    viewer_page.open(viewer=renderer)
    soft = parts.soft_mask(*SIZE, 0)
    row, column = (int(n) for n in np.argwhere((soft > 100) & (soft < 120))[0])
    bare = parts.picture(*SIZE, 0)[row, column].tolist()
    assert viewer_page.pixel_at(column, row) == bare
    viewer_page.set_threshold("disc", 60)
    area = f"{np.count_nonzero(soft >= 60):,} px"
    assert area in viewer_page.row("disc").locator(".area").inner_text()
    assert viewer_page.pixel_at(column, row) != bare
    assert "p ≥ 0.24" in viewer_page.row("disc").inner_text()


def test_threshold_0_takes_the_whole_picture(viewer_page):
    viewer_page.open()
    viewer_page.set_threshold("disc", 0)
    assert "12,288 px · 100 %" in viewer_page.row("disc").inner_text()
    assert viewer_page.pixel_at(3, 3) != parts.picture(*SIZE, 0)[3, 3].tolist()


def test_a_colour_and_the_opacity_change_the_pixels(viewer_page, renderer):
    viewer_page.open(viewer=renderer)
    row, column = sample_points()[0]
    viewer_page.row("disc").locator("input[type=color]").fill("#0000ff")
    viewer_page.page.get_by_label("Opacity").fill("100")
    assert viewer_page.pixel_at(column, row) == [0, 0, 255]


def test_a_phrase_that_finds_nothing_says_so(viewer_page):
    viewer_page.open(empty=1)
    assert "nothing found at this threshold" in viewer_page.row("unicorn").inner_text()


def test_without_phrases_the_panel_says_what_to_do(viewer_page):
    viewer_page.open(masks=0)
    assert "No phrases yet" in viewer_page.page.locator(".panel").inner_text()
    assert not viewer_page.page.get_by_role("button", name="Download").is_visible()


@pytest.mark.parametrize("zoom", [1, 2.6, 17])
def test_the_plain_canvas_shows_the_same_pixels_as_webgl(viewer_page, zoom):
    """Every pixel of the canvas; where a sample lies on an edge it may round differently."""
    pictures = []
    for renderer in ("webgl2", "2d"):
        viewer_page.open(masks=4, viewer=renderer)
        pictures.append(screen(viewer_page, zoom))
    gl, plain = (picture.astype(int) for picture in pictures)
    assert gl.shape == plain.shape
    differs = np.abs(gl - plain).max(axis=-1) > 2
    assert differs.mean() < 0.00005
    assert len(np.unique(gl[::5, ::5].reshape(-1, 3), axis=0)) > 100


def test_without_a_graphics_card_the_plain_canvas_draws(viewer_page):
    viewer_page.open()
    assert viewer_page.call("viewer.kind") == "2d"


def test_shrunk_pictures_look_the_same_on_both(viewer_page):
    pictures = []
    for renderer in ("webgl2", "2d"):
        viewer_page.open(height=1800, width=2400, masks=3, viewer=renderer)
        pictures.append(screen(viewer_page, None))
    gl, plain = (picture.astype(float) for picture in pictures)
    # The two shrink with other filters, so single pixels differ and their neighbourhoods do not.
    assert np.abs(gl - plain).mean() < 4


def screen(viewer_page, scale: float | None) -> np.ndarray:
    """The canvas's pixels (H, W, BGR) with the view zoomed to a scale, or fitted."""
    assert f"viewer={viewer_page.call('viewer.kind')}" in viewer_page.page.url
    if scale is not None:
        viewer_page.call("viewer.zoomTo(values[0])", scale)
    file = b64decode(viewer_page.call("viewer.snapshot()").partition(",")[2])
    return cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_COLOR)


def test_pixels_that_are_not_square_are_shown_in_true_proportion(viewer_page):
    viewer_page.open(row_mm=3)
    left, top = viewer_page.call("viewer.toCanvas(0, 0)")
    right, bottom = viewer_page.call("viewer.toCanvas(128, 96)")
    assert (bottom - top) / (right - left) == pytest.approx(96 * 3 / 128, rel=0.01)


def test_letters_and_scale_bar_show_when_the_file_has_them(viewer_page):
    viewer_page.open(letters=1, row_mm=1)
    letters = [viewer_page.page.locator(f".letter.{edge}").inner_text()
               for edge in ("left", "right", "top", "bottom")]  # fmt: skip
    assert letters == ["R", "L", "A", "P"]
    length = viewer_page.page.locator(".scale-bar .length").bounding_box()
    assert length is not None
    label = viewer_page.page.locator(".scale-bar .label").inner_text()
    mm = int(label.removesuffix(" mm"))
    (left, _), (right, _) = viewer_page.point(20, 50), viewer_page.point(20 + mm, 50)
    assert length["width"] == pytest.approx(right - left, abs=1)


def test_no_scale_bar_without_a_spacing(viewer_page):
    viewer_page.open()
    assert not viewer_page.page.locator(".scale-bar").is_visible()


def test_sixteen_masks_of_2048_pixels_are_drawn(viewer_page, renderer):
    viewer_page.open(height=2048, width=2048, masks=16, viewer=renderer)
    assert viewer_page.page.locator("li.row").count() == 16
    soft = parts.soft_mask(2048, 2048, 15)
    rgb = parts.picture(2048, 2048, 0)
    row, column = (int(n) for n in np.argwhere(soft > 252)[50])
    viewer_page.call("viewer.zoomTo(4, values[0], values[1])", column, row)
    assert viewer_page.pixel_at(column, row) != rgb[row, column].tolist()


def test_a_lost_webgl_context_comes_back_with_the_same_pixels(viewer_page):
    viewer_page.open(viewer="webgl2")
    row, column = sample_points()[0]
    before = viewer_page.pixel_at(column, row)
    viewer_page.call(
        """(() => {
            const gl = viewer.canvas().getContext("webgl2");
            window.lose = gl.getExtension("WEBGL_lose_context");
            window.lose.loseContext();
            setTimeout(() => window.lose.restoreContext(), 100);
        })()"""
    )
    viewer_page.page.wait_for_timeout(600)
    assert viewer_page.call("viewer.kind") == "webgl2"
    assert viewer_page.pixel_at(column, row) == before


def test_a_webgl_context_that_stays_lost_gives_way_to_the_plain_canvas(viewer_page):
    viewer_page.open(viewer="webgl2")
    row, column = sample_points()[0]
    before = viewer_page.pixel_at(column, row)
    viewer_page.call(
        'viewer.canvas().getContext("webgl2").getExtension("WEBGL_lose_context").loseContext()'
    )
    viewer_page.page.wait_for_timeout(2600)
    assert viewer_page.call("viewer.kind") == "2d"
    assert np.allclose(viewer_page.pixel_at(column, row), before, atol=1)
