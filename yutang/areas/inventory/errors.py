from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.core.errors import DomainError


class OutOfStock(DomainError):
    """`params`: sku_id, available, wanted."""

    code = "inventory.out_of_stock"
    message = gettext_noop("Only %(available)s left, %(wanted)s wanted.")
    status = 409


class AllocatedElsewhere(DomainError):
    """`params`: sku, wanted, allocated. Stock that is promised to orders cannot be counted or taken away."""

    code = "inventory.allocated"
    message = gettext_noop("%(sku)s: %(allocated)s are promised to orders, so no fewer can lie there.")
    status = 409


class NotOnHand(DomainError):
    """`params`: sku, on_hand, wanted."""

    code = "inventory.not_on_hand"
    message = gettext_noop("%(sku)s: %(on_hand)s are on hand, %(wanted)s were to go.")
    status = 409


class SameStore(DomainError):
    code = "inventory.same_store"
    message = gettext_noop("Choose another store than the one the goods lie in.")
    status = 422
