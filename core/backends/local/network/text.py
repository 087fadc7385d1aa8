"""The text encoder: a causal transformer over byte pairs, as in CLIP (Radford et al. 2021)."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import nn
from transformers.activations import QuickGELUActivation

from core.backends.local.network.attention import Attention
from core.backends.local.network.tokenizer import CONTEXT, VOCABULARY

if TYPE_CHECKING:
    from torch import Tensor

    from core.backends.local.network.config import NetworkConfig

_EPSILON = 1e-12  # of every LayerNorm here


class TextFeatures(NamedTuple):
    """Texts as the decoder takes them.

    Attributes:
        tokens: (N, L, C), one vector a token; what comes after a text's end means nothing.
        phrases: (N, C), one vector a text: that of its end token.
    """

    tokens: Tensor
    phrases: Tensor


class TextLayer(nn.Module):
    """Causal self-attention and a feed-forward step, each behind a LayerNorm."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.ln_1 = nn.LayerNorm(width, eps=_EPSILON)
        self.attn = Attention(width)
        self.ln_2 = nn.LayerNorm(width, eps=_EPSILON)
        self.mlp = nn.Sequential(
            OrderedDict(
                c_fc=nn.Linear(width, 4 * width),
                gelu=QuickGELUActivation(),
                c_proj=nn.Linear(4 * width, width),
            )
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, L, C) to (N, L, C)."""
        normed = self.ln_1(x)
        x = x + self.attn(normed, normed, normed, causal=True)
        fed: Tensor = x + self.mlp(self.ln_2(x))
        return fed


class TextEncoder(nn.Module):
    """Turns the ids of tokens into vectors that can be compared with the decoder's queries."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        width = config.text_width
        self.token_embedding = nn.Embedding(VOCABULARY, width)
        self.positional_embedding = nn.Parameter(torch.empty(CONTEXT, width))
        self.resblocks = nn.ModuleList(TextLayer(width) for _ in range(config.text_layers))
        self.ln_final = nn.LayerNorm(width, eps=_EPSILON)
        self.lang_proj = nn.Parameter(torch.empty(width, config.width))
        self.logit_scale = nn.Parameter(torch.empty(()))

    def forward(self, ids: Tensor, ends: Tensor) -> TextFeatures:
        """Encode texts.

        No token sees what comes after it, so that ids need not be padded to the full context.

        Args:
            ids: int64 (N, L), L at most 77.
            ends: int64 (N,), where each text's end token stands.
        """
        x = self.token_embedding(ids) + self.positional_embedding[: ids.shape[1]]
        for block in self.resblocks:
            x = block(x)
        tokens = self.ln_final(x) @ self.lang_proj
        return TextFeatures(tokens, tokens[torch.arange(len(ends), device=ends.device), ends])
