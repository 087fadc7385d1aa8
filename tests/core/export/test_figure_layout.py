"""Where things go in a figure, before anything is drawn."""

from itertools import combinations, product

import pytest

from core import about
from core.analysis.levels import Levels
from core.errors import ChoiceError
from core.export.figure import figure
from core.export.figure_layout import bar_length_mm
from core.export.figure_options import LAYOUTS, FigureOptions
from core.export.figure_sheet import CAPITAL
from core.export.figure_text import text_width
from core.export.overlay import Style
from core.imaging.model import Notice
from tests.core.export.figure_samples import AXIAL, DEMO, LONG, result, words_of

DPI = 300
PIXEL = 72 / DPI
SIXTEEN = tuple(f"phrase number {number}" for number in range(1, 17))


def boxes_of(plan):
    """Every line, swatch, picture and the bar as left, top, right, bottom."""
    for line in plan.lines:
        width = text_width(line.text, line.size, bold=line.bold)
        left = line.x - {"left": 0, "center": width / 2, "right": width}[line.align]
        yield left, line.baseline - CAPITAL * line.size, left + width, line.baseline
    others = [swatch.box for swatch in plan.swatches] + [shown.box for shown in plan.pictures]
    for box in others + ([plan.bar] if plan.bar else []):
        yield box.x, box.y, box.x + box.width, box.y + box.height


def share_room(one, other):
    hair = 1e-6
    return (
        one[0] < other[2] - hair
        and other[0] < one[2] - hair
        and one[1] < other[3] - hair
        and other[1] < one[3] - hair
    )


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("size", [(90, 120), (20, 900), (900, 20), (16, 16)], ids=str)
@pytest.mark.parametrize("phrases", [("liver",), LONG, SIXTEEN], ids=["one", "long", "sixteen"])
def test_nothing_runs_into_anything_or_off_the_sheet(layout, size, phrases):
    categories = ["kidney", *["other lesion"] * (len(phrases) - 1)]
    found = result(*size, phrases, categories=categories, spacing=(0.7, 0.7), orientation=AXIAL)
    for width_mm, font_pt in product((40, 85, 175), (7, 9)):
        options = FigureOptions(
            layout=layout, width_mm=width_mm, font_pt=font_pt, title="A title of several words"
        )
        plan = figure(found, options).plan(DPI)
        boxes = list(boxes_of(plan))
        for left, top, right, bottom in boxes:
            assert left >= 0
            assert top >= 0
            assert right <= plan.width
            assert bottom <= plan.height
        assert not [pair for pair in combinations(boxes, 2) if share_room(*pair)]


def test_a_tall_picture_still_fits_on_a_page_of_a_journal():
    plan = figure(result(2000, 100), FigureOptions(width_mm=175)).plan(DPI)
    assert plan.height / 72 * 25.4 < 240


@pytest.mark.parametrize(
    ("size", "spacing"), [((90, 120), None), ((90, 120), (2.0, 0.5)), ((90, 120), (0.5, 2.0))]
)
def test_pictures_have_the_true_proportion(size, spacing):
    (shown,) = figure(result(*size, spacing=spacing)).plan(DPI).pictures
    row, column = spacing or (1.0, 1.0)
    true = size[0] * row / (size[1] * column)
    assert shown.box.height == pytest.approx(shown.box.width * true, abs=PIXEL / 2 + 1e-6)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_letters_stand_at_their_edges(layout):
    plan = figure(result(orientation=AXIAL), FigureOptions(layout=layout)).plan(DPI)
    lines = {line.text: line for line in plan.lines if line.text in {"R", "L", "A", "P"}}
    left = min(shown.box.x for shown in plan.pictures)
    right = max(shown.box.x + shown.box.width for shown in plan.pictures)
    top = min(shown.box.y for shown in plan.pictures)
    bottom = max(shown.box.y + shown.box.height for shown in plan.pictures)
    assert lines["R"].x < left
    assert lines["L"].x > right
    assert lines["A"].baseline < top
    assert lines["P"].baseline > bottom


def test_a_file_without_orientation_or_spacing_gives_no_letters_no_bar_and_no_millimetres():
    plan = figure(result()).plan(DPI)
    assert plan.bar is None
    assert "mm" not in words_of(plan)
    assert not {line.text for line in plan.lines} & {"R", "L", "A", "P"}


@pytest.mark.parametrize(
    ("width_mm", "bar_mm"),
    [(400, 100), (250, 50), (60, 10), (9, 2), (0.9, 0.2), (0.25, 0.05), (7, 1)],
)
def test_the_scale_bar_is_a_round_number_near_a_fifth(width_mm, bar_mm):
    assert bar_length_mm(width_mm) == bar_mm


@pytest.mark.parametrize(
    ("spacing", "label"), [(1.0, "2 cm"), (0.1, "2 mm"), (0.02, "0.5 mm"), (0.00025, "5 µm")]
)
def test_the_scale_bar_says_how_long_it_is_in_a_fitting_unit(spacing, label):
    plan = figure(result(90, 120, spacing=(spacing, spacing))).plan(DPI)
    assert label in [line.text for line in plan.lines]


def test_each_phrase_has_a_panel_of_its_own():
    plan = figure(result(phrases=("a", "b", "c")), FigureOptions(layout="panels")).plan(DPI)
    assert [shown.masks for shown in plan.pictures] == [(0,), (1,), (2,)]


def test_side_by_side_shows_the_bare_image_first():
    plan = figure(result(), FigureOptions(layout="side by side")).plan(DPI)
    assert [shown.masks for shown in plan.pictures] == [(), (0, 1)]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_legend_names_phrase_category_and_area_and_marks_what_does_not_fit(layout):
    found = result(
        phrases=("liver", "aorta", "unicorn"),
        categories=("liver", "kidney", None),
        spacing=(2.0, 0.5),
        probabilities=[
            result().masks[0].probability,
            result().masks[1].probability,
            0 * result().masks[0].probability,
        ],
    )
    words = words_of(figure(found, FigureOptions(layout=layout)).plan(DPI))
    area = found.masks[0].area()
    assert f"{area:,}".replace(",", " ") in words
    assert "category liver" in words
    assert "⚠ category kidney does not fit the phrase" in words
    assert "nothing marked" in words


@pytest.mark.parametrize(
    ("side", "text"),
    [(None, "3 600 px"), (1.0, "3 600 mm²"), (0.1, "36 mm²"), (0.02, "1.44 mm²"),
     (0.0005, "900 µm²")],
)  # fmt: skip
def test_an_area_has_three_digits_and_a_fitting_unit(side, text):
    full = result(60, 60, ("tissue",))
    found = result(
        60,
        60,
        ("tissue",),
        probabilities=[255 + 0 * full.masks[0].probability],
        spacing=(side, side) if side else None,
    )
    assert text in words_of(figure(found).plan(DPI))


def test_thresholds_and_rule_of_the_viewer_are_in_the_areas_and_in_the_footer():
    found = result(phrases=("liver", "Tumor"))
    levels = Levels({"tumor": 200}, rule="highest")
    made = figure(found, levels=levels)
    words = words_of(made.plan(DPI))
    claimed = found.masks[0].mask() & found.masks[1].mask(200)
    assert claimed.any()
    wins = found.masks[0].probability >= found.masks[1].probability
    liver = found.masks[0].mask() & (~claimed | wins)
    assert f"{liver.sum():,} px".replace(",", " ") in words
    assert "Thresholds from 0 to 255: Tumor 200." in words
    assert "a pixel belongs to the phrase with the highest probability" in words


def test_the_usual_thresholds_are_not_listed():
    assert "Thresholds" not in words_of(figure(result()).plan(DPI))


@pytest.mark.parametrize("footer", [True, False])
def test_engine_program_and_notice_cannot_be_left_out(footer):
    bare = FigureOptions(footer=footer, legend=False, letters=False, scale_bar=False)
    words = words_of(figure(result(), bare).plan(DPI))
    assert DEMO in words
    assert f"{about.NAME} {about.VERSION}" in words
    assert about.NOTICE in words
    assert ("Phrases: liver & tumor." in words) is footer


def test_millimetres_at_the_detector_are_said_to_be_so():
    found = result(spacing=(0.2, 0.2), notices=(Notice("at_detector", "At the detector."),))
    assert "Millimetres are those at the detector" in words_of(figure(found).plan(DPI))


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({"layout": "heap"}, "no layout named 'heap'"),
        ({"theme": "pink"}, "no theme named 'pink'"),
        ({"width_mm": 3}, "width of 3 mm"),
        ({"width_mm": float("nan")}, "width of nan mm"),
        ({"dpi": 5}, "resolution of 5 dpi"),
        ({"dpi": 1200, "width_mm": 200}, "9449 pixels wide"),
        ({"font_pt": 1}, "font size of 1 pt"),
        ({"style": Style(opacity=2)}, "opacity of 2"),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused_in_words(choice, words):
    with pytest.raises(ChoiceError, match=words):
        FigureOptions(**choice)
