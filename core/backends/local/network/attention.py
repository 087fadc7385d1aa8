"""The transformer parts that the pixel decoder, the text encoder and the decoder share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 - PyTorch's own name for it

from core.backends.local.network.config import HEAD_WIDTH

if TYPE_CHECKING:
    from torch import Tensor


class Attention(nn.Module):
    """Multi-head attention with the parameter names of ``torch.nn.MultiheadAttention``."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.heads = width // HEAD_WIDTH
        self.in_proj_weight = nn.Parameter(torch.empty(3 * width, width))
        self.in_proj_bias = nn.Parameter(torch.empty(3 * width))
        self.out_proj = nn.Linear(width, width)

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        *,
        mask: Tensor | None = None,
        causal: bool = False,
    ) -> Tensor:
        """Let every query gather values.

        Args:
            query: (B, Q, C).
            key: (B, K, C).
            value: (B, K, C).
            mask: bool, broadcast to (B, heads, Q, K); False where a query must not look.
            causal: Let position i look at positions 0..i only.

        Returns:
            (B, Q, C).
        """
        weights, biases = self.in_proj_weight.chunk(3), self.in_proj_bias.chunk(3)
        q, k, v = (
            F.linear(x, weight, bias).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for x, weight, bias in zip((query, key, value), weights, biases, strict=True)
        )
        gathered = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=causal)
        mixed: Tensor = self.out_proj(gathered.transpose(1, 2).flatten(2))
        return mixed


class AttentionStep(nn.Module):
    """Attention with positions added to queries and keys, a residual, then a LayerNorm."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.attention = Attention(width)
        self.norm = nn.LayerNorm(width)

    def forward(
        self,
        x: Tensor,
        position: Tensor,
        *,
        memory: tuple[Tensor, Tensor] | None = None,
        mask: Tensor | None = None,
    ) -> Tensor:
        """Attend to a memory, or to oneself where there is none.

        Args:
            x: (B, Q, C).
            position: Added to ``x`` for the comparison only; broadcasts to it.
            memory: (B, K, C), and its positions, which broadcast to it.
            mask: As ``Attention`` takes it.

        Returns:
            (B, Q, C).
        """
        query = x + position
        key, value = (query, x) if memory is None else (memory[0] + memory[1], memory[0])
        stepped: Tensor = self.norm(x + self.attention(query, key, value, mask=mask))
        return stepped


class FeedForwardStep(nn.Module):
    """Two linear layers with a ReLU between them, a residual, then a LayerNorm."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.linear1 = nn.Linear(width, hidden)
        self.linear2 = nn.Linear(hidden, width)
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor) -> Tensor:
        """Work on every position by itself: (B, Q, C) to (B, Q, C)."""
        stepped: Tensor = self.norm(x + self.linear2(F.relu(self.linear1(x))))
        return stepped
