"""Backends by name."""

from __future__ import annotations

import subprocess
import sys

import pytest

from core.backends import get_backend
from core.errors import SettingsError
from core.secret import Secret
from core.settings import AzureSettings


def test_the_demo_engine_needs_no_settings_and_sends_nothing_away():
    backend = get_backend("demo")
    assert backend.name == "demo"
    assert not backend.leaves_machine


def test_the_endpoint_is_made_from_its_settings():
    backend = get_backend(
        "azure", AzureSettings("https://mip.region.inference.ml.azure.com", Secret("k"))
    )
    assert backend.name == "azure"
    assert backend.label == "MedImageParse on Azure ML (mip.region.inference.ml.azure.com)"


def test_the_endpoint_without_settings_says_which_to_set():
    with pytest.raises(SettingsError, match="MIP_ENDPOINT and MIP_API_KEY"):
        get_backend("azure")


def test_the_endpoint_without_a_key_says_where_to_find_it():
    with pytest.raises(
        SettingsError, match=r"no key for mip\.region\.inference\.ml\.azure\.com.*Consume"
    ):
        get_backend("azure", AzureSettings("https://mip.region.inference.ml.azure.com"))


def test_the_local_model_runs_with_the_defaults_when_nothing_is_set():
    backend = get_backend("local")
    assert backend.name == "local"
    assert not backend.leaves_machine


@pytest.mark.parametrize("name", ["gpt", ""])
def test_an_unknown_name_is_answered_with_the_known_ones(name):
    with pytest.raises(SettingsError, match="demo, azure or local"):
        get_backend(name)


def test_asking_for_backends_imports_none_of_them():
    program = "import core.backends, sys; print({'requests', 'cv2', 'skimage'} & {*sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
