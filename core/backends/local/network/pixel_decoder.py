"""The pixel decoder: a transformer on the smallest map, then a feature pyramid."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from torch import nn
from torch.nn import functional as F  # noqa: N812 - PyTorch's own name for it

from core.backends.local.network.attention import AttentionStep, FeedForwardStep
from core.backends.local.network.position import sine_positions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from core.backends.local.network.config import NetworkConfig

_GROUPS = 32  # of every GroupNorm, as in detectron2


class Maps(NamedTuple):
    """What the decoder looks at.

    Attributes:
        mask_features: (B, C, H / 4, W / 4); a query's mask is its product with them.
        levels: Three maps (B, C, h, w) at strides 32, 16 and 8.
    """

    mask_features: Tensor
    levels: tuple[Tensor, ...]


class NormedConvolution(nn.Conv2d):
    """A convolution of odd size without bias that keeps the map's size, then a GroupNorm."""

    def __init__(self, channels_in: int, channels_out: int, size: int) -> None:
        super().__init__(channels_in, channels_out, size, padding=size // 2, bias=False)
        self.norm = nn.GroupNorm(_GROUPS, channels_out)

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - the name that Conv2d gave it
        """Map (B, channels_in, H, W) to (B, channels_out, H, W)."""
        normed: Tensor = self.norm(super().forward(input))
        return normed


class EncoderLayer(nn.Module):
    """Self-attention, then a feed-forward step."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.attend = AttentionStep(width)
        self.feed = FeedForwardStep(width, hidden)

    def forward(self, x: Tensor, position: Tensor) -> Tensor:
        """Map (B, N, C) to (B, N, C)."""
        stepped: Tensor = self.feed(self.attend(x, position))
        return stepped


class PixelDecoder(nn.Module):
    """Brings the backbone's maps to one width, and the coarse ones' content to the fine ones."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        width = config.width
        self.input_proj = nn.Conv2d(config.embed_dim << 3, width, 1)
        self.encoder = nn.ModuleList(
            EncoderLayer(width, config.feedforward) for _ in range(config.encoder_layers)
        )
        self.adapter_1 = NormedConvolution(config.embed_dim, width, 1)
        self.adapter_2 = NormedConvolution(config.embed_dim << 1, width, 1)
        self.adapter_3 = NormedConvolution(config.embed_dim << 2, width, 1)
        self.layer_1 = NormedConvolution(width, width, 3)
        self.layer_2 = NormedConvolution(width, width, 3)
        self.layer_3 = NormedConvolution(width, width, 3)
        self.layer_4 = NormedConvolution(width, width, 3)
        self.mask_features = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, maps: Sequence[Tensor]) -> Maps:
        """Decode the backbone's four maps, fine to coarse."""
        fine, middle, coarse, coarsest = maps
        levels = [F.relu(self.layer_4(self._encode(self.input_proj(coarsest))))]
        for map_, adapter, layer in (
            (coarse, self.adapter_3, self.layer_3),
            (middle, self.adapter_2, self.layer_2),
            (fine, self.adapter_1, self.layer_1),
        ):
            enlarged = F.interpolate(levels[-1], size=map_.shape[-2:], mode="nearest")
            levels.append(F.relu(layer(adapter(map_) + enlarged)))
        return Maps(self.mask_features(levels.pop()), tuple(levels))

    def _encode(self, x: Tensor) -> Tensor:
        """Let every pixel of the smallest map look at every other."""
        _, channels, height, width = x.shape
        position = sine_positions(height, width, channels, x.device)
        pixels = x.flatten(2).mT
        for layer in self.encoder:
            pixels = layer(pixels, position)
        encoded: Tensor = pixels.mT.unflatten(2, (height, width))
        return encoded
