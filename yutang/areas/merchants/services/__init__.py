"""Writes about merchants, their tree and their staff; one file per noun."""

from yutang.areas.merchants.services import account, hours, merchants, nodes, roles, staff
from yutang.areas.merchants.services.merchants import create_merchant
from yutang.areas.merchants.services.nodes import add_node
from yutang.areas.merchants.services.staff import add_member, grant_role

__all__ = [
    "account", "add_member", "add_node", "create_merchant", "grant_role", "hours", "merchants", "nodes", "roles",
    "staff",
]  # fmt: skip
