"""Where the model runs: what the operator asks for, and what the machine has."""

from __future__ import annotations

import contextlib
import importlib.util
import subprocess
import sys

import pytest
import torch

from core.backends.local import device, memory
from core.backends.local.device import Placement, place
from core.errors import LocalModelMissing, SettingsError
from core.settings import LocalSettings


@pytest.fixture
def machine(monkeypatch):
    """Make torch say what is in the machine: ``machine(cards=2, bf16=False)``."""

    def make(*, cards=0, mps=False, bf16=True):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: cards > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: cards)
        monkeypatch.setattr(torch.cuda, "device", lambda name: contextlib.nullcontext())
        monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: bf16)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)

    return make


@pytest.mark.parametrize(
    ("has", "wanted", "found"),
    [
        ({}, {}, Placement("cpu", "fp32")),
        ({"mps": True}, {}, Placement("mps", "fp32")),
        ({"mps": True}, {"device": "cpu"}, Placement("cpu", "fp32")),
        ({"cards": 1, "mps": True}, {}, Placement("cuda", "bf16")),
        ({"cards": 1, "bf16": False}, {}, Placement("cuda", "fp16")),
        ({"cards": 2}, {"device": "cuda:1"}, Placement("cuda:1", "bf16")),
        (
            {"cards": 1},
            {"precision": "fp32", "compile": True},
            Placement("cuda", "fp32", compiled=True),
        ),
        ({"cards": 1}, {"device": "cpu", "precision": "fp32"}, Placement("cpu", "fp32")),
    ],
)
def test_the_graphics_card_comes_first_and_half_precision_is_for_cuda_only(
    machine, has, wanted, found
):
    machine(**has)
    assert place(LocalSettings(**wanted)) == found


@pytest.mark.parametrize(
    ("has", "wanted", "words"),
    [
        ({}, {"device": "cuda"}, "is cuda, and PyTorch finds 0 CUDA devices"),
        ({"cards": 2}, {"device": "cuda:2"}, "is cuda:2, and PyTorch finds 2 CUDA devices"),
        ({"cards": 1}, {"device": "mps"}, "is mps, and PyTorch finds no such device"),
        (
            {},
            {"precision": "bf16"},
            "bf16, and the local model works with fp32 on cpu",
        ),
        ({"mps": True}, {"precision": "fp16"}, "fp16, and the local model works with fp32 on mps"),
    ],
)
def test_what_the_machine_does_not_have_is_refused(machine, has, wanted, words):
    machine(**has)
    with pytest.raises(SettingsError, match=words):
        place(LocalSettings(**wanted))


@pytest.mark.parametrize(
    ("package", "words"),
    [("torch", "PyTorch is not installed"), ("transformers", "transformers is not installed")],
)
def test_a_package_that_is_not_there_is_named_with_the_command(monkeypatch, package, words):
    found = importlib.util.find_spec
    monkeypatch.setattr(device, "find_spec", lambda name: None if name == package else found(name))
    with pytest.raises(LocalModelMissing) as caught:
        place(LocalSettings())
    assert str(caught.value) == f"{words}. Run: pip install -r requirements-local.txt"


def test_a_torch_that_cannot_be_loaded_is_told_apart_from_one_that_is_not_there(monkeypatch):
    monkeypatch.setattr(device, "find_spec", lambda name: True)
    monkeypatch.setitem(sys.modules, "torch", None)  # importing it now fails
    with pytest.raises(LocalModelMissing, match="PyTorch is installed, but cannot be loaded"):
        place(LocalSettings())


def test_the_backend_has_a_name_before_the_model_is_loaded_and_without_torch():
    program = """
import sys
from core.backends import get_backend
from core.settings import LocalSettings
backend = get_backend("local", LocalSettings(device="cpu"))
assert (backend.name, backend.workers, backend.leaves_machine) == ("local", 1, False)
assert "torch" not in sys.modules
print(backend.label)
sys.modules["torch"] = None
print(get_backend("local", LocalSettings(device="cpu")).label)
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["BiomedParse v1, local (CPU)", "BiomedParse v1, local"]


def test_the_memory_of_a_container_counts_and_not_only_that_of_the_machine(monkeypatch, tmp_path):
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal:  16000000 kB\nMemFree:  1 kB\nMemAvailable:  8000000 kB\n")
    monkeypatch.setattr(memory, "_MEMINFO", meminfo)
    monkeypatch.setattr(memory, "_CGROUP", tmp_path / "none")
    cpu = Placement("cpu")
    assert (memory.free_bytes(cpu), memory.total_bytes(cpu)) == (8_192_000_000, 16_384_000_000)
    assert memory.cache_bytes(cpu) == 1_638_400_000
    group = tmp_path / "group"
    group.mkdir()
    (group / "memory.max").write_text("4000000000\n")
    (group / "memory.current").write_text("3500000000\n")
    (group / "memory.stat").write_text("anon 5\ninactive_file 1000000000\n")
    monkeypatch.setattr(memory, "_CGROUP", group)
    assert (memory.free_bytes(cpu), memory.total_bytes(cpu)) == (1_500_000_000, 4_000_000_000)
    (group / "memory.max").write_text("max\n")
    assert memory.free_bytes(cpu) == 8_192_000_000


def test_where_the_memory_is_not_known_a_gigabyte_of_embeddings_is_kept(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "_MEMINFO", tmp_path / "none")
    monkeypatch.setattr(memory, "_CGROUP", tmp_path / "none")
    assert memory.free_bytes(Placement("mps")) is None
    assert memory.cache_bytes(Placement("mps")) == 1_000_000_000


@pytest.mark.parametrize(
    ("free", "rows"), [(1_000_000_000, 1), (5_000_000_000, 2), (90_000_000_000, 8)]
)
def test_a_card_takes_as_many_pictures_at_once_as_its_free_memory_allows(monkeypatch, free, rows):
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda name: (free, 140_000_000_000))
    assert memory.rows_at_once(Placement("cuda", "bf16"), 8) == rows
    assert memory.cache_bytes(Placement("cuda", "bf16")) == 4_000_000_000
    assert memory.rows_at_once(Placement("cpu"), 8) == 1
