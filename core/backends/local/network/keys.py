"""The official checkpoint's names for our parameters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.backends.local.network.config import HEAD_WIDTH, LEVELS, OFFICIAL, NetworkConfig

if TYPE_CHECKING:
    from collections.abc import Mapping

Shape = tuple[int, ...]

# A pattern in our names and what stands there in the official ones; all that fit apply, in order.
_TABLE = (
    (r"^backbone\.embeddings\.patch_embeddings\.projection", "backbone.patch_embed.proj"),
    (r"^backbone\.embeddings", "backbone.patch_embed"),
    (r"^backbone\.norms\.", "backbone.norm"),
    (r"^backbone\.stages\.(\d+)\.layers", r"backbone.layers.\1.blocks"),
    (r"^backbone\.stages\.(\d+)\.downsample", r"backbone.layers.\1.downsample"),
    (r"\.downsample\.projection", ".downsample.proj"),
    (r"\.modulation\.projection_in", ".modulation.f"),
    (r"\.modulation\.projection_context", ".modulation.h"),
    (r"\.modulation\.projection_out", ".modulation.proj"),
    (r"^pixel_decoder\.encoder", "pixel_decoder.transformer.encoder.layers"),
    (r"\.attend\.attention", ".self_attn"),
    (r"\.attend\.norm", ".norm1"),
    (r"^(pixel_decoder\..*)\.feed\.norm", r"\1.norm2"),
    (r"^(pixel_decoder\..*)\.feed\.", r"\1."),
    (r"^decoder\.layers\.(\d+)\.look", r"decoder.transformer_cross_attention_layers.\1"),
    (r"^decoder\.layers\.(\d+)\.share", r"decoder.transformer_self_attention_layers.\1"),
    (r"^decoder\.layers\.(\d+)\.feed", r"decoder.transformer_ffn_layers.\1"),
    (r"(cross_attention_layers\.\d+)\.attention", r"\1.multihead_attn"),
    (r"(self_attention_layers\.\d+)\.attention", r"\1.self_attn"),
    (r"^pixel_decoder", "sem_seg_head.pixel_decoder"),
    (r"^decoder", "sem_seg_head.predictor"),
    (r"^text\.(lang_proj|logit_scale)", r"sem_seg_head.predictor.lang_encoder.\1"),
    (r"^text", "sem_seg_head.predictor.lang_encoder.lang_encoder"),
)
# A BERT that inference never calls; whether a checkpoint still has it makes no difference.
LEFTOVERS = "sem_seg_head.predictor.lang_encoder.biomed_encoder."


def official(name: str) -> str:
    """What the official checkpoint calls one of our parameters."""
    for pattern, replacement in _TABLE:
        name = re.sub(pattern, replacement, name)
    return name


def unused(config: NetworkConfig) -> dict[str, Shape]:
    """Names and shapes of what the official checkpoint holds and inference with phrases does not.

    They serve points and boxes. A parameter of the same name in the network takes one over, with
    its line here taken out.
    """
    width, predictor = config.width, "sem_seg_head.predictor"
    return {
        "dilation_kernel": (1, 1, 3, 3),
        f"{predictor}.pn_indicator.weight": (2, width),
        **{f"{predictor}.mask_sptial_embed.{level}": (width, width) for level in range(LEVELS)},
        f"{predictor}.spatial_embed.weight": (32, width),
        f"{predictor}.spatial_featured.weight": (32, width),
    }


def config_of(shapes: Mapping[str, Shape]) -> NetworkConfig:
    """Read a network's sizes from the shapes in a checkpoint.

    Where the shapes do not tell, or are as wide as the official network's, it must be the official
    one: a checkpoint that lacks a layer must not pass for a shallower network.
    """
    predictor = "sem_seg_head.predictor"
    blocks = "sem_seg_head.predictor.lang_encoder.lang_encoder.resblocks"
    try:
        found = NetworkConfig(
            embed_dim=shapes["backbone.patch_embed.proj.weight"][0],
            depths=(
                _count(shapes, "backbone.layers.0.blocks"),
                _count(shapes, "backbone.layers.1.blocks"),
                _count(shapes, "backbone.layers.2.blocks"),
                _count(shapes, "backbone.layers.3.blocks"),
            ),
            width=shapes[f"{predictor}.class_embed"][0],
            feedforward=shapes[f"{predictor}.transformer_ffn_layers.0.linear1.weight"][0],
            encoder_layers=_count(shapes, "sem_seg_head.pixel_decoder.transformer.encoder.layers"),
            decoder_layers=_count(shapes, f"{predictor}.transformer_ffn_layers"),
            queries=shapes[f"{predictor}.query_feat.weight"][0],
            text_width=shapes[f"{predictor}.lang_encoder.lang_proj"][0],
            text_layers=_count(shapes, blocks),
        )
    except (KeyError, IndexError):
        return OFFICIAL
    widths = (found.width, found.text_width)
    if OFFICIAL.width in widths or any(width % HEAD_WIDTH or not width for width in widths):
        return OFFICIAL
    return found


def _count(shapes: Mapping[str, Shape], prefix: str) -> int:
    """How many numbered parts there are under a name."""
    return len(
        {name[len(prefix) + 1 :].split(".")[0] for name in shapes if name.startswith(f"{prefix}.")}
    )
