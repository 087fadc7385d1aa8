"""Which pictures a TIFF file holds: pages, channels, and what is left out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import tifffile

from core.geometry import SpacingMm
from core.imaging.refusals import check_decoded_size, check_frame_count, check_picture_size, damaged

if TYPE_CHECKING:
    from core.imaging.budget import Budget

# Bits of NewSubfileType: a reduced copy, a transparency mask.
_REDUCED, _MASK = 1, 4
# A page with at most this part of the largest page's pixels is a thumbnail.
_THUMBNAIL = 0.25
_PHYSICAL_SIZE = re.compile(r'PhysicalSize([XY])(Unit)?="([^"]{1,24})"')
_MICROMETRES = frozenset({"µm", "μm", "um", "micron", "microns", "\\u00B5m", "micrometer"})
_MM_OF_UNIT = {**dict.fromkeys(_MICROMETRES, 1e-3), "nm": 1e-6, "mm": 1.0, "cm": 10.0}


@dataclass(frozen=True)
class PageRef:
    """One grey or colour picture of a file, or one channel of a picture.

    Attributes:
        pages: Index of the page of every channel; one entry where a page is the whole picture.
        samples: Number of samples of a page, of which one is shown at a time; 1 when a page is
            shown as a whole.
    """

    pages: tuple[int, ...]
    samples: int = 1

    @property
    def channels(self) -> int:
        """How many channels there are to choose from."""
        return max(len(self.pages), self.samples)


@dataclass(frozen=True)
class TiffContents:
    """What a file holds.

    Attributes:
        frames: Pictures in order.
        left_out: Number of thumbnails and masks.
        spacing_mm: From ImageJ or OME metadata, or None.
    """

    frames: tuple[PageRef, ...]
    left_out: int
    spacing_mm: SpacingMm | None


def read_contents(tif: tifffile.TiffFile, size: int, name: str, budget: Budget) -> TiffContents:
    """List the pictures of a file without decoding any.

    Args:
        tif: The opened file.
        size: Its length in bytes.
        name: Its name, for sentences.
        budget: The limits for every page.

    Raises:
        DamagedFile: Pixels lie behind the end of the file, or there are none.
        TooLarge: There are too many pages, or one is too large.
        TooSmall: The largest page has a single row or column.
    """
    pages = _count_pages(tif, name, budget)
    kept = [n for n, page in enumerate(pages) if not page.subfiletype & (_REDUCED | _MASK)]
    kept = kept or list(range(len(pages)))
    largest = max(_area(pages[n]) for n in kept)
    kept = [n for n in kept if _area(pages[n]) > _THUMBNAIL * largest]
    for n in kept:
        _check_page(pages[n], size, name, budget)
    frames = [PageRef(group, _samples(pages[group[0]])) for group in _by_channel(tif, kept)]
    return TiffContents(tuple(frames), len(pages) - len(kept), _spacing(tif))


def is_colour(page: tifffile.TiffPage) -> bool:
    """True when the first three samples are one colour: RGB, CMYK, YCbCr or Lab."""
    return page.samplesperpixel in (3, 4) and page.photometric in _COLOURS


_COLOURS = frozenset(
    {
        tifffile.PHOTOMETRIC.RGB,
        tifffile.PHOTOMETRIC.SEPARATED,
        tifffile.PHOTOMETRIC.YCBCR,
        tifffile.PHOTOMETRIC.CIELAB,
        tifffile.PHOTOMETRIC.ICCLAB,
    }
)


def has_alpha(page: tifffile.TiffPage) -> bool:
    """True when the last sample is transparency."""
    extra = page.extrasamples
    alpha = (tifffile.EXTRASAMPLE.ASSOCALPHA, tifffile.EXTRASAMPLE.UNASSALPHA)
    return bool(extra) and page.samplesperpixel in (2, 4) and extra[-1] in alpha


def _count_pages(tif: tifffile.TiffFile, name: str, budget: Budget) -> list[tifffile.TiffPage]:
    pages: list[tifffile.TiffPage] = []
    for page in tif.pages:
        pages.append(page.aspage() if isinstance(page, tifffile.TiffFrame) else page)
        check_frame_count(name, len(pages), budget)
    if not pages:
        raise damaged(name, "it has no page")
    return pages


def _area(page: tifffile.TiffPage) -> int:
    return int(page.imagewidth) * int(page.imagelength)


def _check_page(page: tifffile.TiffPage, size: int, name: str, budget: Budget) -> None:
    width, height = int(page.imagewidth), int(page.imagelength)
    check_picture_size(name, width, height, budget)
    samples = max(1, int(page.samplesperpixel)) * max(1, int(page.imagedepth))
    item = max(1, (int(page.bitspersample) + 7) // 8)
    check_decoded_size(name, width * height, width * height * samples * item, budget)
    ends = zip(page.dataoffsets, page.databytecounts, strict=False)
    if not page.dataoffsets or any(offset + count > size for offset, count in ends):
        raise damaged(name, "it ends before its pixels do")
    if page.imagedepth > 1:
        raise damaged(name, "its pages are volumes, which TIFF readers do not agree on")


def _samples(page: tifffile.TiffPage) -> int:
    """Samples that are channels to choose from, not a colour or transparency."""
    count = int(page.samplesperpixel)
    if is_colour(page) or count == 1:
        return 1
    return 1 if count == 2 and has_alpha(page) else count


def _by_channel(tif: tifffile.TiffFile, kept: list[int]) -> list[tuple[int, ...]]:
    """Pages that are channels of one picture together, as ImageJ and OME stacks say."""
    alone: list[tuple[int, ...]] = [(page,) for page in kept]
    if len(tif.series) != 1:
        return alone
    series = tif.series[0]
    outer = [n for n, axis in enumerate(series.axes) if axis not in "YXS"]
    shape = [int(series.shape[n]) for n in outer]
    names = [series.axes[n] for n in outer]
    if "C" not in names or int(np.prod(shape)) != len(kept):
        return alone
    order = np.moveaxis(np.array(kept).reshape(shape), names.index("C"), -1)
    return [tuple(int(page) for page in group) for group in order.reshape(-1, order.shape[-1])]


def _spacing(tif: tifffile.TiffFile) -> SpacingMm | None:
    """Pixel size where software for microscopes wrote it; resolution tags alone are for print."""
    if tif.ome_metadata:
        return _ome_spacing(tif.ome_metadata)
    meta = tif.imagej_metadata
    unit = str(meta.get("unit", "")) if meta else ""
    scale = _MM_OF_UNIT.get(unit)
    if scale is None:
        return None
    sides = [_resolution(tif.pages.first.aspage(), tag) for tag in ("YResolution", "XResolution")]
    return SpacingMm(scale / sides[0], scale / sides[1]) if all(sides) else None


def _resolution(page: tifffile.TiffPage, tag: str) -> float:
    """Pixels per unit, or 0."""
    entry = page.tags.get(tag)
    value = entry.value if entry is not None else None
    if not isinstance(value, tuple) or len(value) != 2 or not value[1] or value[0] <= 0:
        return 0.0
    return float(value[0]) / float(value[1])


def _ome_spacing(xml: str) -> SpacingMm | None:
    sizes: dict[str, float] = {}
    units = {"X": "µm", "Y": "µm"}
    for axis, is_unit, text in _PHYSICAL_SIZE.findall(xml[:100_000])[:8]:
        if is_unit:
            units[axis] = text
        else:
            sizes.setdefault(axis, _positive(text))
    scales = [_MM_OF_UNIT.get(units[axis], 0.0) * sizes.get(axis, 0.0) for axis in "YX"]
    return SpacingMm(scales[0], scales[1]) if all(scales) else None


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        return 0.0
    return number if 0 < number < np.inf else 0.0
