from __future__ import annotations

import itertools

from yutang.areas.merchants import queries, services
from yutang.areas.merchants.models import Merchant, OrgNode
from yutang.core import access, tenancy

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


def make_store(code: str, province: str = "", city: str = "") -> OrgNode:
    """A store right under the headquarters."""
    return services.nodes.create(
        parent=queries.root_node(), kind="store", code=code, name=f"Store {code}", province=province, city=city,
        actor=access.system(tenancy.require_merchant_id()),
    )  # fmt: skip
