"""How much memory a device has, and what may be in it at one time."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.backends.local.device import Placement

PASS_BYTES = 2_000_000_000
"""Memory that one picture takes while the network works on it: peak on a CPU less the weights,
measured by ``bench/local.py``."""

_CACHE_SHARE = 10
_LARGEST_CACHE = 4_000_000_000
_CACHE_WHERE_UNKNOWN = 1_000_000_000
_CGROUP = Path("/sys/fs/cgroup")
_MEMINFO = Path("/proc/meminfo")


def free_bytes(placement: Placement) -> int | None:
    """Free memory of the device, or None where nobody says: that of the computer for CPU and MPS.

    Linux says it; a container's limit counts. Elsewhere it is not known without CUDA.
    """
    if placement.is_cuda:
        return _of_card(placement.device)[0]
    free = [size for size in (_meminfo("MemAvailable"), _left_in_container()) if size is not None]
    return min(free, default=None)


def total_bytes(placement: Placement) -> int | None:
    """All memory of the device, or None where nobody says."""
    if placement.is_cuda:
        return _of_card(placement.device)[1]
    limit = _number(_CGROUP / "memory.max")
    known = [size for size in (_meminfo("MemTotal"), limit) if size is not None]
    return min(known, default=None)


def cache_bytes(placement: Placement) -> int:
    """Memory for embeddings: a tenth of the device's, 4 GB at most, 1 GB where it is not known."""
    total = total_bytes(placement)
    if total is None:
        return _CACHE_WHERE_UNKNOWN
    return min(total // _CACHE_SHARE, _LARGEST_CACHE)


def rows_at_once(placement: Placement, most: int) -> int:
    """How many pictures go through the network together.

    One on a CPU or MPS: nothing is saved by more there, and Linux ends a program that takes too
    much instead of telling it.

    Args:
        placement: With the weights on the device already.
        most: No more than these.
    """
    if not placement.is_cuda:
        return 1
    return max(1, min(most, (free_bytes(placement) or 0) // PASS_BYTES))


def spoken_bytes(size: int) -> str:
    """Bytes as readers see them, such as ``"1.4 GB"``, or in MB below one."""
    return f"{size / 1e9:.1f} GB" if size >= 10**9 else f"{size / 1e6:.1f} MB"


def give_back(placement: Placement) -> None:
    """Hand memory that nothing holds any more back to the device."""
    gc.collect()
    if placement.device == "cpu":
        return
    import torch  # noqa: PLC0415 - optional, and slow to import

    (torch.cuda if placement.is_cuda else torch.mps).empty_cache()


def _of_card(device: str) -> tuple[int, int]:
    import torch  # noqa: PLC0415 - optional, and slow to import

    return torch.cuda.mem_get_info(device)


def _meminfo(name: str) -> int | None:
    try:
        lines = _MEMINFO.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    found = next((line.split()[1] for line in lines if line.startswith(f"{name}:")), None)
    return None if found is None else int(found) * 1024


def _left_in_container() -> int | None:
    """What the limit of the control group leaves; files that are only cached count as free."""
    limit, used = _number(_CGROUP / "memory.max"), _number(_CGROUP / "memory.current")
    if limit is None or used is None:
        return None
    return max(0, limit - used + _cached_files())


def _cached_files() -> int:
    try:
        lines = (_CGROUP / "memory.stat").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("inactive_file ")), 0)


def _number(path: Path) -> int | None:
    """The number in a file; None when there is no such file, or no limit."""
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
