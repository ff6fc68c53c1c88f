from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.core.errors import DomainError


class SoldOut(DomainError):
    """`params`: pool (its key), pool_id, kind, available, wanted."""

    code = "reservations.sold_out"
    message = gettext_noop("%(pool)s: only %(available)s left, %(wanted)s wanted.")
    status = 409


class UnknownPool(DomainError):
    code = "reservations.unknown_pool"
    message = gettext_noop("There is no pool %(pool)s.")
    status = 404


class UnknownReservation(DomainError):
    code = "reservations.unknown"
    message = gettext_noop("There is no reservation %(key)s.")
    status = 404


class IdempotencyConflict(DomainError):
    code = "reservations.idempotency_conflict"
    message = gettext_noop("The key %(key)s was already used for another reservation.")
    status = 409


class NotHeld(DomainError):
    """It was released, timed out or confirmed before; `params`: key, state."""

    code = "reservations.not_held"
    message = gettext_noop("The reservation %(key)s is no longer held (%(state)s).")
    status = 409


class CapacityInUse(DomainError):
    """`params`: pool, wanted, in_use."""

    code = "reservations.capacity_in_use"
    message = gettext_noop("%(pool)s cannot be set to %(wanted)s: %(in_use)s are reserved or sold.")
    status = 409


class ReturnTooLarge(DomainError):
    """`params`: available, wanted."""

    code = "reservations.return_too_large"
    message = gettext_noop("Only %(available)s can be given back, %(wanted)s wanted.")
    status = 409
