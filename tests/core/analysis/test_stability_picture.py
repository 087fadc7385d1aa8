"""Pictures are turned before they are sent, and masks are turned back, to the pixel."""

from __future__ import annotations

from dataclasses import replace

import nibabel
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.stability import plan
from core.analysis.stability_picture import turned, varied
from core.geometry import SpacingMm
from core.imaging import open_upload
from core.imaging.model import Frame, Orientation, PlaneLayout, Window

NUMPY = {
    "turn90": lambda a: np.rot90(a, 1),
    "turn180": lambda a: np.rot90(a, 2),
    "turn270": lambda a: np.rot90(a, 3),
    "mirror_lr": np.fliplr,
    "mirror_tb": np.flipud,
}
TURNS = {v.code: v.turn for v in plan("liver", kinds=["rotation", "flip"])[1:]}
TONES = plan("liver", kinds=["tone"])[1:]
TWO_LAYOUTS = st.builds(PlaneLayout, st.booleans(), st.booleans(), st.booleans())


def grey(values, **known):
    return Frame(values=values, rgb=np.repeat(values[:, :, None], 3, axis=2), **known)


def numbered(height, width):
    """Every pixel another value, so that no two turns look the same."""
    return np.arange(height * width, dtype=np.int32).reshape(height, width)


@pytest.mark.parametrize("code", NUMPY)
@given(height=st.integers(1, 41), width=st.integers(1, 41))
def test_each_turn_is_the_one_of_its_name_and_is_undone_to_the_pixel(code, height, width):
    values = numbered(height, width)
    shown = Frame(
        values=values,
        rgb=np.stack([values % 251, values % 13, values % 7], -1, dtype=np.uint8, casting="unsafe"),
    )
    other = turned(shown, TURNS[code])
    assert np.array_equal(other.values, NUMPY[code](values))
    assert np.array_equal(other.rgb, NUMPY[code](shown.rgb))
    assert (other.height, other.width) == other.values.shape
    assert np.array_equal(TURNS[code].to_file(other.values), values)
    assert np.array_equal(TURNS[code].to_file(other.rgb), shown.rgb)


def test_colour_values_turn_with_their_picture():
    values = np.random.default_rng(3).integers(0, 256, (7, 4, 3)).astype(np.uint8)
    other = turned(Frame(values=values, rgb=values.copy()), TURNS["turn90"])
    assert np.array_equal(other.values, np.rot90(values))
    assert np.array_equal(other.values, other.rgb)


@given(TWO_LAYOUTS, st.sampled_from(sorted(TURNS)))
def test_a_turned_frame_still_knows_its_way_back_to_the_file(layout, code):
    plane = numbered(5, 3)
    shown = Frame(
        values=layout.to_display(plane),
        rgb=np.zeros((*layout.to_display(plane).shape, 3), np.uint8),
        layout=layout,
    )
    other = turned(shown, TURNS[code])
    assert np.array_equal(other.layout.to_file(other.values), plane)


@pytest.mark.parametrize(
    ("code", "letters"),
    [
        ("turn90", Orientation(left="A", right="P", top="L", bottom="R")),
        ("turn180", Orientation(left="L", right="R", top="P", bottom="A")),
        ("turn270", Orientation(left="P", right="A", top="R", bottom="L")),
        ("mirror_lr", Orientation(left="L", right="R", top="A", bottom="P")),
        ("mirror_tb", Orientation(left="R", right="L", top="P", bottom="A")),
    ],
)
def test_the_letters_go_with_the_edges(code, letters):
    frame = grey(
        np.zeros((4, 6), np.uint8),
        orientation=Orientation(left="R", right="L", top="A", bottom="P"),
    )
    assert turned(frame, TURNS[code]).orientation == letters


def test_a_quarter_turn_swaps_the_spacing_and_a_half_turn_does_not():
    frame = grey(np.zeros((4, 6), np.uint8), spacing_mm=SpacingMm(2.0, 0.5))
    assert turned(frame, TURNS["turn90"]).spacing_mm == SpacingMm(0.5, 2.0)
    assert turned(frame, TURNS["turn180"]).spacing_mm == SpacingMm(2.0, 0.5)


def test_the_base_is_the_frame_itself(grey_frame):
    assert varied(grey_frame, plan("x")[0]) is grey_frame


def test_without_a_window_black_and_white_stay_and_the_levels_between_move():
    frame = grey(np.array([[0, 64, 128, 192, 255]], np.uint8))
    own = frame.rgb[0, :, 0].astype(int)
    lighter, darker, more, less = (varied(frame, tone).rgb[0, :, 0].astype(int) for tone in TONES)
    for levels in (lighter, darker, more, less):
        assert levels[[0, -1]].tolist() == [0, 255]
    assert (lighter[1:-1] > own[1:-1]).all()
    assert (darker[1:-1] < own[1:-1]).all()
    assert more[3] - more[1] > own[3] - own[1] > less[3] - less[1]
    assert np.array_equal(varied(frame, TONES[0]).values, frame.values)


@pytest.mark.parametrize("tone", TONES, ids=lambda tone: tone.code)
def test_no_change_of_tone_puts_a_darker_pixel_above_a_lighter_one(tone):
    ramp = grey(np.arange(256, dtype=np.uint8)[None, :])
    levels = varied(ramp, tone).rgb[0, :, 0].astype(int)
    assert (np.diff(levels) >= 0).all()
    assert np.abs(levels - np.arange(256)).max() > 2


@pytest.fixture
def volume():
    """Numbers from -300 to 300 in a NIfTI file with a window to choose."""
    values = np.linspace(-300, 300, 24 * 20 * 3).reshape(24, 20, 3).astype(np.float32)
    return open_upload(nibabel.Nifti1Image(values, np.eye(4)).to_bytes(), "v.nii")


@pytest.mark.parametrize("origin", ["user", "model", "reading"])
def test_a_window_is_moved_on_the_values_of_the_file(volume, origin):
    window = Window("own", 20, 200, origin)
    frame = volume.frame(1, window)
    wanted = [(0, 200), (40, 200), (20, 180), (20, 220)]
    for tone, (center, width) in zip(TONES, wanted, strict=True):
        other = varied(frame, tone, volume)
        assert other.window.center == pytest.approx(center)
        assert other.window.width == pytest.approx(width)
        again = volume.frame(1, Window("again", center, width, origin))
        assert np.array_equal(other.rgb, again.rgb)
        assert not np.array_equal(other.rgb, frame.rgb)


def test_a_picture_that_is_not_shown_by_its_window_alone_gets_other_levels_instead(volume):
    frame = volume.frame(1, Window("own", 20, 200))
    inverted = replace(frame, rgb=255 - frame.rgb)
    other = varied(inverted, TONES[0], volume)
    assert other.window == frame.window
    assert np.array_equal(other.rgb, varied(inverted, TONES[0]).rgb)
