"""BiomedParse v1 as a local model: pictures and phrases in, masks out."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

import torch
from torch.nn.utils.rnn import pad_sequence

from core.backends.base import ModelReply
from core.backends.local.network.biomedparse import probabilities
from core.backends.local.network.categories import class_embeddings, classes
from core.backends.local.network.checkpoint import load_network
from core.backends.local.network.pixel_decoder import Maps
from core.backends.local.network.tokenizer import Tokenizer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import Self

    import numpy as np
    import numpy.typing as npt
    from torch import Tensor

    from core.backends.local.network.biomedparse import BiomedParse

_PRECISIONS = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


@dataclass(frozen=True, eq=False)
class PictureEmbedding:
    """The maps of one picture, in the model's precision.

    Attributes:
        maps: Of a batch of one.
        side: Rows and columns of the picture.
    """

    maps: Maps
    side: tuple[int, int]

    @property
    def nbytes(self) -> int:
        """Memory that it takes on the device."""
        return sum(map_.nbytes for map_ in (self.maps.mask_features, *self.maps.levels))


class BiomedParseV1:
    """A network with its weights on one device; one thread at a time may call it.

    Weights are float32. With ``bf16`` or ``fp16`` PyTorch's autocast does convolutions and products
    in half precision; texts, similarities and positions are float32 always.

    Args:
        network: On its device.
        device: Where the network is, as PyTorch names it.
        precision: ``"fp32"``, ``"bf16"`` or ``"fp16"``.
        compile: Compile the part that works on the picture, on its first use.
    """

    name = "BiomedParse v1"

    def __init__(
        self,
        network: BiomedParse,
        *,
        device: str = "cpu",
        precision: str = "fp32",
        compile: bool = False,  # noqa: A002 - PyTorch's own word for it
    ) -> None:
        self.device = device
        self._network = network
        self._dtype = _PRECISIONS[precision]
        # Only the picture's part: its shapes stay, whereas each number of tokens is a new shape.
        self._embed = torch.compile(network.embed) if compile else network.embed
        self._tokenizer = Tokenizer()

    @classmethod
    def load(
        cls,
        path: Path,
        *,
        device: str,
        precision: str,
        compile: bool,  # noqa: A002 - PyTorch's own word for it
    ) -> Self:
        """Read a checkpoint.

        Raises:
            LocalModelMissing: No such file.
            WeightsDamaged: The file is not the whole network.
        """
        network = load_network(path, device)
        return cls(network, device=device, precision=precision, compile=compile)

    @torch.inference_mode()
    def embed(self, pictures: npt.NDArray[np.uint8]) -> list[PictureEmbedding]:
        """Take one batch of pictures through backbone and pixel decoder.

        Args:
            pictures: uint8 (B, H, W, 3), RGB, 0..255; sides divisible by 32, 1024 in the product.
        """
        with self._precisely():
            maps = self._embed(torch.tensor(pictures, device=self.device))
        side = (pictures.shape[1], pictures.shape[2])
        return [
            PictureEmbedding(
                Maps(self._one(maps.mask_features, i), tuple(self._one(m, i) for m in maps.levels)),
                side,
            )
            for i in range(len(pictures))
        ]

    @torch.inference_mode()
    def answer(
        self, embeddings: Sequence[PictureEmbedding], phrases: Sequence[tuple[str, ...]]
    ) -> list[ModelReply]:
        """Look for phrases in pictures that are embedded already.

        Args:
            embeddings: One a picture.
            phrases: What to look for in each picture, at least one each. The phrases of one
                picture see each other; those of different pictures do not.

        Returns:
            One reply per embedding: probabilities uint8 (N, H, W) and the categories.
        """
        decoder = self._network.decoder
        tokens, texts, present = self._read(phrases)
        maps, names = _batch(embeddings), classes()
        with self._precisely():
            queries = decoder(maps, tokens, present).float()
        captions = decoder.captions(queries)
        replies = []
        for row, embedding in enumerate(embeddings):
            best = self._network.similarity(captions[row], texts[row]).argmax(dim=0)
            kinds = self._network.similarity(captions[row][best], self._classes).argmax(dim=1)
            with self._precisely():
                features = embedding.maps.mask_features
                logits = decoder.masks(queries[row, best][None], features)[0]
            masks = probabilities(logits, embedding.side)
            replies.append(
                ModelReply(masks.cpu().numpy(), tuple(names[kind] for kind in kinds.tolist()))
            )
        return replies

    @cached_property
    def _classes(self) -> Tensor:
        """The classes' embeddings, float32 (17, C): 1377 texts, encoded on first use."""
        return class_embeddings(self._network.text, self._tokenizer, self.device)

    def _read(self, phrases: Sequence[tuple[str, ...]]) -> tuple[Tensor, list[Tensor], Tensor]:
        """Encode the phrases of each picture.

        Returns:
            Tokens (B, T, C), zero where a picture has fewer; one (N, C) a picture, a vector a
            phrase; and bool (B, T), which tokens there are.
        """
        cut = self._tokenizer(list(chain.from_iterable(phrases)))
        features = self._network.text(cut.ids.to(self.device), cut.ends.to(self.device))
        counts = [len(row) for row in phrases]
        present = cut.present.to(self.device).split(counts)
        tokens = [t[p] for t, p in zip(features.tokens.split(counts), present, strict=True)]
        there = [torch.ones(len(t), dtype=torch.bool, device=self.device) for t in tokens]
        return (
            pad_sequence(tokens, batch_first=True),
            list(features.phrases.split(counts)),
            pad_sequence(there, batch_first=True),
        )

    def _precisely(self) -> AbstractContextManager[object]:
        """The precision that was asked for."""
        if self._dtype == torch.float32:
            return nullcontext()
        return torch.autocast(torch.device(self.device).type, dtype=self._dtype)

    def _one(self, batch: Tensor, index: int) -> Tensor:
        """One picture of a batch (1, C, h, w), in memory of its own."""
        one = batch[index : index + 1].to(self._dtype)
        return one if len(batch) == 1 else one.clone()


def _batch(embeddings: Sequence[PictureEmbedding]) -> Maps:
    """Put pictures together; a single one is not copied."""
    if len(embeddings) == 1:
        return embeddings[0].maps
    maps = [embedding.maps for embedding in embeddings]
    return Maps(
        torch.cat([m.mask_features for m in maps]),
        tuple(torch.cat(levels) for levels in zip(*(m.levels for m in maps), strict=True)),
    )
