"""What the app does when the process starts."""

import gc


def test_the_cycle_collector_is_spared_what_is_loaded_at_start():
    assert gc.get_freeze_count() > 50_000
