from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.core.errors import DomainError


class CodeTaken(DomainError):
    """`params`: code. A product's or SKU's number belongs to another one."""

    code = "catalog.code_taken"
    message = gettext_noop("%(code)s is the code of another product or SKU.")
    status = 409


class NothingToSell(DomainError):
    code = "catalog.nothing_to_sell"
    message = gettext_noop("A product on sale needs at least one SKU that is switched on.")
    status = 409


class BadSpecification(DomainError):
    """`params`: values. A SKU whose values are not one of each specification."""

    code = "catalog.bad_specification"
    message = gettext_noop("%(values)s: give one value of each specification, each combination once.")
    status = 422


class NotDelivered(DomainError):
    """`params`: title, province."""

    code = "catalog.not_delivered"
    message = gettext_noop("%(title)s is not sent to %(province)s.")
    status = 409
