"""Pixels that several phrases claim: on the screen, in the legend and in the files."""

from __future__ import annotations

import hashlib
import json
import zipfile

import cv2
import numpy as np
import pytest
import viewer_app_parts as parts

from core.export.overlay import Layer, render_overlay

pytestmark = pytest.mark.browser

COUNT = 6
SIZE = (96, 128)
THRESHOLDS = [60, 128, 128, 20, 128, 90]
NAMES = ["disc", "dark corner", "stripe", "lower half", "phrase 4", "phrase 5"]


def soft() -> list[np.ndarray]:
    return [parts.soft_mask(*SIZE, n) for n in range(COUNT)]


def open_with_thresholds(viewer_page, **query):
    viewer_page.open(masks=COUNT, **query)
    for name, threshold in zip(NAMES, THRESHOLDS, strict=True):
        if threshold != 128:
            viewer_page.set_threshold(name, threshold)


def areas(viewer_page) -> list[str]:
    texts = [viewer_page.row(name).locator(".area").inner_text() for name in NAMES]
    return [text.partition(" px")[0] for text in texts]


def unpack(viewer_page, tmp_path):
    file = viewer_page.download("Everything", tmp_path, caption=False)
    with zipfile.ZipFile(file) as archive:
        archive.extractall(tmp_path)
    return json.loads((tmp_path / "manifest.json").read_text("utf-8"))


def read(path) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)


def test_each_phrase_keeps_its_pixels_and_the_legend_says_what_is_contested(viewer_page):
    open_with_thresholds(viewer_page)
    claims = np.array([v >= t for v, t in zip(soft(), THRESHOLDS, strict=True)])
    assert areas(viewer_page) == [f"{claim.sum():,}" for claim in claims]
    several = claims.sum(axis=0) > 1
    share = (claims[0] & several).sum() / claims[0].sum()
    assert share > 0.02
    words = viewer_page.row("disc").locator(".contested")
    digits = 0 if share >= 0.1 else 1
    assert words.inner_text() == f"{100 * share:.{digits}f} % of it also claimed by another phrase"


def test_a_phrase_that_nobody_else_claims_says_nothing_of_it(viewer_page):
    viewer_page.open(masks=2)
    assert not viewer_page.row("disc").locator(".contested").is_visible()


@pytest.mark.parametrize("renderer", ["webgl2", "2d"])
def test_one_label_a_pixel_goes_to_the_highest_probability(viewer_page, renderer):
    open_with_thresholds(viewer_page, viewer=renderer)
    viewer_page.one_label()
    owner = parts.owners(soft(), THRESHOLDS)
    assert areas(viewer_page) == [f"{(owner == n).sum():,}" for n in range(COUNT)]
    layers = [
        Layer(np.where(owner == n, 255, 0).astype(np.uint8), parts.COLOURS[n]) for n in range(COUNT)
    ]
    wanted = render_overlay(parts.picture(*SIZE, 0), layers)
    claims = np.array([v >= t for v, t in zip(soft(), THRESHOLDS, strict=True)])
    contested = np.argwhere(claims.sum(axis=0) > 1)
    inner = [
        (row, column)
        for row, column in contested
        if len(set(owner[row - 1 : row + 2, column - 1 : column + 2].flat)) == 1
    ]
    for row, column in inner[:: max(1, len(inner) // 12)]:
        shown = viewer_page.pixel_at(int(column), int(row))
        assert np.allclose(shown, wanted[row, column], atol=1), (row, column)


def test_the_files_have_one_label_a_pixel_and_say_so(viewer_page, tmp_path):
    open_with_thresholds(viewer_page)
    viewer_page.one_label()
    record = unpack(viewer_page, tmp_path)
    owner = parts.owners(soft(), THRESHOLDS)
    claims = sum((v >= t).astype(int) for v, t in zip(soft(), THRESHOLDS, strict=True))
    assert record["overlaps"] == {
        "rule": "highest",
        "claimed_by_several_px": (claims > 1).sum(),
        "phrases": NAMES,
    }
    for n, mask in enumerate(record["masks"]):
        assert np.array_equal(read(tmp_path / mask["file"]) > 0, owner == n)
        assert mask["area_px"] == (owner == n).sum()
        assert mask["threshold"] == THRESHOLDS[n]
        assert mask["probability_sha256"] == hashlib.sha256(soft()[n].tobytes()).hexdigest()
    layers = [
        Layer(np.where(owner == n, 255, 0).astype(np.uint8), parts.COLOURS[n]) for n in range(COUNT)
    ]
    overlay = read(tmp_path / record["overlay"]["file"])[:, :, ::-1]
    assert np.array_equal(overlay, render_overlay(parts.picture(*SIZE, 0), layers))


def test_a_hidden_phrase_still_takes_part(viewer_page):
    open_with_thresholds(viewer_page)
    viewer_page.one_label()
    before = areas(viewer_page)
    viewer_page.row("phrase 5").get_by_role("button", name="Show phrase 5").click()
    assert areas(viewer_page) == before
    owner = parts.owners(soft(), THRESHOLDS)
    lost = (soft()[0] >= THRESHOLDS[0]) & (owner == 5)
    row, column = (int(n) for n in np.argwhere(lost)[0])
    bare = parts.picture(*SIZE, 0)[row, column].tolist()
    assert viewer_page.pixel_at(column, row) == bare


def test_going_there_and_back_leaves_every_pixel_as_it_was(viewer_page, tmp_path):
    open_with_thresholds(viewer_page)
    (tmp_path / "a").mkdir()
    before = viewer_page.download("Overlay", tmp_path / "a", caption=False).read_bytes()
    counts = areas(viewer_page)
    viewer_page.one_label()
    viewer_page.set_threshold("disc", 30)
    viewer_page.set_threshold("disc", THRESHOLDS[0])
    viewer_page.page.get_by_role("button", name="Each keeps its own").click()
    assert areas(viewer_page) == counts
    assert viewer_page.download("Overlay", tmp_path, caption=False).read_bytes() == before


def test_a_single_phrase_has_no_rule_to_choose(viewer_page):
    viewer_page.open(masks=1)
    assert not viewer_page.page.get_by_role("button", name="One label").is_visible()


OWNED = """(() => {
    const [masks, width, height, steps] = values;
    const stack = new lib.MaskStack(width, height, masks.map(
        mask => lib.analyse(Uint8Array.from(mask), width, height)));
    for (const [thresholds, rule] of steps) { stack.draw(thresholds, rule); stack.outline(); }
    return [[...stack.bits], masks.map((_, index) => stack.area(index)),
        masks.map((_, index) => stack.contested(index))];
})()"""


@pytest.mark.parametrize("seed", range(6))
def test_ties_go_to_the_first_and_any_way_to_a_setting_gives_the_same(library, seed):
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 17))
    # Few levels make many ties.
    masks = [rng.integers(0, 6, (11, 13)).astype(np.uint8) * 51 for _ in range(count)]
    steps = [
        [rng.choice([0, 1, 51, 128, 204, 255], count).tolist(), str(rule)]
        for rule in rng.choice(["independent", "highest"], 5)
    ]
    flat = [mask.ravel().tolist() for mask in masks]
    for rule in ("highest", "independent"):
        wanted = [steps[-1][0], rule]
        bits, areas, contested = library(OWNED, flat, 13, 11, [*steps[:-1], wanted])
        bits = np.array(bits).reshape(11, 13)
        claims = np.array([m >= t for m, t in zip(masks, wanted[0], strict=True)])
        owner = parts.owners(masks, wanted[0])
        shown = np.array([owner == n for n in range(count)]) if rule == "highest" else claims
        assert np.array_equal(bits, sum(layer.astype(int) << n for n, layer in enumerate(shown)))
        assert areas == shown.sum(axis=(1, 2)).tolist()
        several = claims & (claims.sum(axis=0) > 1)
        total = np.maximum(1, claims.sum(axis=(1, 2)))
        assert np.allclose(contested, several.sum(axis=(1, 2)) / total)
