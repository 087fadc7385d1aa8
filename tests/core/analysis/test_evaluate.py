"""A backend beside reference masks: figures, means, and what goes wrong on the way."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from core.analysis.evaluate import evaluate
from core.backends import get_backend
from core.backends.base import RunControl
from core.errors import Cancelled
from core.png import encode_png
from core.samples.phantoms import draw_skin


@pytest.fixture(scope="module")
def drawn():
    return draw_skin()


@pytest.fixture
def folders(tmp_path, drawn):
    images, masks = tmp_path / "images", tmp_path / "masks"
    images.mkdir()
    masks.mkdir()
    (images / "1_dermoscopy_skin.png").write_bytes(encode_png(drawn.rgb))
    truth = drawn.truth("lesion").astype(np.uint8) * 255
    (masks / "1_dermoscopy_skin_skin+lesion.png").write_bytes(encode_png(truth))
    return images, masks


def _rows(folders):
    return evaluate(*folders, get_backend("demo")).rows


def test_a_good_mask_gets_a_good_figure(folders):
    (row,) = _rows(folders)
    assert (row.image, row.target, row.note) == ("1_dermoscopy_skin", "skin lesion", "")
    assert row.dice > 0.95
    assert row.iou == pytest.approx(row.dice / (2 - row.dice))
    assert row.seconds > 0


def test_an_unknown_target_scores_nothing_and_says_why(folders, drawn):
    truth = drawn.truth("lesion").astype(np.uint8)
    (folders[1] / "1_dermoscopy_skin_freckle.png").write_bytes(encode_png(truth))
    freckle, _ = _rows(folders)
    assert (freckle.target, freckle.dice, freckle.note) == ("freckle", 0.0, "empty answer")


def test_a_target_that_is_rightly_not_there_scores_full(folders, drawn):
    truth = np.zeros(drawn.rgb.shape[:2], np.uint8)
    (folders[1] / "1_dermoscopy_skin_freckle.png").write_bytes(encode_png(truth))
    assert _rows(folders)[0].dice == 1.0


def test_a_mask_of_another_shape_gives_a_row_without_figures(folders):
    odd = np.full((30, 40), 255, np.uint8)
    (folders[1] / "1_dermoscopy_skin_odd.png").write_bytes(encode_png(odd))
    rows = _rows(folders)
    assert [row.dice is None for row in rows] == [True, False]
    assert rows[0].note


def test_a_damaged_image_does_not_stop_the_others(folders):
    images, masks = folders
    (images / "0_dermoscopy_skin.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    (masks / "0_dermoscopy_skin_skin+lesion.png").write_bytes(b"")
    broken, fine = _rows(folders)
    assert broken.dice is None
    assert "0_dermoscopy_skin.png" in broken.note
    assert fine.dice > 0.95


def test_more_targets_than_one_call_takes_are_asked_in_turns(folders, drawn):
    truth = encode_png(drawn.truth("lesion").astype(np.uint8) * 255)
    for number in range(20):
        (folders[1] / f"1_dermoscopy_skin_t{number}.png").write_bytes(truth)
    assert len(_rows(folders)) == 21


def test_rows_are_told_as_they_come_and_a_stop_is_a_stop(folders):
    told = []
    evaluate(*folders, get_backend("demo"), on_row=told.append)
    assert len(told) == 1
    with pytest.raises(Cancelled):
        evaluate(*folders, get_backend("demo"), control=RunControl(is_cancelled=lambda: True))


def test_the_text_names_the_engine_and_both_tables(folders):
    text = evaluate(*folders, get_backend("demo")).to_text()
    assert text.startswith("Demo engine: classical image processing, not MedImageParse\n")
    assert "image              target       Dice " in text
    assert "mean Dice" in text
    assert text.endswith("\n")


def test_the_csv_reads_back_as_it_was(folders):
    result = evaluate(*folders, get_backend("demo"))
    (row,) = csv.DictReader(io.StringIO(result.to_csv()))
    assert row["target"] == "skin lesion"
    assert row["modality"] == "dermoscopy"
    assert float(row["dice"]) == pytest.approx(result.rows[0].dice, abs=1e-4)


def test_means_count_only_rows_with_a_figure(folders):
    odd = np.full((30, 40), 255, np.uint8)
    images, masks = folders
    (images / "2_dermoscopy_skin.png").write_bytes((images / "1_dermoscopy_skin.png").read_bytes())
    (masks / "2_dermoscopy_skin_skin+lesion.png").write_bytes(encode_png(odd))
    (mean,) = evaluate(*folders, get_backend("demo")).by_target
    assert mean.count == 1
    assert mean.dice > 0.95
