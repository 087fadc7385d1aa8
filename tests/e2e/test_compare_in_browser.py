"""From masks on the page Segment to two of them side by side, in a real browser."""

import nibabel
import numpy as np
import pytest
from playwright.sync_api import expect

from core.analysis.comparison import compare
from core.analysis.levels import Levels
from core.backends import get_backend
from core.imaging import open_upload
from core.samples import samples
from core.segmentation import segment

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chest():
    return next(sample for sample in samples() if sample.id == "chest").load()[0]


@pytest.fixture(scope="module")
def lungs(chest):
    """What the engine finds for one phrase, and for the other."""
    frame = open_upload(chest, "chest.png").frame()
    return {phrase: segment(frame, phrase, get_backend("demo")) for phrase in ("lung", "left lung")}


def compare_page(workbench):
    workbench.page.get_by_role("link", name="Compare").click()
    comparison_ready(workbench)


def comparison_ready(workbench):
    workbench.page.locator(".medcompare[data-state=ready]").wait_for()
    workbench.settle()


def numbers(workbench):
    return workbench.page.locator(".compare-table td.number").all_inner_texts()


def texts(pair):
    found = pair.agreement
    counts = (found.area_a, found.area_b, found.only_a, found.only_b)
    return [*(f"{n:,}" for n in counts), f"{found.dice:.3f}", f"{found.iou:.3f}"]


def test_two_phrasings_are_compared_and_the_page_segment_keeps_its_masks(workbench, chest, lungs):
    workbench.upload("Invented^Name.png", chest)
    workbench.look_for("lung")
    workbench.press_run()
    workbench.wait_for_phrase("lung")
    workbench.set_threshold("lung", 90)
    compare_page(workbench)
    page = workbench.page
    # Thresholds start as they are on the page Segment.
    assert page.get_by_label("Threshold A of lung").input_value() == "90"
    assert numbers(workbench)[-2:] == ["1.000", "1.000"]

    box = page.get_by_role("textbox", name="B looks for")
    box.fill("left lung")
    box.press("Enter")
    page.get_by_text("Press Compare to run this side").wait_for()
    page.get_by_role("button", name="Compare", exact=True).click()
    page.get_by_label("Threshold B of left lung").wait_for()
    comparison_ready(workbench)
    (pair,) = compare(lungs["lung"], lungs["left lung"], Levels({"lung": 90}), Levels())
    assert numbers(workbench) == texts(pair)

    page.get_by_role("button", name="Table", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Table as CSV").click()
    row = download.value.path().read_text("utf-8").splitlines()[1]
    assert row.startswith(f"lung / left lung,90,128,{pair.agreement.area_a},")

    page.get_by_role("link", name="Segment").click()
    workbench.wait_for_phrase("lung")
    assert workbench.problems == []


def test_the_slice_on_show_is_compared_in_two_windows(workbench):
    values = np.random.default_rng(0).integers(-1024, 1200, (40, 48, 9)).astype(np.int16)
    workbench.upload("invented.nii", nibabel.Nifti1Image(values, np.eye(4)).to_bytes())
    page = workbench.page
    slider = page.locator("[data-testid=stSlider]").filter(has_text="Slice").get_by_role("slider")
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.get_by_text("axial 6 / 9").wait_for()
    workbench.settle()
    compare_page(workbench)
    expect(slider).to_have_value("6")
    titles = page.locator(".side-caption .title")
    first = titles.nth(1).inner_text()
    page.get_by_role("combobox", name="Window of B").click()
    page.get_by_role("option").last.click()
    expect(titles.nth(1)).not_to_have_text(first)
    comparison_ready(workbench)
    assert len(set(titles.all_inner_texts())) == 2
