"""A checkpoint is the whole network or is refused with what is wrong with it."""

import json
import pickle
from collections import OrderedDict

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from core.backends.local.network.biomedparse import BiomedParse
from core.backends.local.network.checkpoint import load_network
from core.backends.local.network.config import OFFICIAL
from core.backends.local.network.keys import LEFTOVERS, config_of, official, unused
from core.backends.local.network.v1 import BiomedParseV1
from core.errors import LocalModelMissing, WeightsDamaged
from tests.core.backends.local.tiny import (
    TINY,
    tiny_model,
    tiny_network,
    tiny_tensors,
    write_tiny_checkpoint,
)

QUERIES = "sem_seg_head.predictor.query_feat.weight"
SCALE = "sem_seg_head.predictor.lang_encoder.logit_scale"


@pytest.fixture(scope="module")
def tensors():
    return tiny_tensors()


@pytest.fixture
def write(tmp_path):
    def written(content, name="weights.pt"):
        path = tmp_path / name
        torch.save(content, path)
        return path

    return written


def same(network, other):
    ours, theirs = network.state_dict(), other.state_dict()
    assert ours.keys() == theirs.keys()
    return all(torch.equal(ours[name], theirs[name]) for name in ours)


def shapes_of(config):
    with torch.device("meta"):
        network = BiomedParse(config)
    held = {official(name): tuple(t.shape) for name, t in network.state_dict().items()}
    return held | unused(config)


def test_our_names_and_shapes_are_those_of_the_official_checkpoint(shared):
    facts = json.loads((shared / "facts" / "biomedparse" / "keys.json").read_bytes())
    listed = {n: tuple(shape) for n, shape in (facts["parameters"] | facts["buffers"]).items()}
    assert len(facts["parameters"]) == 931
    assert shapes_of(OFFICIAL) == listed
    assert config_of(listed) == OFFICIAL


def test_the_sizes_of_a_network_are_read_from_its_checkpoint():
    assert config_of(shapes_of(TINY)) == TINY


def test_an_official_checkpoint_without_its_last_layer_does_not_pass_for_a_smaller_network():
    shapes = shapes_of(OFFICIAL)
    for layer in ("transformer_ffn_layers.8.", "resblocks.11.", "layers.2.blocks.17."):
        assert config_of({n: s for n, s in shapes.items() if layer not in n}) == OFFICIAL


def test_a_checkpoint_gives_the_model_that_was_written(tmp_path):
    path = write_tiny_checkpoint(tmp_path / "weights.pt", seed=3)
    model = BiomedParseV1.load(path, device="cpu", precision="fp32", compile=False)
    picture = np.random.default_rng(3).integers(0, 256, (1, 128, 160, 3), dtype=np.uint8)
    (ours,) = model.answer(model.embed(picture), [("liver",)])
    written = tiny_model(seed=3)
    (theirs,) = written.answer(written.embed(picture), [("liver",)])
    np.testing.assert_array_equal(ours.probabilities, theirs.probabilities)
    assert ours.categories == theirs.categories


def test_the_ways_in_which_programs_wrap_weights_are_all_read(tensors, write, tmp_path):
    safe = tmp_path / "weights.safetensors"
    save_file(tensors, safe)
    old = tmp_path / "old.pt"
    torch.save(tensors, old, _use_new_zipfile_serialization=False)
    prefixed = {f"module.{name}": tensor for name, tensor in tensors.items()}
    half = {name: tensor.half() for name, tensor in tensors.items()}
    network = tiny_network()
    for path in (
        safe,
        old,
        write(OrderedDict(tensors), "ordered.pt"),
        write({"model": tensors, "epoch": 20}, "training.pt"),
        write({"state_dict": prefixed}, "parallel.pt"),
        write(tensors | {f"{LEFTOVERS}pooler.bias": torch.zeros(3)}, "with_bert.pt"),
    ):
        assert same(load_network(path, "cpu"), network), path.name
    loaded = load_network(write(half, "half.pt"), "cpu").state_dict()
    assert {tensor.dtype for tensor in loaded.values()} == {torch.float32}


def test_a_file_that_is_overwritten_later_does_not_change_the_model(tmp_path):
    path = write_tiny_checkpoint(tmp_path / "weights.pt")
    network = load_network(path, "cpu")
    with path.open("r+b") as file:
        file.write(bytes(path.stat().st_size))
    assert same(network, tiny_network())


def test_what_is_missing_left_over_or_of_another_shape_is_counted_and_named(tensors, write):
    changed = {name: tensor for name, tensor in tensors.items() if name != SCALE}
    changed |= {"criterion.weight": torch.zeros(2), QUERIES: torch.zeros(11, 65)}
    with pytest.raises(WeightsDamaged) as refused:
        load_network(write(changed), "cpu")
    assert refused.value.what == (
        f"weights.pt is not the BiomedParse v1 network: of {len(tensors)} tensors, 1 are missing"
        f" and 1 have another shape, and 1 are left over ({SCALE}, {QUERIES}, criterion.weight)."
    )
    assert "python -m core weights" in refused.value.next_step


@pytest.mark.parametrize("name", sorted(unused(TINY)))
def test_what_inference_does_not_use_must_be_there_all_the_same(tensors, write, name):
    with pytest.raises(WeightsDamaged, match=f"1 are missing.*{name}"):
        load_network(write({n: t for n, t in tensors.items() if n != name}), "cpu")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_weights_that_are_not_numbers_are_refused(tensors, write, value):
    broken = tensors[QUERIES].clone()
    broken[5, 5] = value
    with pytest.raises(WeightsDamaged, match=f"1 tensors .* not finite .*{QUERIES}"):
        load_network(write(tensors | {QUERIES: broken}), "cpu")


def test_weights_of_another_network_are_refused(write):
    with pytest.raises(WeightsDamaged, match="932 are missing"):
        load_network(write({"conv1.weight": torch.zeros(64, 3, 7, 7)}), "cpu")


def test_names_that_ask_for_endless_layers_are_refused_at_once(tensors, write):
    name = "backbone.layers.2.blocks.999999999.gamma_1"
    with pytest.raises(WeightsDamaged, match="are missing"):
        load_network(write(tensors | {name: torch.zeros(32)}), "cpu")


class Trap:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


@pytest.mark.parametrize(
    "save", [torch.save, lambda content, path: path.write_bytes(pickle.dumps(content))]
)
def test_a_file_with_code_in_it_is_refused_and_the_code_never_runs(tensors, tmp_path, save):
    trap, path = tmp_path / "sprung", tmp_path / "weights.pt"
    save({**tensors, "hello": Trap(trap)}, path)
    with pytest.raises(WeightsDamaged, match="cannot be read"):
        load_network(path, "cpu")
    assert not trap.exists()


def test_files_that_are_cut_or_something_else_are_refused(tmp_path, write):
    whole = write_tiny_checkpoint(tmp_path / "whole.pt").read_bytes()
    for name, content in {
        "cut.pt": whole[: len(whole) // 2],
        "empty.pt": b"",
        "page.pt": b"<html>Sign in to download</html>",
        "noise.pt": np.random.default_rng(1).bytes(5000),
        "cut.safetensors": whole[:1000],
        "empty.safetensors": b"",
    }.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(WeightsDamaged, match=name):
            load_network(path, "cpu")


@pytest.mark.parametrize("content", [[1, 2], {"epoch": 3}, {1: torch.zeros(1)}, torch.zeros(3), {}])
def test_files_of_other_things_than_tensors_are_refused(write, content):
    with pytest.raises(WeightsDamaged):
        load_network(write(content), "cpu")


def test_a_file_that_is_not_there_is_told_with_the_command_that_gets_it(tmp_path):
    with pytest.raises(LocalModelMissing) as refused:
        load_network(tmp_path / "biomedparse_v1.pt", "cpu")
    assert "python -m core weights" in refused.value.next_step
