"""The whole network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 - PyTorch's own name for it

from core.backends.local.network.decoder import Decoder
from core.backends.local.network.focalnet import Backbone
from core.backends.local.network.pixel_decoder import Maps, PixelDecoder
from core.backends.local.network.text import TextEncoder

if TYPE_CHECKING:
    from torch import Tensor

    from core.backends.local.network.config import NetworkConfig

# Grey levels, red, green, blue: INPUT in configs/biomedparse_inference.yaml.
MEAN = (123.675, 116.28, 103.53)
STD = (58.395, 57.12, 57.375)
_GREATEST_SCALE = 100.0  # of similarities, as in CLIP
_EPSILON = 1e-7  # added to the length of a vector before dividing by it


class BiomedParse(nn.Module):
    """BiomedParse v1: SEEM (Zou et al. 2023) on FocalNet, for phrases and one picture."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.backbone = Backbone(config)
        self.pixel_decoder = PixelDecoder(config)
        self.text = TextEncoder(config)
        self.decoder = Decoder(config)

    def embed(self, pictures: Tensor) -> Maps:
        """Everything that does not depend on phrases.

        Args:
            pictures: uint8 (B, H, W, 3), RGB, sides divisible by 32.
        """
        mean, std = (torch.tensor(values, device=pictures.device) for values in (MEAN, STD))
        normal = (pictures.float() - mean) / std
        maps: Maps = self.pixel_decoder(self.backbone(normal.permute(0, 3, 1, 2)))
        return maps

    def similarity(self, captions: Tensor, texts: Tensor) -> Tensor:
        """Compare queries and texts in float32: scaled cosines.

        Args:
            captions: (..., Q, C).
            texts: (..., N, C).

        Returns:
            float32 (..., Q, N).
        """
        scale = self.text.logit_scale.float().exp().clamp(max=_GREATEST_SCALE)
        return scale * unit(captions) @ unit(texts).mT


def unit(vectors: Tensor) -> Tensor:
    """Bring vectors (..., C) to length 1, in float32."""
    lengths: Tensor = vectors.float().norm(dim=-1, keepdim=True)
    return vectors.float() / (lengths + _EPSILON)


def probabilities(logits: Tensor, side: tuple[int, int]) -> Tensor:
    """Masks as the endpoint sends them.

    Args:
        logits: (N, h, w).
        side: Rows and columns of the picture.

    Returns:
        uint8 (N, H, W): 0 is surely outside, 255 surely inside.
    """
    large = F.interpolate(logits[None].float(), side, mode="bilinear")[0]
    return (large.sigmoid_() * 255).round_().to(torch.uint8)
