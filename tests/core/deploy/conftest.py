"""Azure Resource Manager as a stand-in, and a client that never really waits."""

import pytest

from tests.standin.arm_client import Connect, connections


@pytest.fixture
def connect() -> Connect:
    """Opens the stand-in with a client on it: ``azure, arm = connect(endpoints=[...])``."""
    with connections() as opened:
        yield opened
