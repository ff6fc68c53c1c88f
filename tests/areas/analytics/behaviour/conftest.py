from __future__ import annotations

import pytest

from tests.areas.analytics.behaviour import world


@pytest.fixture
def at_noon(time_machine):
    time_machine.move_to(world.NOW, tick=False)
