"""Where this program keeps what belongs to the user of this machine: reviews, weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import platformdirs

if TYPE_CHECKING:
    from pathlib import Path


def data_folder(chosen: Path | None) -> Path:
    """The folder that the operator has set, else the usual one of the user.

    Args:
        chosen: What ``MIP_DATA_FOLDER`` says, or None.

    Returns:
        The folder; it need not be there yet.
    """
    return chosen or platformdirs.user_data_path("medimageparse-workbench", appauthor=False)
