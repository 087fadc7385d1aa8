"""Figures over slices, on grids of several kinds."""

import numpy as np
import pytest

from core.analysis.levels import Levels
from core.analysis.measure_volume import measure_labels, measure_slices, voxel_ml
from core.imaging.grid import VolumeGrid
from core.imaging.model import Frame
from core.segmentation import PhraseMask, Segmentation
from core.volume_model import Source, VolumeResult

ZOOMS = (1.5, 2.0, 4.0)


@pytest.fixture
def grid():
    return VolumeGrid((40, 36, 20), np.diag([*ZOOMS, 1.0]))


def ball(grid, radius=14.0):
    """Voxels within some millimetres of the middle, bool (I, J, K)."""
    middle = [n // 2 for n in grid.shape]
    distance = sum(
        ((np.arange(n) - m) * zoom).reshape([-1 if a == axis else 1 for a in range(3)]) ** 2
        for axis, (n, m, zoom) in enumerate(zip(grid.shape, middle, ZOOMS, strict=True))
    )
    return distance <= radius**2


def slices_of(grid, volume, axis="axial", indices=None, **names):
    view = grid.view(axis)
    found = {}
    for index in indices if indices is not None else range(view.count):
        plane = view.layout.to_display(volume[grid.slice_key(axis, index)])
        level = np.where(plane, 200, 0).astype(np.uint8)
        frame = Frame(level, np.repeat(level[:, :, None], 3, axis=2), axis=axis, index=index)
        found[index] = Segmentation(frame, (PhraseMask("tumor", None, level),), "demo", "Demo")
    return found


@pytest.mark.parametrize("axis", ["axial", "coronal", "sagittal"])
def test_the_volume_is_that_of_all_voxels_in_whatever_direction_the_slices_run(grid, axis):
    volume = ball(grid)
    (found,) = measure_slices(grid, axis, slices_of(grid, volume, axis))
    assert found.voxels == np.count_nonzero(volume)
    assert found.volume_ml == pytest.approx(np.count_nonzero(volume) * 12.0 / 1000)
    # Within some percent that of the ball itself.
    assert found.volume_ml == pytest.approx(4 / 3 * np.pi * 1.4**3, rel=0.1)
    assert found.diameter == pytest.approx(28, abs=max(ZOOMS))
    assert found.length_unit == "mm"
    view = grid.view(axis)
    assert found.diameter_slice == pytest.approx(view.file_index(view.count // 2), abs=2)
    assert not found.cut_off
    assert found.slices_missing == 0


def test_a_sheared_grid_has_the_volume_of_its_slanted_voxels():
    affine = np.diag([1.0, 1.0, 5.0, 1.0])
    affine[1, 2] = 1.3  # a tilted gantry
    assert voxel_ml(VolumeGrid((9, 9, 9), affine)) == pytest.approx(0.005)


def test_slices_that_were_left_out_are_told_and_not_guessed(grid):
    volume = ball(grid)
    kept = [6, 7, 9, 10, 13]
    (found,) = measure_slices(grid, "axial", slices_of(grid, volume, indices=kept))
    assert found.voxels == np.count_nonzero(volume[:, :, kept])
    assert (found.slices_looked_at, found.slices_missing, found.slices_total) == (5, 3, 20)


def test_a_mask_that_reaches_the_last_slice_that_was_run_is_cut_off(grid):
    volume = ball(grid)
    (found,) = measure_slices(grid, "axial", slices_of(grid, volume, indices=range(11)))
    assert found.cut_off


def test_a_mask_that_reaches_the_end_of_the_volume_itself_is_not():
    grid = VolumeGrid((20, 20, 6), np.eye(4))
    volume = np.zeros(grid.shape, bool)
    volume[5:9, 5:9] = True
    (found,) = measure_slices(grid, "axial", slices_of(grid, volume))
    assert not found.cut_off


def test_without_a_voxel_size_there_are_voxels_and_no_millilitres():
    grid = VolumeGrid((20, 20, 6), np.eye(4), has_spacing=False)
    volume = np.ones(grid.shape, bool)
    (found,) = measure_slices(grid, "axial", slices_of(grid, volume))
    assert found.volume_ml is None
    assert found.length_unit == "px"
    assert found.voxels == 2400


def test_thresholds_and_rule_hold_for_all_slices(grid):
    slices = slices_of(grid, ball(grid))
    (found,) = measure_slices(grid, "axial", slices, Levels({"tumor": 201}))
    assert found.voxels == 0
    assert found.diameter is None
    assert found.slices_with_mask == 0
    assert found.slices_looked_at == 20


def test_the_labels_of_a_whole_volume_measure_the_same_as_its_slices(grid):
    volume = ball(grid)
    labels = np.zeros(grid.shape, np.uint8)
    labels[volume] = 2
    source = Source(grid, 0, native=False, steps=(), sha256="0" * 64)
    result = VolumeResult(labels, ("liver", "tumor"), source, "azure3d", "MedImageParse 3D")
    liver, tumor = measure_labels(result, "coronal")
    (by_slices,) = measure_slices(grid, "coronal", slices_of(grid, volume, "coronal"))
    assert tumor == by_slices
    assert liver.voxels == 0
    assert tumor.volume_ml == pytest.approx(result.millilitres(2))
