"""What one architecture offers: a picture becomes an embedding, an embedding and phrases a reply.

Version 1 (``network/v1.py``) is one; the second version of the model would be another. Who calls it
(``runner.py``) knows nothing of the network behind it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

    from core.backends.base import ModelReply


class Embedding(Protocol):
    """What the network knows of one picture before any phrase; lives on the device."""

    @property
    def nbytes(self) -> int:
        """Memory that it takes on the device."""
        ...


E = TypeVar("E", bound=Embedding)


class LocalModel(Protocol[E]):
    """A network with its weights, on one device; called by one thread at a time."""

    @property
    def name(self) -> str:
        """What it is called, such as ``"BiomedParse v1"``."""
        ...

    @property
    def device(self) -> str:
        """Where it runs: ``"cpu"``, ``"cuda"``, ``"cuda:1"`` or ``"mps"``."""
        ...

    def embed(self, pictures: npt.NDArray[np.uint8]) -> list[E]:
        """Take one batch of pictures through everything that does not depend on the phrases.

        Args:
            pictures: uint8 (B, 1024, 1024, 3), RGB, 0..255.

        Returns:
            One embedding a picture, in order.
        """
        ...

    def answer(
        self, embeddings: Sequence[E], phrases: Sequence[tuple[str, ...]]
    ) -> list[ModelReply]:
        """Look for phrases in pictures that are embedded already: text and decoder only.

        Args:
            embeddings: One a picture.
            phrases: What to look for in each picture, at least one each; phrases of one picture
                are looked for together and can influence each other.

        Returns:
            One reply per embedding: probabilities uint8 (N, 1024, 1024), ``rint(255 * sigmoid)``
            of the logits brought to 1024 bilinearly, and the categories.
        """
        ...
