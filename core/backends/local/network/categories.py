"""The categories that the network tells of a mask, as text embeddings."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from core.backends.local.network.biomedparse import unit
from core.prompts.vocabulary import vocabulary

if TYPE_CHECKING:
    from torch import Tensor

    from core.backends.local.network.text import TextEncoder
    from core.backends.local.network.tokenizer import Tokenizer


def classes() -> tuple[str, ...]:
    """The sixteen categories in the order of training, then the background."""
    return (*vocabulary().categories, "background")


@cache
def templates() -> tuple[str, ...]:
    """The bare name, then the 80 prompts of CLIP's ImageNet experiments, as in training."""
    file = Path(__file__).with_name("prompt_templates.txt")
    return tuple(file.read_text("utf-8").splitlines())


def class_embeddings(encoder: TextEncoder, tokenizer: Tokenizer, device: str) -> Tensor:
    """One vector a class: the mean over all templates, brought to length 1.

    Returns:
        float32 (17, C).
    """
    return torch.stack([_embedding(encoder, tokenizer, name, device) for name in classes()])


def _embedding(encoder: TextEncoder, tokenizer: Tokenizer, name: str, device: str) -> Tensor:
    tokens = tokenizer([template.format(name) for template in templates()])
    features = encoder(tokens.ids.to(device), tokens.ends.to(device))
    return unit(unit(features.phrases).mean(dim=0))
