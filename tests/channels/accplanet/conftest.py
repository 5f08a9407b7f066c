import pytest

from tests.channels.accplanet.support import Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()
