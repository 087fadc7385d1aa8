"""What a file is by its first bytes: a checkpoint, or what is often saved in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import ExportError, WeightsDamaged
from core.weights.official import FILE_NAME, PAGE

if TYPE_CHECKING:
    from pathlib import Path

_LFS_POINTER = b"version https://git-lfs"
_ZIP, _PICKLE = b"PK\x03\x04", b"\x80"
_TELLING = 64


def refuse_other_kinds(file: Path) -> None:
    """Refuse what is no checkpoint by its first bytes.

    A ``.pt`` is a ZIP archive or, from before PyTorch 1.6, a pickle; a ``.safetensors`` begins
    with the length of its header (8 bytes) and the header's brace.

    Raises:
        WeightsDamaged: It is empty, a web page, a pointer to a large file, or something else.
        ExportError: It cannot be read.
    """
    try:
        with file.open("rb") as source:
            start = source.read(_TELLING)
    except OSError as problem:
        raise ExportError(
            f"The file of weights cannot be read: {problem.strerror or 'unknown reason'}.",
            "Check the disk, and who may read the file.",
        ) from None
    if start.startswith(_LFS_POINTER):
        what = "The file is only a pointer to the weights (Git LFS)."
    elif start.lstrip()[:1] == b"<":
        what = "The file is a web page, not a checkpoint."
    elif not start:
        what = "The file is empty."
    elif file.suffix == ".safetensors":
        what = "" if start[8:9] == b"{" else "The file is no safetensors file."
    else:
        what = "" if start.startswith((_ZIP, _PICKLE)) else "The file is no checkpoint of PyTorch."
    if what:
        raise WeightsDamaged(
            what,
            f"Get {FILE_NAME} itself with python -m core weights --download, or from {PAGE} "
            "while you are signed in there.",
        )
