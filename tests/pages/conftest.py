"""What several tests of pages start from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of a workbench on which nothing is set."""
    for name in ("MIP_ENDPOINT", "MIP_API_KEY", "MIP_REVIEW_DATABASE", "MIP_REVIEW_BLOBS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MIP_DATA_FOLDER", str(tmp_path / "data"))
    monkeypatch.chdir(ROOT)
    return tmp_path / "data"
