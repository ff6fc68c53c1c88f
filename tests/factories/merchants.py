from __future__ import annotations

import itertools

from yutang.areas.merchants import services
from yutang.areas.merchants.models import Merchant

PASSWORD = "correct horse battery"
_numbers = itertools.count(1)


def make_merchant(**overrides) -> Merchant:
    number = next(_numbers)
    values = {
        "slug": f"shop-{number}",
        "name": f"Shop {number}",
        "owner_email": f"owner-{number}@example.com",
        "owner_password": PASSWORD,
    }
    return services.create_merchant(**{**values, **overrides})
