from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.core.errors import DomainError


class FullyBooked(DomainError):
    """`params`: available, wanted."""

    code = "bookings.full"
    message = gettext_noop("Only %(available)s places are left at this time.")
    status = 409


class NotThen(DomainError):
    code = "bookings.not_then"
    message = gettext_noop("It cannot be booked for this time.")
    status = 409


class ResourceBusy(DomainError):
    code = "bookings.resource_busy"
    message = gettext_noop("%(resource)s is taken by something else at this time.")
    status = 409


class NotInvited(DomainError):
    code = "bookings.not_invited"
    message = gettext_noop("This is for invited members only.")
    status = 403


class QuotaReached(DomainError):
    code = "bookings.quota"
    message = gettext_noop("At most %(quota)s bookings in %(days)s days.")
    status = 409


class PartyTooLarge(DomainError):
    code = "bookings.party"
    message = gettext_noop("At most %(most)s persons.")
    status = 422


class Blocked(DomainError):
    code = "bookings.blocked"
    message = gettext_noop("After missed bookings you can book again from %(until)s on.")
    status = 409


class WrongState(DomainError):
    code = "bookings.state"
    message = gettext_noop("This is not possible any more: %(state)s.")
    status = 409


class UnknownCode(DomainError):
    code = "bookings.unknown_code"
    message = gettext_noop("There is no booking with this code here.")
    status = 404


class NotFull(DomainError):
    code = "bookings.not_full"
    message = gettext_noop("There are places left: book one.")
    status = 409
