"""The sizes of a BiomedParse v1 network."""

from __future__ import annotations

from dataclasses import dataclass

HEAD_WIDTH = 64  # channels of one attention head, in every transformer of the network
LEVELS = 3  # maps that the decoder looks at: strides 32, 16 and 8


@dataclass(frozen=True)
class NetworkConfig:
    """Sizes that the shapes of the weights tell; the rest of the architecture is fixed.

    Attributes:
        embed_dim: Channels of the backbone's first stage; every further stage has twice as many.
        depths: Blocks in each of the backbone's four stages.
        width: Channels of the pixel decoder, the decoder and the projected text.
        feedforward: Hidden units of their feed-forward layers.
        encoder_layers: Transformer layers of the pixel decoder.
        decoder_layers: Layers of the decoder.
        queries: Object queries of the decoder.
        text_width: Channels of the text encoder.
        text_layers: Layers of the text encoder.
    """

    embed_dim: int
    depths: tuple[int, int, int, int]
    width: int
    feedforward: int
    encoder_layers: int
    decoder_layers: int
    queries: int
    text_width: int
    text_layers: int


# configs/biomedparse_inference.yaml of the public repository microsoft/BiomedParse
OFFICIAL = NetworkConfig(
    embed_dim=192,
    depths=(2, 2, 18, 2),
    width=512,
    feedforward=2048,
    encoder_layers=6,
    decoder_layers=9,
    queries=101,
    text_width=512,
    text_layers=12,
)
