"""How long the local model takes, and how much memory: ``python bench/local.py``.

The full-size network with weights from a seed, which cost what the real ones do, or with
``--weights FILE`` the checkpoint itself. Everything goes through the runner, as in the product.
"""

from __future__ import annotations

import argparse
import platform
import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median_low
from typing import TYPE_CHECKING

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from core.backends.base import ModelInput, RunControl
from core.backends.local import LocalRunner
from core.backends.local.device import Placement, place
from core.backends.local.loading import Loaded, load_model
from core.backends.local.network.biomedparse import BiomedParse
from core.backends.local.network.config import OFFICIAL
from core.backends.local.network.v1 import BiomedParseV1
from core.geometry import Letterbox
from core.imaging.model import Frame
from core.settings import LocalSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PHRASES = ("liver", "left kidney", "spleen", "tumor", "aorta", "pancreas", "stomach", "gallbladder")


def random_model(placement: Placement) -> BiomedParseV1:
    """The full-size network with noise for weights."""
    with torch.device("meta"):
        network = BiomedParse(OFFICIAL)
    generator = torch.Generator().manual_seed(0)
    state = {}
    for name, parameter in network.state_dict().items():
        noise = torch.randn(parameter.shape, generator=generator)
        if noise.ndim >= 2:
            state[name] = noise / noise[0].numel() ** 0.5
        else:
            state[name] = 0.1 * noise + (1.0 if name.endswith("weight") else 0.0)
        state[name] = state[name].to(placement.device)
    network.load_state_dict(state, assign=True)
    network.eval().requires_grad_(requires_grad=False)
    return BiomedParseV1(
        network,
        device=placement.device,
        precision=placement.precision,
        compile=placement.compiled,
    )


def picture(seed: int) -> Frame:
    """A picture of noise."""
    rgb = np.random.default_rng(seed).integers(0, 256, (1024, 1024, 3), np.uint8)
    return Frame(values=rgb, rgb=rgb)


def question(seed: int, phrases: Sequence[str]) -> ModelInput:
    """A picture and phrases as the model gets them."""
    frame = picture(seed)
    return ModelInput(frame.rgb, tuple(phrases), frame, Letterbox.fit(1024, 1024))


@dataclass(frozen=True, order=True)
class Cost:
    """What one call has cost.

    Attributes:
        seconds: On the clock, which other programs make longer.
        processor: Seconds of all cores together, which they hardly do.
    """

    seconds: float
    processor: float

    def __str__(self) -> str:
        return f"{self.seconds:.2f} s, {self.processor:.1f} s of processor time"


def cost(work: Callable[[], object]) -> Cost:
    """Do something, and say what it has cost."""
    started, worked = time.perf_counter(), time.process_time()
    work()
    return Cost(time.perf_counter() - started, time.process_time() - worked)


def resident_gb() -> float:
    """Most memory that the process has had so far."""
    unit = 1 if platform.system() == "Darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9


def measure(runner: LocalRunner, repeats: int, rows: int) -> None:
    """Ask, and print what it took."""

    def ask(*inputs: ModelInput) -> Cost:
        return cost(lambda: runner.segment(inputs, "bench", RunControl()))

    print(
        f"first call, with loading and the texts of the categories: {ask(question(0, PHRASES[:2]))}"
    )
    new = median_low([ask(question(n, PHRASES[:2])) for n in range(1, repeats + 1)])
    print(f"new picture, 2 phrases: {new}")
    for count in (1, 2, 8):
        kept = median_low([ask(question(repeats, PHRASES[:count])) for _ in range(repeats)])
        gain = f"{new.seconds / kept.seconds:.1f} and {new.processor / kept.processor:.1f}"
        print(f"same picture, {count} phrases: {kept}; {gain} times less than a new one with 2")
    if rows > 1:
        batch = [question(100 + n, PHRASES[:2]) for n in range(rows)]
        print(f"{rows} new pictures in one call: {ask(*batch)}")


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--weights", type=Path, default=None, help="a checkpoint; else noise")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--rows", type=int, default=1, help="also so many pictures in one call")
    given = parser.parse_args()
    settings = LocalSettings(
        given.weights, device=given.device, precision=given.precision, compile=given.compile
    )
    placement = place(settings)
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, {placement}")
    before = resident_gb()

    def load(_settings: LocalSettings) -> Loaded:
        if given.weights is not None:
            return load_model(settings)
        return Loaded(random_model(placement), placement)

    measure(LocalRunner(settings, load=load), given.repeats, given.rows)
    print(f"memory of the process: {resident_gb():.2f} GB at most, {before:.2f} GB before loading")
    if placement.is_cuda:
        print(f"memory of the card: {torch.cuda.max_memory_allocated() / 1e9:.2f} GB at most")


if __name__ == "__main__":
    main()
