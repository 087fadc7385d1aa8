"""Files that the viewer writes, compared with what Python writes for the same settings."""

from __future__ import annotations

import hashlib
import json
import zipfile

import cv2
import numpy as np
import pytest
import viewer_app_parts as parts

from core.about import NOTICE
from core.export.overlay import Layer, Style, render_overlay
from core.export.results import export_files
from core.imaging.model import Frame
from core.segmentation import PhraseMask, Segmentation

pytestmark = pytest.mark.browser

ROWS, COLUMNS = 150, 201
QUERY = {"height": ROWS, "width": COLUMNS, "masks": 3}


def read(path) -> np.ndarray:
    pixels = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)
    return pixels[:, :, ::-1] if pixels.ndim == 3 else pixels


def layers(*chosen: tuple[int, int, str]) -> list[Layer]:
    return [Layer(parts.soft_mask(ROWS, COLUMNS, n), colour, t) for n, t, colour in chosen]


def test_the_overlay_has_the_bytes_that_python_draws(viewer_page, tmp_path):
    viewer_page.open(**QUERY)
    file = viewer_page.download("Overlay", tmp_path, caption=False)
    colours = parts.COLOURS
    wanted = render_overlay(
        parts.picture(ROWS, COLUMNS, 0),
        layers(*((n, 128, colours[n]) for n in range(3))),
        Style(0.45, fill=True, outline=True),
    )
    assert file.name == "case_1_overlay.png"
    assert np.array_equal(read(file), wanted)


@pytest.mark.parametrize("percent", [10, 30, 50, 90])
@pytest.mark.parametrize("outline", [False, True])
def test_the_overlay_follows_every_setting(viewer_page, tmp_path, percent, outline):
    viewer_page.open(**QUERY)
    viewer_page.set_threshold("disc", 40)
    viewer_page.row("disc").locator("input[type=color]").fill("#13f0a7")
    viewer_page.row("dark corner").get_by_role("button", name="Show dark corner").click()
    viewer_page.page.get_by_label("Opacity").fill(str(percent))
    if not outline:
        viewer_page.page.get_by_role("button", name="Outline").click()
    file = viewer_page.download("Overlay", tmp_path, caption=False)
    wanted = render_overlay(
        parts.picture(ROWS, COLUMNS, 0),
        layers((0, 40, "#13f0a7"), (2, 128, parts.COLOURS[2])),
        Style(percent / 100, fill=True, outline=outline),
    )
    assert np.array_equal(read(file), wanted)


def test_the_caption_lies_below_and_leaves_the_picture_exact(viewer_page, tmp_path):
    viewer_page.open(**QUERY)
    bare = read(viewer_page.download("Overlay", tmp_path, caption=False))
    file = viewer_page.download("Overlay", tmp_path, caption=True)
    captioned = read(file)
    assert captioned.shape[0] > ROWS + 60
    assert captioned.shape[1] == COLUMNS
    assert np.array_equal(captioned[:ROWS], bare)
    strip = captioned[ROWS:].reshape(-1, 3)
    colour = np.frombuffer(bytes.fromhex(parts.COLOURS[0][1:]), np.uint8)
    assert (strip == colour).all(axis=1).sum() > 20
    assert (strip.sum(axis=1) < 200).sum() > 50


def test_every_file_says_which_engine_made_it_and_what_it_is_not_for(viewer_page, tmp_path):
    viewer_page.open(**QUERY)
    for item in ("Overlay", "Mask: disc"):
        content = viewer_page.download(item, tmp_path, caption=False).read_bytes()
        assert b"Demo engine: classical image processing, not MedImageParse" in content
        assert NOTICE.encode() in content


def test_a_mask_is_written_as_0_and_255_at_the_size_of_the_file(viewer_page, tmp_path):
    viewer_page.open(**QUERY)
    viewer_page.set_threshold("stripe", 200)
    file = viewer_page.download("Mask: stripe", tmp_path, caption=True)
    wanted = np.where(parts.soft_mask(ROWS, COLUMNS, 2) >= 200, 255, 0)
    assert file.name == "case_1_mask_stripe.png"
    assert np.array_equal(read(file), wanted)


def test_everything_comes_in_one_zip_with_its_manifest(viewer_page, tmp_path):
    viewer_page.open(**QUERY, evil=1)
    viewer_page.set_threshold("disc", 90)
    file = viewer_page.download("Everything", tmp_path, caption=True)
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path)
        names = archive.namelist()
    assert len(names) == len(set(names)) == 6
    assert not any(set("<>/\\'\"") & set(name) for name in names)
    record = json.loads((tmp_path / "manifest.json").read_text("utf-8"))
    assert record["notice"] == NOTICE
    assert record["engine"] == "Demo engine: classical image processing, not MedImageParse"
    assert record["overlaps"]["rule"] == "independent"
    assert record["phrases"][:3] == ["disc", "dark corner", "stripe"]
    assert [mask["category"] for mask in record["masks"]] == ["organ", None, "organ", None]
    assert [mask["threshold"] for mask in record["masks"]] == [90, 128, 128, 128]
    assert [mask["colour"] for mask in record["masks"][:3]] == list(parts.COLOURS[:3])
    for n, mask in enumerate(record["masks"]):
        pixels = read(tmp_path / mask["file"])
        assert np.count_nonzero(pixels) == mask["area_px"]
        assert mask["area_percent"] == round(100 * mask["area_px"] / pixels.size, 4)
        soft = parts.soft_mask(ROWS, COLUMNS, n if n < 3 else 7)
        assert mask["probability_sha256"] == hashlib.sha256(soft.tobytes()).hexdigest()
    assert record["files"] == {
        name: hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
        for name in names
        if name != "manifest.json"
    }


def test_the_manifest_has_the_names_of_the_one_that_python_writes(viewer_page, tmp_path):
    frame = Frame(values=parts.picture(ROWS, COLUMNS, 0), rgb=parts.picture(ROWS, COLUMNS, 0))
    mask = PhraseMask("disc", "organ", parts.soft_mask(ROWS, COLUMNS, 0))
    python = export_files(Segmentation(frame, (mask,), "demo", "Demo"))[-1]
    wanted = json.loads(python.content)
    viewer_page.open(**QUERY | {"masks": 1})
    with zipfile.ZipFile(viewer_page.download("Everything", tmp_path, caption=True)) as archive:
        record = json.loads(archive.read("manifest.json"))
    # What only Python knows, and whether the category fits.
    unknown = {"backend", "software", "model_side", "notices"}
    assert set(wanted) - set(record) <= unknown
    assert set(wanted["masks"][0]) - set(record["masks"][0]) <= {"category_fits"}
    assert record["overlaps"] == wanted["overlaps"]
    assert record["image"]["sha256"] == wanted["image"]["sha256"]
    assert record["overlay"]["opacity"] == wanted["overlay"]["opacity"]
    same = ("phrase", "category", "threshold", "area_px", "area_percent")
    assert [record["masks"][0][n] for n in same] == [wanted["masks"][0][n] for n in same]


def test_files_say_which_thresholds_were_moved_and_the_rule(viewer_page, tmp_path):
    viewer_page.open(**QUERY)
    viewer_page.set_threshold("disc", 90)
    usual = viewer_page.download("Mask: stripe", tmp_path, caption=False).read_bytes()
    assert b"threshold" not in usual
    viewer_page.one_label()
    for item in ("Overlay", "Mask: disc"):
        content = viewer_page.download(item, tmp_path, caption=False).read_bytes()
        assert "disc: threshold 90 (p ≥ 0.35)".encode() in content
        assert b"Overlaps: one label a pixel, by the highest probability." in content


def test_a_download_does_not_rerun_the_page(viewer_page, tmp_path):
    viewer_page.open(**QUERY)
    messages = len(viewer_page.received)
    viewer_page.download("Overlay", tmp_path, caption=True)
    viewer_page.page.wait_for_timeout(300)
    assert len(viewer_page.received) == messages
