"""From the bytes of a file to frames with the right pixels."""

from core.imaging.budget import Budget, budget_from
from core.imaging.model import (
    Axis,
    Choices,
    Frame,
    Notice,
    Orientation,
    PlaneLayout,
    Upload,
    Window,
)
from core.imaging.opening import open_upload
from core.imaging.windows import MODEL_WINDOWS, READING_WINDOWS

__all__ = [
    "MODEL_WINDOWS",
    "READING_WINDOWS",
    "Axis",
    "Budget",
    "Choices",
    "Frame",
    "Notice",
    "Orientation",
    "PlaneLayout",
    "Upload",
    "Window",
    "budget_from",
    "open_upload",
]
