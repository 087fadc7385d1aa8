"""Why a file cannot be opened: one sentence with its name, one for what to do."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, TypeVar

from core.errors import (
    ChoiceError,
    DamagedFile,
    EmptyFile,
    TooLarge,
    TooSmall,
    UnknownFormat,
    WorkbenchError,
)
from core.imaging.budget import MEBI, MEGA
from core.imaging.quiet import quiet_libraries

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.imaging.budget import Budget
    from core.imaging.model import Choices

T = TypeVar("T")

MIN_SIDE = 2
"""Fewest rows and columns of a picture; a single row or column has no area to segment."""

_LONGEST_NAME = 120
_SENT_AGAIN = "Copy or download the file again, or export it anew."


def shown_name(name: str) -> str:
    """The file's name as given, without characters that could disturb the sentence.

    Control and format characters (among them those that reverse the writing direction) are
    dropped and a very long name is shortened in its middle.
    """
    kept = "".join(c for c in name if unicodedata.category(c)[0] != "C").strip()
    if len(kept) > _LONGEST_NAME:
        half = _LONGEST_NAME // 2
        kept = f"{kept[:half]}…{kept[-half:]}"
    return kept or "The file"


def read_or_refuse(name: str, read: Callable[[], T]) -> T:
    """Run a reader so that only errors of ours come out of it, and nothing it says is heard.

    The libraries raise almost any class for damaged input, with values of the file in the text.
    Only the class's name is kept, and the original is not chained.

    Args:
        name: The file's name, for the sentence.
        read: Decodes something.

    Raises:
        WorkbenchError: As raised by ``read``.
        TooLarge: Memory ran out.
        DamagedFile: For anything else that ``read`` raises.
    """
    with quiet_libraries():
        try:
            return read()
        except WorkbenchError:
            raise
        except MemoryError:
            kind = ""
        except Exception as problem:  # noqa: BLE001 - see above: third-party decoders, any class
            kind = type(problem).__name__
    if kind:
        raise damaged(name, details=f"The decoder stopped with {kind}.")
    raise TooLarge(
        f"{shown_name(name)} needs more memory than this machine has free.",
        "Close other files, or export a part of it or a smaller size.",
    )


def empty(name: str) -> EmptyFile:
    """The file has no bytes."""
    return EmptyFile(f"{shown_name(name)} is empty (0 bytes).", _SENT_AGAIN)


def unknown(name: str, found: str = "", next_step: str = "") -> UnknownFormat:
    """The content is of no format that is read here; ``found`` says what it is, if known."""
    return UnknownFormat(
        f"{shown_name(name)} is {found or 'not an image in a format that can be read here'}.",
        next_step
        or "Save it as PNG, JPEG, TIFF, GIF, BMP, WebP, DICOM or NIfTI, whatever its extension.",
    )


def damaged(name: str, why: str = "", *, details: str = "") -> DamagedFile:
    """The content cannot be decoded to its end."""
    return DamagedFile(
        f"{shown_name(name)} cannot be decoded: {why or 'it is cut off or damaged'}.",
        _SENT_AGAIN,
        details=details,
    )


def check_file_size(name: str, size: int, budget: Budget) -> None:
    """Refuse a file of no bytes or too many.

    Raises:
        EmptyFile: It has none.
        TooLarge: It has more than the budget.
    """
    if size == 0:
        raise empty(name)
    if size > budget.max_file_bytes:
        raise TooLarge(
            f"{shown_name(name)} has {size / MEBI:.1f} MB; the limit is "
            f"{budget.max_file_bytes / MEBI:.0f} MB.",
            "Export a part of it, a smaller size or single slices, or have the limit raised "
            "(MIP_MAX_FILE_MB).",
        )


def check_picture_size(name: str, width: int, height: int, budget: Budget) -> None:
    """Refuse a picture by the size its header gives, before it is decoded.

    Raises:
        TooSmall: A side is below :data:`MIN_SIDE`.
        TooLarge: More pixels than the budget.
    """
    if min(width, height) < MIN_SIDE:
        raise TooSmall(
            f"{shown_name(name)} is {width} × {height} pixels, which is too small to segment.",
            f"Use a picture with at least {MIN_SIDE} pixels on each side.",
        )
    if width * height > budget.max_pixels:
        raise TooLarge(
            f"{shown_name(name)} is {width} × {height} = {width * height / MEGA:.0f} million "
            f"pixels; the limit is {budget.max_pixels / MEGA:.3g} million.",
            "Export a region or a smaller size of it, or have the limit raised (MIP_MAX_PIXELS).",
        )


def check_decoded_size(name: str, pixels: int, size: int, budget: Budget) -> None:
    """Refuse what has to be decoded as a whole, such as a compressed volume.

    Args:
        name: The file's name.
        pixels: How many pixels or voxels that are.
        size: How many bytes they take in native units.
        budget: The limits.

    Raises:
        TooLarge: It is over the budget.
    """
    if pixels > budget.max_pixels or size > budget.max_decoded_bytes:
        raise TooLarge(
            f"{shown_name(name)} decodes to {pixels / MEGA:.0f} million pixels "
            f"({size / MEBI:.0f} MB); the limit is {budget.max_pixels / MEGA:.3g} million.",
            "Export a part of it or a smaller size, or have the limit raised (MIP_MAX_PIXELS).",
        )


def check_frame_count(name: str, count: int, budget: Budget) -> None:
    """Refuse too many frames.

    Raises:
        TooLarge: There are more than the budget.
    """
    if count > budget.max_frames:
        raise TooLarge(
            f"{shown_name(name)} has at least {count} frames; the limit is {budget.max_frames}.",
            "Split it into parts, or have the limit raised (MIP_MAX_FRAMES).",
        )


def check_choice(what: str, chosen: int, count: int) -> None:
    """Refuse a frame, channel or volume that the file does not have.

    Raises:
        ChoiceError: ``chosen`` is not in 0..count-1.
    """
    if not 0 <= chosen < count:
        raise ChoiceError(
            f"There is no {what} {chosen + 1}: the file has {count}.",
            f"Choose a {what} from 1 to {count}.",
        )


def check_axis(axis: str | None, choices: Choices) -> str:
    """The chosen axis, or the default.

    Raises:
        ChoiceError: The file has no such axis.
    """
    names = [entry.name for entry in choices.axes]
    if axis is None:
        return names[0]
    if axis not in names:
        raise ChoiceError(
            f"The file cannot be browsed along {axis[:20]!r}.", f"Choose {' or '.join(names)}."
        )
    return axis
