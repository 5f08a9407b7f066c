import pytest

from tests.channels.fulfillbot.support import Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()
