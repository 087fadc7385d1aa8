"""What a backend is: one method from pictures and phrases to soft masks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from core.errors import Cancelled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    import numpy.typing as npt

    from core.geometry import Letterbox
    from core.imaging.model import Frame, Notice


@dataclass(frozen=True, eq=False)
class ModelInput:
    """One picture as the model sees it, and the phrases to look for.

    Attributes:
        picture: uint8 (1024, 1024, 3): the letterboxed frame, exactly what is sent.
        phrases: What to look for, at least one.
        frame: Where the picture came from. Only backends that run in this process may read its
            native values; a backend that sends data elsewhere sends ``picture`` and ``phrases``.
        letterbox: How the frame lies in the picture.
    """

    picture: npt.NDArray[np.uint8]
    phrases: tuple[str, ...]
    frame: Frame
    letterbox: Letterbox


@dataclass(frozen=True)
class ModelRecord:
    """How a model of this machine worked, as far as that can change masks.

    Attributes:
        weights_sha256: SHA-256 (hex) of the file of weights from its last check, or None when it
            was never checked, or changed since.
        device: Where it ran, such as ``"cpu"``.
        precision: ``"fp32"``, ``"bf16"`` or ``"fp16"``.
        compiled: Whether the network was compiled.
        one_phrase: Whether each phrase was looked for by itself.
        torch: Version of PyTorch.
    """

    weights_sha256: str | None
    device: str
    precision: str
    compiled: bool
    one_phrase: bool
    torch: str


@dataclass(frozen=True, eq=False)
class ModelReply:
    """What the model answered for one picture.

    Attributes:
        probabilities: uint8 (N, 1024, 1024), one soft mask a phrase in the order of the phrases;
            128 and above is foreground.
        categories: The predicted category of each phrase, or None where the model gave none.
        notices: What the user should know about the answer.
        record: How it came about, where the model ran in this process.
    """

    probabilities: npt.NDArray[np.uint8]
    categories: tuple[str | None, ...]
    notices: tuple[Notice, ...] = ()
    record: ModelRecord | None = None


@dataclass(frozen=True)
class Waiting:
    """The backend waits before it tries again, or for a free place.

    Attributes:
        reason: One plain sentence.
        seconds_left: How long until the next try, or None when nobody knows.
    """

    reason: str
    seconds_left: float | None


def _ignore(_waiting: Waiting) -> None:
    """Tell nobody."""


def _go_on() -> None:
    """Tell nobody."""


def _never() -> bool:
    """Nobody asks to stop."""
    return False


@dataclass(frozen=True)
class RunControl:
    """How a long call talks to whoever started it.

    Attributes:
        on_wait: Called about once a second while a retry or a free place is being waited for.
        is_cancelled: Asked at every safe point; True ends the call with :class:`Cancelled`.
        on_resume: Called when a wait is over.
    """

    on_wait: Callable[[Waiting], None] = field(default=_ignore)
    is_cancelled: Callable[[], bool] = field(default=_never)
    on_resume: Callable[[], None] = field(default=_go_on)

    def checkpoint(self) -> None:
        """Raise :class:`Cancelled` when the user has asked to stop."""
        if self.is_cancelled():
            raise Cancelled


class Backend(Protocol):
    """A model that can be asked."""

    @property
    def name(self) -> str:
        """``"demo"``, ``"azure"`` or ``"local"``."""
        ...

    @property
    def label(self) -> str:
        """What the page and every export call it."""
        ...

    @property
    def max_rows(self) -> int:
        """How many pictures one call may carry."""
        ...

    @property
    def workers(self) -> int:
        """How many calls at once make it faster."""
        ...

    @property
    def leaves_machine(self) -> bool:
        """True when pictures are sent to another computer."""
        ...

    def segment(
        self, inputs: Sequence[ModelInput], control: RunControl | None = None
    ) -> list[ModelReply]:
        """Ask the model.

        Args:
            inputs: Between 1 and ``max_rows`` pictures with their phrases.
            control: Countdown and cancel; None runs to the end.

        Returns:
            One reply per input, in order.

        Raises:
            BackendError: The model could not answer.
            Cancelled: The user stopped the run.
        """
        ...
