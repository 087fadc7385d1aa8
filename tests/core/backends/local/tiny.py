"""A BiomedParse v1 network small enough for every test, with weights from a seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from core.backends.local.network.biomedparse import BiomedParse
from core.backends.local.network.config import NetworkConfig
from core.backends.local.network.keys import official, unused
from core.backends.local.network.v1 import BiomedParseV1

if TYPE_CHECKING:
    from pathlib import Path

TINY = NetworkConfig(
    embed_dim=8,
    depths=(1, 1, 2, 1),
    width=64,
    feedforward=64,
    encoder_layers=1,
    decoder_layers=3,
    queries=11,
    text_width=64,
    text_layers=1,
)


def tiny_network(seed: int = 0, config: NetworkConfig = TINY) -> BiomedParse:
    """Fill a network with noise of about the size that trained weights have."""
    with torch.device("meta"):
        network = BiomedParse(config)
    generator = torch.Generator().manual_seed(seed)
    state = {}
    for name, parameter in network.state_dict().items():
        noise = torch.randn(parameter.shape, generator=generator)
        if noise.ndim >= 2:
            state[name] = noise / noise[0].numel() ** 0.5
        else:
            state[name] = 0.1 * noise + (1.0 if name.endswith("weight") else 0.0)
    network.load_state_dict(state, assign=True)
    return network.eval().requires_grad_(requires_grad=False)


def tiny_model(seed: int = 0, *, precision: str = "fp32") -> BiomedParseV1:
    """A model on the CPU that takes pictures of 1024 by 1024 in well under a second."""
    return BiomedParseV1(tiny_network(seed), precision=precision)


def tiny_tensors(seed: int = 0) -> dict[str, torch.Tensor]:
    """The same weights under the official names, with what inference does not use."""
    network = tiny_network(seed)
    held = {official(name): tensor for name, tensor in network.state_dict().items()}
    return held | {name: torch.zeros(shape) for name, shape in unused(network.config).items()}


def write_tiny_checkpoint(path: Path, seed: int = 0) -> Path:
    """Write a PyTorch file as the official one is, in tiny shapes; ``load`` reads it."""
    torch.save(tiny_tensors(seed), path)
    return path
