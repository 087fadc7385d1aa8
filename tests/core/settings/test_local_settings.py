"""How the local model runs, as an operator sets it."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import SettingsError
from core.settings import LocalSettings, local_settings_from


def test_nothing_set_leaves_all_to_the_machine():
    settings = local_settings_from({})
    assert settings == LocalSettings()
    assert (settings.weights, settings.device, settings.precision) == (None, "auto", "auto")
    assert not settings.compile
    assert not settings.one_phrase


def test_every_setting_is_read_from_the_environment():
    settings = local_settings_from(
        {
            "MIP_LOCAL_WEIGHTS": "~/models/weights.safetensors",
            "MIP_LOCAL_DEVICE": "CUDA:1",
            "MIP_LOCAL_PRECISION": "fp16",
            "MIP_LOCAL_COMPILE": "1",
            "MIP_LOCAL_ONE_PHRASE": "1",
            "MIP_DATA_FOLDER": "data",
        }
    )
    assert settings == LocalSettings(
        Path.home() / "models" / "weights.safetensors",
        Path("data"),
        device="cuda:1",
        precision="fp16",
        compile=True,
        one_phrase=True,
    )


def test_the_environment_comes_before_the_file_of_secrets():
    secrets = {"medimageparse": {"mip_local_device": "mps", "mip_local_one_phrase": "1"}}
    settings = local_settings_from({"MIP_LOCAL_DEVICE": "cpu"}, secrets)
    assert (settings.device, settings.one_phrase) == ("cpu", True)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("MIP_LOCAL_DEVICE", "gpu", "MIP_LOCAL_DEVICE is 'gpu', which is no device"),
        ("MIP_LOCAL_DEVICE", "cuda:x", "'cuda:x', which is no device"),
        ("MIP_LOCAL_PRECISION", "int8", "MIP_LOCAL_PRECISION is 'int8', which is no precision"),
        ("MIP_LOCAL_COMPILE", "yes", "MIP_LOCAL_COMPILE is 'yes'. Set it to 0 or 1"),
        ("MIP_LOCAL_ONE_PHRASE", "2", "MIP_LOCAL_ONE_PHRASE is '2'"),
        ("MIP_LOCAL_WEIGHTS", "~nobody-of-that-name/x.pt", "the home folder of nobody"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_with_what_to_write(name, value, words):
    with pytest.raises(SettingsError, match=words):
        local_settings_from({name: value})
