"""The backbone: FocalNet (Yang et al., "Focal Modulation Networks", 2022), of transformers' parts.

transformers returns the maps before downsampling with the wrong sizes, so its stages are walked
here; each map gets a LayerNorm of its own, as backbones for dense prediction do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from torch import nn
from transformers import FocalNetConfig
from transformers.models.focalnet.modeling_focalnet import FocalNetEmbeddings, FocalNetStage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from torch import Tensor

    from core.backends.local.network.config import NetworkConfig


class Backbone(nn.Module):
    """Four maps of a picture, strides 4, 8, 16 and 32."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        channels = [config.embed_dim << stage for stage in range(len(config.depths))]
        parts = FocalNetConfig(
            embed_dim=config.embed_dim,
            hidden_sizes=channels,
            depths=list(config.depths),
            focal_levels=[4] * len(channels),
            focal_windows=[3] * len(channels),
            drop_path_rate=0.0,
            use_conv_embed=True,
            use_layerscale=True,
            use_post_layernorm=True,
            normalize_modulator=True,
        )
        # The parts ask for the picture's size but do not use it where patches are convolutions.
        self.embeddings = FocalNetEmbeddings(parts)
        self.stages = nn.ModuleList(
            FocalNetStage(parts, stage, self.embeddings.patch_grid)
            for stage in range(len(channels))
        )
        self.norms = nn.ModuleList(nn.LayerNorm(count) for count in channels)

    def forward(self, pictures: Tensor) -> list[Tensor]:
        """Turn normalised pictures into maps.

        Args:
            pictures: (B, 3, H, W), H and W divisible by 32.

        Returns:
            (B, C, H / 4, W / 4) with C channels, then twice the channels at half the size, and
            so on: four maps.
        """
        maps = []
        x, size = self.embeddings(pictures)
        stages = cast("Iterable[FocalNetStage]", self.stages)
        for stage, norm in zip(stages, self.norms, strict=True):
            for layer in stage.layers:
                x = layer(x, size)
            maps.append(norm(x).mT.unflatten(2, size))
            if stage.downsample is not None:
                x, size = stage.downsample(x.mT.unflatten(2, size))
        return maps
