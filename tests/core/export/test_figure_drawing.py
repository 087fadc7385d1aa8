"""What is in the files: pixels, curves, words, and the same bytes each time."""

import io
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pypdf
import pytest
from matplotlib.font_manager import get_font
from PIL import Image

from core import about
from core.analysis.levels import Levels
from core.errors import ChoiceError
from core.export import figure_text
from core.export.figure import figure
from core.export.figure_options import LAYOUTS, THEMES, FigureOptions
from core.export.overlay import Style
from core.palette import rgb_of
from tests.core.export.figure_samples import AXIAL, DEMO, LONG, page, pixels, result, text_of

ROOT = Path(__file__).resolve().parents[3]
INK = {"light": (22, 25, 28), "dark": (242, 244, 245)}
BARE = {"legend": False, "scale_bar": False, "letters": False, "footer": False}
# At 72 dpi the margin of 4 points is 4 pixels.
DPI, MARGIN = 72, 4


def width_for(pixels_wide):
    """Millimetres that give a picture of so many pixels when nothing stands beside it."""
    return (pixels_wide + 2 * MARGIN) / DPI * 25.4


def picture_in(made, dpi):
    """The pixels of the first picture."""
    box = made.plan(dpi).pictures[0].box
    left, top, width, height = (
        round(length * dpi / 72) for length in (box.x, box.y, box.width, box.height)
    )
    return pixels(made.png(dpi))[top : top + height, left : left + width]


@pytest.mark.parametrize(("width_mm", "dpi"), [(85, 300), (175, 300), (120, 150), (40, 600)])
def test_the_png_is_as_wide_as_asked_and_carries_its_resolution(width_mm, dpi):
    png = figure(result(), FigureOptions(width_mm=width_mm, dpi=dpi)).png()
    with Image.open(io.BytesIO(png)) as picture:
        assert picture.width == round(width_mm / 25.4 * dpi)
        assert picture.info["dpi"] == pytest.approx((dpi, dpi), abs=0.02)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("zoom", [1, 3])
def test_the_pixels_of_the_image_are_unchanged_at_whole_zooms(theme, zoom):
    found = result(100, 120, ("unicorn",), probabilities=[np.zeros((100, 120), np.uint8)])
    options = FigureOptions(width_mm=width_for(120 * zoom), dpi=DPI, theme=theme, **BARE)
    shown = picture_in(figure(found, options), DPI)
    assert np.array_equal(shown, np.kron(found.frame.rgb, np.ones((zoom, zoom, 1), np.uint8)))


def test_away_from_a_mask_the_pixels_are_unchanged_and_inside_it_they_are_mixed():
    soft = np.zeros((100, 120), np.uint8)
    soft[30:60, 40:80] = 255
    found = result(100, 120, ("square",), probabilities=[soft])
    options = FigureOptions(
        width_mm=width_for(120), dpi=DPI, style=Style(opacity=0.5, outline=False), **BARE
    )
    shown = picture_in(figure(found, options, colours={"square": "#ff0000"}), DPI)
    near = np.zeros((100, 120), bool)
    near[29:61, 39:81] = True
    assert np.array_equal(shown[~near], found.frame.rgb[~near])
    inner = (slice(32, 58), slice(42, 78))
    mixed = (found.frame.rgb[inner].astype(float) + rgb_of("#ff0000")) / 2
    assert np.abs(shown[inner] - mixed).max() <= 2


def test_an_outline_without_fill_leaves_the_inside_alone():
    soft = np.zeros((100, 120), np.uint8)
    soft[20:80, 20:100] = 255
    black = np.zeros((100, 120, 3), np.uint8)
    found = result(100, 120, ("square",), rgb=black, probabilities=[soft])
    options = FigureOptions(width_mm=width_for(120), dpi=DPI, style=Style(fill=False), **BARE)
    green = picture_in(figure(found, options, colours={"square": "#00ff00"}), DPI)[:, :, 1]
    assert not green[24:76, 24:96].any()
    # A line of 0.8 points on the border between two rows: 0.8 pixels of it at 72 dpi.
    assert (green[18:22, 30:90].sum(axis=0) > 0.7 * 255).all()


def test_a_hole_in_a_mask_stays_free():
    soft = np.full((100, 120), 255, np.uint8)
    soft[40:60, 50:70] = 0
    found = result(100, 120, ("ring",), probabilities=[soft])
    options = FigureOptions(width_mm=width_for(120), dpi=DPI, style=Style(outline=False), **BARE)
    shown = picture_in(figure(found, options), DPI)
    assert np.array_equal(shown[42:58, 52:68], found.frame.rgb[42:58, 52:68])


def test_with_one_label_a_pixel_no_pixel_is_coloured_twice():
    soft = np.full((100, 120), 200, np.uint8)
    found = result(100, 120, ("first", "second"), probabilities=[soft, soft - 20])
    options = FigureOptions(width_mm=width_for(120), dpi=DPI, style=Style(1.0), **BARE)
    colours = {"first": "#102030", "second": "#ffffff"}
    made = figure(found, options, levels=Levels(rule="highest"), colours=colours)
    other = (picture_in(made, DPI) != rgb_of("#102030")).any(axis=2)
    # Curves round the four corners off.
    other[[0, 0, -1, -1], [0, -1, 0, -1]] = False
    assert not other.any()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("spacing", [(0.8, 0.8), (2.0, 0.5), (0.5, 2.0), (0.00025, 0.00025)])
def test_the_scale_bar_is_as_long_as_it_says(theme, spacing):
    made = figure(result(90, 120, spacing=spacing, orientation=AXIAL), FigureOptions(theme=theme))
    plan = made.plan(300)
    shown = pixels(made.png())
    ink = (shown == INK[theme]).all(axis=2)
    top, height = (round(length * 300 / 72) for length in (plan.bar.y, plan.bar.height))
    rows = range(top, top + height)
    runs = [np.flatnonzero(np.diff(np.pad(ink[row], 1).astype(int))) for row in rows]
    longest = max(np.diff(run)[::2].max() for run in runs)
    zoom = plan.pictures[0].box.width * 300 / 72 / 120
    assert abs(longest - plan.bar_mm / spacing[1] * zoom) <= 1


@pytest.mark.parametrize("layout", LAYOUTS)
def test_letters_legend_and_footer_can_be_read_in_the_pdf(layout):
    found = result(
        phrases=("liver", "aorta"),
        categories=("liver", "kidney"),
        spacing=(0.8, 0.8),
        orientation=AXIAL,
    )
    made = figure(found, FigureOptions(layout=layout, theme="dark", title="Case 1"))
    text = text_of(made.pdf())
    for word in ("Case 1", "R", "L", "A", "P", "liver", "mm²", "2 cm", DEMO, about.NOTICE):
        assert word in text
    assert "category kidney does not fit the phrase" in text


@pytest.mark.parametrize("dpi", [72, 110, 150, 300])
def test_the_margins_stay_free_at_any_resolution(dpi):
    found = result(phrases=[f"adrenal gland {number}" for number in range(16)])
    png = figure(found, FigureOptions(width_mm=175, dpi=dpi, layout="panels")).png()
    margin = int(dpi * 3 / 72)
    shown = pixels(png)
    for edge in (shown[:margin], shown[-margin:], shown[:, :margin], shown[:, -margin:]):
        assert (edge == 255).all()


def test_the_notice_and_the_engine_are_in_the_barest_pdf():
    text = text_of(figure(result(), FigureOptions(**BARE)).pdf())
    assert about.NOTICE in text
    assert DEMO in text


@pytest.mark.parametrize("grey", [True, False])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_pdf_holds_the_image_once_with_all_its_pixels(grey, layout):
    found = result(spacing=(2.0, 0.5))
    if grey:
        rgb = np.repeat(found.frame.rgb[:, :, :1], 3, axis=2)
        found = result(rgb=rgb, spacing=(2.0, 0.5))
    (image,) = page(figure(found, FigureOptions(layout=layout)).pdf()).images
    assert np.array_equal(np.asarray(image.image.convert("RGB")), found.frame.rgb)


def test_the_pdf_has_the_width_that_was_asked_for_and_truetype_letters():
    first = page(figure(result(), FigureOptions(width_mm=175)).pdf())
    assert float(first.mediabox.width) / 72 * 25.4 == pytest.approx(175, abs=0.01)
    fonts = [font.get_object() for font in first["/Resources"]["/Font"].values()]
    (inner,) = fonts[0]["/DescendantFonts"]
    assert inner.get_object()["/Subtype"] == "/CIDFontType2"
    assert "/FontFile2" in inner.get_object()["/FontDescriptor"].get_object()


def test_neither_file_says_when_or_by_whom_it_was_made():
    made = figure(result())
    with Image.open(io.BytesIO(made.png())) as picture:
        assert set(picture.text) == {"Software", "Source", "Warning", "Description"}
        assert picture.text["Warning"] == about.NOTICE
        assert picture.text["Source"] == DEMO
    metadata = pypdf.PdfReader(io.BytesIO(made.pdf())).metadata
    assert set(metadata) == {"/Creator", "/Producer", "/Subject"}
    assert about.NOTICE in metadata["/Subject"]


@pytest.mark.parametrize(
    "phrase",
    ["è, ü, ñ, ß", "肝臓", "كبد", "$x_2$ 100 % \\alpha", "🫀 heart", "a\u0301\u200d\u0007"],
)  # fmt: skip
def test_any_letters_can_be_drawn_without_a_warning(phrase):
    found = result(phrases=(phrase, *LONG))
    made = figure(found, FigureOptions(title=phrase, layout="panels"))
    assert made.png(150)
    assert made.pdf()


def test_letters_that_no_font_has_are_named_and_shown_as_boxes(monkeypatch):
    monkeypatch.setattr(figure_text, "_other_fonts", lambda: ())
    made = figure(result(phrases=("肝臓 liver",)))
    assert made.unprintable == "肝臓"
    assert "□□ liver" in text_of(made.pdf())


def test_another_font_of_the_machine_helps_out(monkeypatch):
    other = str(Path(figure_text.REGULAR).with_name("STIXGeneral.ttf"))
    ours = get_font(figure_text.REGULAR).get_charmap()
    theirs = get_font(other).get_charmap()
    letter = next(chr(code) for code in theirs if code not in ours and chr(code).isalpha())
    monkeypatch.setattr(figure_text, "_other_fonts", lambda: (other,))
    made = figure(result(phrases=(f"{letter} cells",)))
    assert made.unprintable == ""
    assert letter in text_of(made.pdf())
    assert made.png()


def test_the_same_figure_gives_the_same_bytes_in_another_process():
    program = """
import hashlib
from core.export.figure import figure
from core.export.figure_options import FigureOptions
from tests.core.export.figure_samples import AXIAL, result
made = figure(result(spacing=(1, 2), orientation=AXIAL), FigureOptions(title="fi 肝"))
print(hashlib.sha256(made.png(150) + made.pdf()).hexdigest())
"""
    found = {
        subprocess.run(
            [sys.executable, "-W", "error", "-c", program],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1


def test_figures_can_be_made_in_several_threads_at_once():
    made = [figure(result(phrases=(f"phrase {n}", "fi ⚠"))) for n in range(3)]
    alone = [(one.png(100), one.pdf()) for one in made]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(lambda one: (one.png(100), one.pdf()), made))
    assert together == alone


def test_a_resolution_that_gives_too_large_a_picture_is_refused():
    with pytest.raises(ChoiceError, match="pixels wide"):
        figure(result(), FigureOptions(width_mm=300)).png(600)


def test_real_masks_of_a_real_scan_come_out_the_same_as_in_the_overlay(shared):
    rgb = np.asarray(Image.open(shared / "real/images/04_CT_liver.png").convert("RGB"))
    mask = Image.open(shared / "real/masks/04_CT_liver_tumor.png").convert("L")
    soft = np.asarray(mask.resize((rgb.shape[1], rgb.shape[0]), Image.Resampling.NEAREST))
    found = result(*rgb.shape[:2], ("tumor",), rgb=rgb, probabilities=[soft.copy()])
    style = Style(opacity=1.0, outline=False)
    options = FigureOptions(width_mm=width_for(rgb.shape[1]), dpi=DPI, style=style, **BARE)
    shown = picture_in(figure(found, options, colours={"tumor": "#ff0000"}), DPI)
    red = (shown == rgb_of("#ff0000")).all(axis=2)
    both = red & found.masks[0].mask()
    assert 2 * both.sum() / (red.sum() + found.masks[0].area()) > 0.97
