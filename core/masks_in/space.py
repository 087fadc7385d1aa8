"""Whether two volumes have the same voxels, however their files store them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import ImageError
from core.imaging.refusals import shown_name

if TYPE_CHECKING:
    import numpy.typing as npt

    from core.imaging.grid import SliceView, VolumeGrid
    from core.masks_in.values import ImageOffer

    Float64 = npt.NDArray[np.float64]
    Values = npt.NDArray[Any]

NO_PLACE = (
    "The mask does not say where its voxels lie; they are taken in the order of the image's file: "
    "check left and right."
)
"""What has to be looked at where a mask has no place of its own."""

# How far voxels of both may lie apart, as a part of the smallest voxel side.
_OFF = 0.1


def order_of(image: VolumeGrid, mask: VolumeGrid, name: str) -> tuple[VolumeGrid, str]:
    """The grid by which to cut a mask's array so that it lies on the image.

    A mask in another array order, such as one that was converted from DICOM, lies on the image
    when the centres of its voxels do: both are then cut by their own grids. A mask that says
    nothing about its place is cut by the image's.

    Args:
        image: Grid of the image.
        mask: Grid of the mask.
        name: Of the mask's file, for sentences.

    Returns:
        The grid, and one sentence to look at or "".

    Raises:
        ImageError: The volumes have other voxels.
    """
    if image.known and mask.known and _congruent(image, mask):
        return mask, ""
    placeless = not (image.known and mask.known) or np.array_equal(mask.affine, np.eye(4))
    if placeless and image.shape == mask.shape:
        return image, NO_PLACE
    if sorted(image.shape) != sorted(mask.shape) or placeless:
        found, wanted = (" × ".join(map(str, grid.shape)) for grid in (mask, image))
        raise ImageError(
            f"{shown_name(name)} has {found} voxels, the image {wanted}.",
            "Give a mask that was drawn on this very volume.",
        )
    raise ImageError(
        f"{shown_name(name)} lies in another place or direction than the image.",
        "Give a mask that was drawn on this very volume, not on another series of the patient.",
    )


def to_shown(plane: Values, view: SliceView, image: ImageOffer) -> Values:
    """Turn a plane as the image is shown.

    Args:
        plane: (A, B) in the order of the file that it was cut from.
        view: The view that it was cut by.
        image: The image.
    """
    shown = view.layout.to_display(plane)
    if image.frame.axis != "stack" or image.grid is None:
        return shown
    # Frames in the order of their file are turned each for itself.
    own = image.grid.view(view.name)
    return image.frame.layout.to_display(own.layout.to_file(shown))


def _congruent(image: VolumeGrid, mask: VolumeGrid) -> bool:
    """Whether the slices of all views are equal in number and size and lie on one another."""
    views = [(view, mask.views[n]) for n, view in enumerate(image.views) if n < len(mask.views)]
    if [a.name for a in image.views] != [b.name for b in mask.views] or not views:
        return False
    mine, other = views[0]
    sides = _shown_shape(image, mine)
    if sides != _shown_shape(mask, other):
        return False
    ends = [(0, 0, 0), *((side - 1) * np.eye(3, dtype=int)[n] for n, side in enumerate(sides))]
    apart = [_place(image, mine, end) - _place(mask, other, end) for end in map(tuple, ends)]
    return bool(np.abs(apart).max() <= _OFF * min(image.zooms))


def _shown_shape(grid: VolumeGrid, view: SliceView) -> tuple[int, int, int]:
    """Slices, rows and columns as shown."""
    first, second = (axis for axis in range(3) if axis != view.along)
    if view.layout.transposed:
        first, second = second, first
    return view.count, grid.shape[first], grid.shape[second]


def _place(grid: VolumeGrid, view: SliceView, at: tuple[int, int, int]) -> Float64:
    """Millimetres, RAS, of a displayed voxel: slice, row, column."""
    index, row, column = at
    _, rows, columns = _shown_shape(grid, view)
    row = rows - 1 - row if view.layout.flip_rows else row
    column = columns - 1 - column if view.layout.flip_columns else column
    plane = [column, row] if view.layout.transposed else [row, column]
    plane.insert(view.along, view.file_index(index))
    place: Float64 = grid.affine[:3] @ [*plane, 1]
    return place
