"""The viewer in the reader's language; what it writes stays English."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest

from core.about import NOTICE
from tests.e2e.viewer_page import ViewerPage

pytestmark = pytest.mark.browser

HERE = Path(__file__).parent
ENGINE = "Demo engine: classical image processing, not MedImageParse"
# Words of the English texts that no Italian one has.
ENGLISH = re.compile(
    r"\b(mask|pixels|threshold|show|the|of|fill|category|both|nothing)\b", re.IGNORECASE
)


class ItalianPage(ViewerPage):
    """A test page in a browser tab of an Italian reader."""

    def ready(self):
        self.page.locator(":is(.medviewer, .medcompare)[data-state=ready]").wait_for()
        return self

    def speak(self, language):
        self.page.get_by_role("radio", name=language).click()
        wanted = "it" if language == "Italiano" else "en"
        self.page.locator(f".viewer[lang={wanted}]").wait_for()
        self.ready()

    def set_threshold_in(self, label, value):
        """Unfold the slider with this label and set it."""
        self.page.get_by_role("button", name=label).click()
        self.page.get_by_role("slider", name=label, exact=True).fill(str(value))

    def words(self):
        """All that a reader sees or hears of it."""
        return self.page.locator(".viewer").evaluate(
            """root => [root.textContent, ...[...root.querySelectorAll("*")].flatMap(element =>
                ["title", "aria-label", "aria-valuetext"].map(name => element.getAttribute(name)))]
                .filter(Boolean)"""
        )


@pytest.fixture
def italian(chromium, run_app):
    context = chromium.new_context(
        viewport={"width": 1440, "height": 900}, accept_downloads=True, locale="it-IT"
    )
    context.set_default_timeout(20_000)
    yield lambda script: ItalianPage(context.new_page(), run_app(HERE / script))
    context.close()


def test_it_shows_italian_and_writes_an_english_manifest(italian, tmp_path):
    viewer = italian("viewer_app.py")
    viewer.open(height=150, width=201, masks=3, empty=1, model=1, row_mm=2, slices=1200)
    viewer.press("h")
    assert [text for text in viewer.words() if ENGLISH.search(text.replace(ENGINE, ""))] == []
    shown = viewer.page.locator(".viewer").inner_text()
    for text in ("Motore demo", "Solo per ricerca", "Maschere", "categoria: organ", "assiale 1 /"):
        assert text in shown
    viewer.page.get_by_role("button", name="Scarica").click()
    with viewer.page.expect_download() as download:
        viewer.page.get_by_role("button", name="Tutto").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name == "case_1_segmentation.zip"
    with zipfile.ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        assert "case_1_mask_disc.png" in archive.namelist()
        assert NOTICE.encode() in archive.read("case_1_overlay.png")
    assert (manifest["engine"], manifest["notice"]) == (ENGINE, NOTICE)
    assert manifest["masks"][1]["note"] == "category does not fit"
    assert viewer.problems == []


def test_numbers_are_written_as_in_italian(italian):
    viewer = italian("viewer_app.py")
    viewer.open(height=300, width=400, masks=2, row_mm=2)
    viewer.set_threshold_in("Soglia di disc", 90)
    assert "90 · p ≥ 0,35" in viewer.row("disc").inner_text()
    assert re.search(r"\d\d\.\d{3} px · \d+(,\d)? %", viewer.row("disc").inner_text())
    assert viewer.page.locator(".readout").inner_text() == "400 × 300 pixel · 2 × 1 mm per pixel"


def test_another_language_keeps_thresholds_and_zoom(italian):
    viewer = italian("viewer_app.py")
    viewer.open()
    viewer.set_threshold_in("Soglia di disc", 77)
    viewer.call("viewer.zoomTo(9, 30, 40)")
    place, pixel = viewer.call("viewer.toCanvas(30, 40)"), viewer.pixel_at(31, 41)
    for language, text in (("English", "category: organ"), ("Italiano", "categoria: organ")):
        viewer.speak(language)
        assert text in viewer.row("disc").inner_text()
        assert viewer.row("disc").locator("input[type=range]").input_value() == "77"
        assert viewer.call("viewer.toCanvas(30, 40)") == pytest.approx(place)
        assert viewer.pixel_at(31, 41) == pixel
    viewer.press("o")
    assert (
        viewer.page.get_by_role("button", name="Contorno").get_attribute("aria-pressed") == "false"
    )
    assert viewer.problems == []


def test_a_comparison_shows_italian_and_keeps_its_picture_english(italian, tmp_path):
    sides = italian("compare_app.py")
    sides.open()
    sides.page.get_by_label("Soglia A di disc").fill("90")
    for mode in ("Tendina", "Differenza", "Affiancate"):
        sides.page.get_by_role("button", name=mode, exact=True).click()
        assert [text for text in sides.words() if ENGLISH.search(text)] == []
    shares = sides.page.locator(".compare-table td.number").all_inner_texts()[4:6]
    assert all(re.fullmatch(r"0,\d{3}", share) for share in shares)
    sides.speak("English")
    assert sides.page.get_by_label("Threshold A of disc").input_value() == "90"
    files = []
    for language, button in (("English", "Picture"), ("Italiano", "Immagine")):
        sides.speak(language)
        with sides.page.expect_download() as download:
            sides.page.get_by_role("button", name=button, exact=True).click()
        files.append(tmp_path / f"{language}.png")
        download.value.save_as(files[-1])
    assert files[0].read_bytes() == files[1].read_bytes()
    assert sides.problems == []
