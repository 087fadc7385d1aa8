"""The fault cases beside the checkout, each held against the values that are right for it."""

import json
from pathlib import Path

import numpy as np
import pytest

from core.errors import InputError
from core.imaging import open_upload
from core.imaging.reference import read_reference_mask

CASES = Path(__file__).resolve().parents[3].parent / "shared" / "cases"


def all_cases():
    if not (CASES / "expected.json").is_file():
        return []
    return json.loads((CASES / "expected.json").read_text())["cases"]


def named(case):
    return case.get("upload_as", case["file"]).replace("\n", " ")


def load(case):
    return (CASES / "files" / case["file"]).read_bytes(), case.get("upload_as", case["file"])


def text_of(notices):
    return " ".join(notice.text for notice in notices)


def outcome_is(outcome):
    return [case for case in all_cases() if case["outcome"] in outcome]


def images(*outcome):
    return [case for case in outcome_is(outcome) if not case["file"].startswith("gt/")]


def test_there_are_cases_or_the_folder_is_not_here():
    if not CASES.is_dir():
        pytest.skip("the fault cases are not beside this checkout")
    assert len(all_cases()) >= 56


@pytest.mark.parametrize("case", images("reject"), ids=named)
def test_what_is_to_be_refused_is_refused_in_one_sentence(case):
    data, name = load(case)
    with pytest.raises(InputError) as refused:
        open_upload(data, name)
    sentence = str(refused.value)
    assert name in sentence
    assert refused.value.next_step
    assert "Traceback" not in sentence + refused.value.details
    for word in case["expect"].get("message_names", []):
        assert word in sentence


@pytest.mark.parametrize("case", images("accept", "choose", "warn"), ids=named)
def test_what_is_to_be_opened_has_the_right_pixels(case):
    data, name = load(case)
    upload = open_upload(data, name)
    for check in CHECKS:
        check(case["expect"], upload)
    if case["outcome"] == "warn":
        notices = (*upload.notices, *upload.frame().notices)
        assert any(notice.level == "warning" for notice in notices)
        for word in case["expect"].get("warning_mentions", []):
            assert word in text_of(notices)
    if case["outcome"] == "choose":
        choices = upload.choices
        many = (choices.windows, choices.channels, choices.volumes)
        assert any(len(names) > 1 for names in many) or choices.axes[0].count > 1


def check_size(expect, upload):
    if "size" in expect:
        frame = upload.frame()
        assert [frame.width, frame.height] == expect["size"]
        assert frame.rgb.dtype == np.uint8
        assert frame.rgb.shape == (frame.height, frame.width, 3)


def check_counts(expect, upload):
    choices = upload.choices
    assert upload.frame_count == expect.get("n_frames", upload.frame_count)
    assert upload.frame_count == expect.get("n_axial_slices", upload.frame_count)
    assert upload.frame_count == expect.get("n_slices", upload.frame_count)
    if "n_channels" in expect:
        assert len(choices.channels) == expect["n_channels"]
    if "n_volumes" in expect:
        assert len(choices.volumes) == expect["n_volumes"]


def check_values(expect, upload):
    stored = expect.get("stored", []) if "values" not in expect else []
    for wanted in [*stored, *expect.get("values", [])]:
        found = upload.frame(wanted.get("frame", 0)).values[wanted["y"], wanted["x"]]
        rescaled = any("rescaled" in step for step in upload.frame().steps)
        if wanted in expect.get("values", []) or not rescaled:
            assert abs(float(found) - wanted["value"]) <= wanted.get("tol", 0)


def check_dtype(expect, upload):
    if "dtype" in expect:
        assert upload.frame().values.dtype == expect["dtype"]


def check_display(expect, upload):
    display = expect.get("display", [])
    for wanted in [*(display if isinstance(display, list) else [])]:
        near(upload.frame(wanted.get("frame", 0)).rgb, wanted, wanted["rgb"])
    for wanted in expect.get("display_window_1", []):
        near(upload.frame(window=upload.choices.windows[1]).rgb, wanted, wanted["rgb"])
    for wanted in [*expect.get("transparent_area", []), *expect.get("half_alpha", [])]:
        pixel = upload.frame().rgb[wanted["y"], wanted["x"]].astype(int)
        tolerance = wanted.get("tol", 0)
        assert any(np.abs(pixel - rgb).max() <= tolerance for rgb in wanted["rgb_any_of"])
    for wanted in expect.get("model_input_percentile", []):
        near(upload.frame().rgb, wanted, [wanted["value"]] * 3)


def near(rgb, wanted, colour):
    difference = np.abs(rgb[wanted["y"], wanted["x"]].astype(int) - colour)
    assert difference.max() <= wanted.get("tol", 0)


def check_ramp(expect, upload):
    display = expect.get("display")
    if not isinstance(display, dict):
        return
    levels = upload.frame().rgb[:, :, 0].astype(int)
    row = levels[display.get("monotonic_in_x_at_y", 30)]
    if "monotonic_in_x" in display or "monotonic_in_x_at_y" in display:
        assert (np.diff(row) >= 0).all()
    assert len(np.unique(levels)) >= display.get("min_distinct_levels", 0)
    assert (levels == 255).mean() <= display.get("max_fraction_at_255", 1)


def check_grey_frames(expect, upload):
    for index, grey in enumerate(expect.get("frame_gray", [])):
        assert (upload.frame(index).rgb == grey).all()
    for channel, value in enumerate(expect.get("channel_values", [])):
        assert value in upload.frame(channel=channel).values
    for index, hu in enumerate(expect.get("slice_values_hu", [])):
        assert (upload.frame(index).values == hu).all()


def check_windows(expect, upload):
    windows = upload.choices.windows
    for window, wanted in zip(windows, expect.get("windows", []), strict=False):
        assert [window.center, window.width] == wanted
    for window, wanted in zip(windows, expect.get("window_names", []), strict=False):
        assert window.name == wanted
    for index, wanted in enumerate(expect.get("windows_per_frame", [])):
        window = upload.frame(index).window
        assert [window.center, window.width] == wanted
    if "hu_known" in expect:
        assert (upload.frame().unit == "HU") == expect["hu_known"]


def check_spacing(expect, upload):
    spacing = upload.frame().spacing_mm
    if "spacing_mm_row_col" in expect or "spacing_mm" in expect:
        wanted = expect.get("spacing_mm_row_col", expect.get("spacing_mm"))
        assert [spacing.row, spacing.column] == wanted
    if "mm2_per_pixel" in expect:
        assert spacing.pixel_area_mm2 == expect["mm2_per_pixel"]
    if "slice_spacing_mm" in expect:
        assert upload.grid.zooms[0] == pytest.approx(expect["slice_spacing_mm"])
    if "zooms" in expect:
        assert upload.grid.zooms == pytest.approx(expect["zooms"], abs=1e-5)
    if "coronal_aspect_mm" in expect:
        frame = upload.frame(axis="coronal")
        size = (frame.width * frame.spacing_mm.column, frame.height * frame.spacing_mm.row)
        wanted = expect["coronal_aspect_mm"]
        assert size == pytest.approx((wanted["width"], wanted["height"]), abs=1e-4)


def check_axial_slice(expect, upload):
    frame = upload.frame(min(3, upload.frame_count - 1))
    for wanted in expect.get("axial_display_slice_3", []):
        assert frame.axis == "axial"
        assert frame.values[wanted["y"], wanted["x"]] == wanted["value"]
    if "slice_0_offset" in expect:
        lowest, next_one = upload.frame(0).values, upload.frame(1).values
        assert (lowest.astype(int) - next_one == 1).all()
    if "axial_display_size" in expect:
        assert [frame.width, frame.height] == expect["axial_display_size"]
    if "convention" in expect:
        letters = frame.orientation
        shown = (letters.left, letters.right, letters.top, letters.bottom)
        assert shown == ("R", "L", "A", "P")
    if "shape" in expect:
        assert list(upload.grid.shape) == expect["shape"][:3]


def check_voxels(expect, upload):
    for wanted in [*expect.get("voxels", []), *expect.get("voxels_rgb", [])]:
        view = upload.grid.view("axial")
        assert view.along == 2
        frame = upload.frame(view.file_index(wanted["k"]), volume=wanted.get("t", 0))
        found = view.layout.to_file(frame.values)[wanted["i"], wanted["j"]]
        assert found.tolist() == wanted.get("rgb", wanted.get("value"))


def check_missing_values(expect, upload):
    if "n_nan" in expect:
        frame = upload.frame()
        missing = np.isnan(frame.values)
        assert int(missing.sum()) == expect["n_nan"]
        assert int(np.isinf(frame.values).sum()) == expect["n_inf"]
        assert (frame.rgb[missing] == expect["nan_display"]).all()
    for wanted in expect.get("values", []):
        if wanted.get("padding"):
            black = (upload.frame().rgb == 0).all(axis=2)
            assert (
                int((black & (upload.frame().values == wanted["value"])).sum())
                == (expect["n_padding"])
            )


def check_archive(expect, upload):
    for name in expect.get("skipped", []):
        assert name in text_of(upload.notices)


def check_sniffed(expect, upload):
    assert upload.media_type == expect.get("sniffed", upload.media_type)


CHECKS = [value for name, value in sorted(globals().items()) if name.startswith("check_")]


@pytest.mark.parametrize("case", [c for c in all_cases() if c["file"].startswith("gt/")], ids=named)
def test_reference_masks_are_read_as_they_were_meant(case):
    data, name = load(case)
    expect = case["expect"]
    width, height = (80, 60) if "instances" in name else (64, 48)
    if case["outcome"] == "reject":
        with pytest.raises(InputError) as refused:
            read_reference_mask(data, name, (height, width))
        assert all(word in str(refused.value) for word in expect["message_names"])
        return
    mask = read_reference_mask(data, name, (height, width))
    wanted = expect.get("foreground_after_nearest_x2", expect.get("foreground"))
    wanted = expect.get("foreground_at_128", wanted)
    if wanted is not None:
        assert abs(int(mask.mask().sum()) - wanted) <= expect.get("foreground_tolerance", 0)
        assert len(mask.labels) == bool(wanted)
    for label, found in zip(expect.get("classes", []), reversed(mask.labels), strict=False):
        assert (list(found.rgb), found.pixels) == (label["rgb"], label["pixels"])
    if "n_labels" in expect:
        assert len(mask.labels) == expect["n_labels"]
        assert {label.pixels for label in mask.labels} == {expect["pixels_per_label"]}
    for word in expect.get("message_names", []):
        assert word in text_of(mask.notices)
    for other, dice in expect.get("dice_with", {}).items():
        second = read_reference_mask((CASES / "files" / other).read_bytes(), other, (height, width))
        both = (mask.mask() & second.mask()).sum()
        assert 2 * both / (mask.mask().sum() + second.mask().sum()) == dice
