"""Fill the network from a checkpoint: all of it, exactly, or not at all."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import torch
from safetensors.torch import load_file

from core.backends.local.network.biomedparse import BiomedParse
from core.backends.local.network.keys import LEFTOVERS, config_of, official, unused
from core.errors import LocalModelMissing, WeightsDamaged

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from torch import Tensor

_WRAPPERS = ("model", "state_dict")  # dictionaries that training programs put the weights in
_PREFIXES = ("module.", "model.")  # what wrappers put before every name
_NAMED = 3  # names that a refusal quotes of each kind
_AGAIN = "Download the checkpoint again with python -m core weights, or set another path."


def load_network(path: Path, device: str) -> BiomedParse:
    """Read a checkpoint into a network on a device.

    The network is made without memory of its own and takes the weights over, so that there is one
    copy of them; not the mapped file itself, since that could change or go away underneath.

    Args:
        path: A PyTorch file of tensors alone, or a ``.safetensors`` file.
        device: As PyTorch names it.

    Returns:
        The network, float32, for inference.

    Raises:
        LocalModelMissing: No such file.
        WeightsDamaged: Not this network, not whole, not finite, or a file that would run code.
    """
    tensors = _read(path)
    with torch.device("meta"):
        network = BiomedParse(config_of({name: tuple(t.shape) for name, t in tensors.items()}))
    _check_names(path, tensors, network)
    state = {name: tensors[official(name)] for name in network.state_dict()}
    _check_values(path, state)
    own = {name: t.to(device, torch.float32, copy=True) for name, t in state.items()}
    network.load_state_dict(own, assign=True)
    return network.eval().requires_grad_(requires_grad=False)


def _read(path: Path) -> dict[str, Tensor]:
    """The tensors of a file under their official names; nothing in the file is executed."""
    if not path.is_file():
        raise LocalModelMissing(
            f"There is no checkpoint {path.name} at the path that is set.",
            "Get it with python -m core weights, or set another path.",
            details=str(path),
        )
    try:
        if path.suffix == ".safetensors":
            content = load_file(path)
        else:
            # Only the format of PyTorch 1.6 and later, a ZIP archive, can be mapped.
            content = torch.load(
                path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path)
            )
    except MemoryError:
        raise
    except Exception as error:  # a damaged file makes the readers raise anything
        raise WeightsDamaged(
            f"{path.name} cannot be read as a file of weights.", _AGAIN, details=repr(error)
        ) from error
    tensors = _unwrapped(content)
    if tensors is None:
        raise WeightsDamaged(f"{path.name} holds other things than named tensors.", _AGAIN)
    return tensors


def _unwrapped(content: object) -> dict[str, Tensor] | None:
    """Take the tensors out of the wrappings that training programs leave around them."""
    if not isinstance(content, dict):
        return None
    inner = [content[name] for name in _WRAPPERS if isinstance(content.get(name), dict)]
    if len(inner) == 1:
        return _unwrapped(inner[0])
    tensors: dict[str, Tensor] = content
    if not all(isinstance(n, str) and isinstance(t, torch.Tensor) for n, t in tensors.items()):
        return None
    for prefix in _PREFIXES:
        if all(name.startswith(prefix) for name in tensors):
            tensors = {name.removeprefix(prefix): t for name, t in tensors.items()}
    return tensors


def _check_names(path: Path, tensors: dict[str, Tensor], network: BiomedParse) -> None:
    """Refuse a checkpoint that lacks something, has more, or has it in other shapes."""
    wanted = {official(name): tuple(t.shape) for name, t in network.state_dict().items()}
    wanted |= unused(network.config)
    missing = wanted.keys() - tensors.keys()
    left = {n for n in tensors.keys() - wanted.keys() if not n.startswith(LEFTOVERS)}
    reshaped = {n for n in wanted.keys() & tensors.keys() if tuple(tensors[n].shape) != wanted[n]}
    if missing or left or reshaped:
        raise WeightsDamaged(
            f"{path.name} is not the BiomedParse v1 network: of {len(wanted)} tensors,"
            f" {len(missing)} are missing and {len(reshaped)} have another shape, and"
            f" {len(left)} are left over ({_some([missing, reshaped, left])}).",
            _AGAIN,
        )


def _check_values(path: Path, state: dict[str, Tensor]) -> None:
    """Refuse weights that are not numbers."""
    broken = [
        official(name)
        for name, t in state.items()
        if not t.is_floating_point() or not bool(torch.isfinite(t).all())
    ]
    if broken:
        raise WeightsDamaged(
            f"{len(broken)} tensors of {path.name} hold values that are not finite numbers"
            f" ({_some([broken])}).",
            _AGAIN,
        )


def _some(kinds: Iterable[Iterable[str]]) -> str:
    """The first few names of each kind."""
    return ", ".join(name for names in kinds for name in sorted(names)[:_NAMED])
