from __future__ import annotations

import itertools
from typing import Any

from yutang.areas.interactions import codes
from yutang.areas.interactions.models import Code
from yutang.areas.merchants import queries as merchants
from yutang.core import access, tenancy

_numbers = itertools.count(1)


def make_code(**overrides: Any) -> Code:
    """A code of headquarters in the running scope."""
    values = {
        "kind": "poster", "name": f"Poster {next(_numbers)}", "node": overrides.get("node") or merchants.root_node(),
        "target": "https://shop.example.com/tea?from=poster",
    }  # fmt: skip
    actor = access.system(tenancy.require_merchant_id(), name="test")
    return codes.create(**{**values, **overrides}, actor=actor)
