"""A review project for the tests of exports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.core.export.review_samples import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.core.export.review_samples import Read


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Read]:
    """An empty project, read by one person an item."""
    with opened(tmp_path) as made:
        yield made
