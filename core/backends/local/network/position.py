"""Where a pixel of a map is, as sines and cosines."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor

TEMPERATURE = 10_000.0  # "Attention is all you need", section 3.5
_EPSILON = 1e-6  # DETR divides by the length plus this


def sine_positions(height: int, width: int, channels: int, device: torch.device) -> Tensor:
    """Positions of every pixel: rows in the first half of the channels, columns in the second.

    Rows and columns are counted from 1 and scaled to end at 2 pi, as DETR does (Carion et al. 2020,
    appendix A.4); sines and cosines take turns, two channels a frequency.

    Returns:
        float32 (height * width, channels), rows first, whatever the network's precision is.
    """
    half = channels // 2
    powers = torch.arange(0, half, 2, dtype=torch.float32, device=device) / half
    rows, columns = (
        _waves(length, TEMPERATURE**powers, device=device) for length in (height, width)
    )
    return torch.cat(
        [rows[:, None].expand(-1, width, -1), columns[None].expand(height, -1, -1)], dim=-1
    ).flatten(0, 1)


def _waves(length: int, periods: Tensor, device: torch.device) -> Tensor:
    """Sine and cosine of every place along one side: (length, 2 * periods)."""
    places = torch.arange(1, length + 1, dtype=torch.float32, device=device)
    angles = (places / (length + _EPSILON) * (2 * math.pi))[:, None] / periods
    return torch.stack((angles.sin(), angles.cos()), dim=-1).flatten(1)
