"""The doctor for the local model."""

from __future__ import annotations

import argparse

import pytest

from core.backends.local import device
from core.commands import doctor
from core.doctor import examine_local
from core.errors import SettingsError, WorkbenchError
from core.settings import LocalSettings
from tests.core.backends.local.tiny import write_tiny_checkpoint


@pytest.fixture
def weights(tmp_path):
    return write_tiny_checkpoint(tmp_path / "tiny.pt")


def states(settings, **options):
    return {finding.step: finding for finding in examine_local(settings, **options)}


def test_all_that_is_needed_is_there_and_the_model_answers(weights):
    found = states(LocalSettings(weights=weights, device="cpu"))
    assert {step: finding.state for step, finding in found.items()} == dict.fromkeys(
        ("Engine", "Weights", "Trial", "Versions"), "ok"
    )
    assert found["Engine"].what == (
        "The local model runs on CPU with fp32; nothing is sent anywhere."
    )
    assert {"torch", "transformers"} <= {fact.label for fact in found["Engine"].facts}
    assert found["Trial"].what.startswith("The local model answers, in ")


def test_what_is_missing_is_named_and_the_model_is_not_asked(tmp_path, monkeypatch):
    monkeypatch.setattr(device, "find_spec", lambda name: None)
    found = states(LocalSettings(weights=tmp_path / "none.pt", device="cpu"))
    assert found["Engine"].what == "PyTorch is not installed."
    assert found["Weights"].state == "failed"
    assert found["Trial"].state == "skipped"


def test_the_model_is_not_loaded_when_no_trial_is_wanted(weights):
    found = states(LocalSettings(weights=weights, device="cpu"), trial=False)
    assert found["Trial"].state == "skipped"


def test_a_file_that_is_no_checkpoint_fails_the_trial(tmp_path):
    file = tmp_path / "broken.pt"
    file.write_bytes(b"PK\x03\x04 and no more")
    found = states(LocalSettings(weights=file, device="cpu"))
    assert (found["Weights"].state, found["Trial"].state) == ("ok", "failed")
    assert found["Trial"].next_step


def test_settings_that_make_no_sense_are_a_finding():
    found = states(SettingsError("MIP_LOCAL_COMPILE is 'x'.", "Set it to 0 or 1."))
    assert found["Settings"].state == "failed"
    assert "Trial" not in found


def test_the_command_reads_the_settings_of_the_operator(monkeypatch, tmp_path, weights, capsys):
    monkeypatch.chdir(tmp_path)  # away from any secrets.toml
    monkeypatch.setenv("MIP_LOCAL_WEIGHTS", str(weights))
    monkeypatch.setenv("MIP_LOCAL_DEVICE", "cpu")
    parser = argparse.ArgumentParser()
    doctor.add_arguments(parser)
    doctor.run(parser.parse_args(["--backend", "local", "--no-trial"]))
    assert "ok       Weights: The weights are there." in capsys.readouterr().out
    monkeypatch.setenv("MIP_LOCAL_DEVICE", "abacus")
    with pytest.raises(WorkbenchError, match="1 of 2 checks failed"):
        doctor.run(parser.parse_args(["--backend", "local"]))
