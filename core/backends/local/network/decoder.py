"""The decoder: object queries look at the picture and at the phrases, and become masks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 - PyTorch's own name for it

from core.backends.local.network.attention import AttentionStep, FeedForwardStep
from core.backends.local.network.config import LEVELS
from core.backends.local.network.position import sine_positions

if TYPE_CHECKING:
    from torch import Tensor

    from core.backends.local.network.config import NetworkConfig
    from core.backends.local.network.pixel_decoder import Maps


class DecoderLayer(nn.Module):
    """Queries look at one map, then queries and tokens at each other."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.look = AttentionStep(width)
        self.share = AttentionStep(width)
        self.feed = FeedForwardStep(width, hidden)

    def forward(
        self,
        queries: Tensor,
        tokens: Tensor,
        *,
        places: Tensor,
        pixels: tuple[Tensor, Tensor],
        inside: Tensor,
        visible: Tensor,
    ) -> tuple[Tensor, Tensor]:
        """Take one step.

        Args:
            queries: (B, Q, C).
            tokens: (B, T, C).
            places: (B, Q + T, C), positions of the queries and the tokens.
            pixels: A map (B, h * w, C) and its positions (h * w, C).
            inside: bool (B, 1, Q, h * w), the pixels that a query looks at.
            visible: bool (B, 1, 1, Q + T), what queries and tokens look at.

        Returns:
            Queries and tokens, as they came.
        """
        count = queries.shape[1]
        queries = self.look(queries, places[:, :count], memory=pixels, mask=inside)
        both = self.feed(self.share(torch.cat([queries, tokens], dim=1), places, mask=visible))
        return both[:, :count], both[:, count:]


class MaskHead(nn.Module):
    """Three linear layers with ReLUs between them."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(width, width) for _ in range(3))

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, Q, C) to (B, Q, C)."""
        first, second, third = self.layers
        mapped: Tensor = third(F.relu(second(F.relu(first(x)))))
        return mapped


class Decoder(nn.Module):
    """Mask2Former's masked attention (Cheng et al. 2022), with the phrases' tokens beside."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        width = config.width
        self.query_feat = nn.Embedding(config.queries, width)
        self.query_embed = nn.Embedding(config.queries, width)
        self.level_embed = nn.Embedding(LEVELS, width)
        self.layers = nn.ModuleList(
            DecoderLayer(width, config.feedforward) for _ in range(config.decoder_layers)
        )
        self.decoder_norm = nn.LayerNorm(width)
        self.mask_embed = MaskHead(width)
        self.class_embed = nn.Parameter(torch.empty(width, width))

    def forward(self, maps: Maps, tokens: Tensor, present: Tensor) -> Tensor:
        """Look for phrases in pictures.

        Args:
            maps: Of B pictures.
            tokens: (B, T, C), the tokens of all phrases of a picture, one phrase after another.
            present: bool (B, T), False where a picture has fewer tokens than others: those are
                seen by nobody.

        Returns:
            (B, Q, C): the queries, normalised, for ``masks`` and ``captions``.
        """
        queries = self.query_feat.weight.expand(len(tokens), -1, -1)
        # A token's place is what it was before the first layer.
        places = torch.cat([self.query_embed.weight.expand_as(queries), tokens], dim=1)
        visible = F.pad(present, (queries.shape[1], 0), value=True)[:, None, None]
        levels = [self._level(index, level) for index, level in enumerate(maps.levels)]
        # Resizing is linear, so the features of masks are resized once instead of each mask.
        small = [
            F.interpolate(maps.mask_features, level.shape[-2:], mode="bilinear")
            for level in maps.levels
        ]
        for index, layer in enumerate(self.layers):
            queries, tokens = layer(
                queries,
                tokens,
                places=places,
                pixels=levels[index % LEVELS],
                inside=self._inside(queries, small[index % LEVELS]),
                visible=visible,
            )
        normed: Tensor = self.decoder_norm(queries)
        return normed

    def captions(self, queries: Tensor) -> Tensor:
        """What each query shows, to be compared with phrases: (B, Q, C) to (B, Q, C)."""
        return queries @ self.class_embed

    def masks(self, queries: Tensor, mask_features: Tensor) -> Tensor:
        """Logits of each query's mask: (B, Q, C) and (B, C, h, w) to (B, Q, h, w)."""
        return torch.einsum("bqc,bchw->bqhw", self.mask_embed(queries), mask_features)

    def _level(self, index: int, level: Tensor) -> tuple[Tensor, Tensor]:
        """One map as pixels (B, h * w, C), and their positions (h * w, C)."""
        pixels = level.flatten(2).mT + self.level_embed.weight[index]
        channels, height, width = level.shape[1:]
        return pixels, sine_positions(height, width, channels, level.device)

    def _inside(self, queries: Tensor, mask_features: Tensor) -> Tensor:
        """Where a query looks: inside its mask of now, or everywhere where that is empty.

        Returns:
            bool (B, 1, Q, h * w).
        """
        inside = self.masks(self.decoder_norm(queries), mask_features).flatten(2) >= 0
        return (inside | ~inside.any(dim=-1, keepdim=True))[:, None]
