"""Putting a file of weights in its place: checked first, then renamed, so that none is half."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from core.backends.base import RunControl
from core.batch.lock import only_one
from core.errors import InputError
from core.weights.examine import examine, wanted_hash
from core.weights.folder import make_folder, refusing_full_disk, require_room
from core.weights.place import SUFFIXES
from core.weights.record import keep
from core.weights.stage import Stage, tell_nobody

if TYPE_CHECKING:
    from pathlib import Path

    from core.weights.examine import Expected, Verdict
    from core.weights.hub import Hub
    from core.weights.stage import Tell

_PIECE = 4 << 20


def take_in(
    file: Path,
    place: Path,
    *,
    expected: str | None = None,
    hub: Hub | None = None,
    tell: Tell = tell_nobody,
    control: RunControl | None = None,
) -> Verdict:
    """Copy a file that was downloaded by hand, check the copy, and put it in its place.

    Args:
        file: What was downloaded; it stays where it is.
        place: Where it belongs; what is there is replaced at the end.
        expected: SHA-256 in lower case, when the user knows it.
        hub: To ask for the hash when none is given; None asks nobody.
        tell: Gets how far it is.
        control: Asked whether to stop.

    Raises:
        InputError: There is no such file, it is of another kind than the place is for, or another
            command is at work there.
        WeightsDamaged: It is not the file that it should be.
        ExportError: The disk is full, or cannot be written to.
        Cancelled: The user stopped it.
    """
    control = control or RunControl()
    _refuse(file, place)
    wanted, remarks = wanted_hash(file, expected, hub)
    make_folder(place.parent)
    with only_one(place.parent):
        copy = place.with_name(f"unfinished-{uuid.uuid4().hex[:8]}-{place.name}")
        try:
            require_room(place.parent, file.stat().st_size)
            with refusing_full_disk(place.parent):
                _copy(file, copy, tell, control)
            verdict = settle(copy, place, wanted, tell, control)
        finally:
            copy.unlink(missing_ok=True)
    return replace(verdict, remarks=(*remarks, *verdict.remarks))


def settle(
    part: Path, place: Path, wanted: Expected | None, tell: Tell, control: RunControl
) -> Verdict:
    """Check a file that lies beside its place, and rename it into the place.

    Raises:
        WeightsDamaged: It is not the file that it should be.
        ExportError: The disk refuses.
        Cancelled: The user stopped it.
    """
    verdict = examine(part, wanted, tell, control)
    with refusing_full_disk(place.parent):
        part.replace(place)
    keep(verdict.record, place)
    return verdict


def _refuse(file: Path, place: Path) -> None:
    if not file.is_file():
        raise InputError(
            f"There is no file {file.name}.", "Give the path of the file that you downloaded."
        )
    if file.suffix not in SUFFIXES or file.suffix != place.suffix:
        raise InputError(
            f"The file ends in {file.suffix[:20]!r}, and the place for the weights in "
            f"{place.suffix[:20]!r}.",
            "Give a file of that kind, or set MIP_LOCAL_WEIGHTS to the file itself.",
        )
    if file.resolve() == place.resolve():
        raise InputError(
            "The file is in its place already.", "Check it: python -m core weights --verify"
        )


def _copy(file: Path, target: Path, tell: Tell, control: RunControl) -> None:
    done, total = 0, file.stat().st_size
    with file.open("rb") as source, target.open("xb") as sink:
        while piece := source.read(_PIECE):
            control.checkpoint()
            sink.write(piece)
            done += len(piece)
            tell(Stage("copy", done, total))
