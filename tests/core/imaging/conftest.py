"""What the tests of the readers share."""

import pytest

from core.errors import InputError
from core.imaging import open_upload


@pytest.fixture
def opened():
    """Open bytes under an invented file name."""

    def open_bytes(data, name="case.bin", **options):
        return open_upload(data, name, **options)

    return open_bytes


@pytest.fixture
def refused():
    """Open bytes that cannot be shown, and return the error."""

    def refuse(data, name="case.bin", **options):
        with pytest.raises(InputError) as problem:
            open_upload(data, name, **options)
        assert problem.value.next_step
        assert problem.value.__cause__ is None
        assert problem.value.__context__ is None
        return problem.value

    return refuse
