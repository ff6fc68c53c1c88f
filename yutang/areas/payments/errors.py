from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.core.errors import DomainError


class AlreadyPaid(DomainError):
    code = "payments.already_paid"
    message = gettext_noop("This is paid already.")
    status = 409


class NoLongerPayable(DomainError):
    code = "payments.no_longer_payable"
    message = gettext_noop("This is closed and can no longer be paid.")
    status = 409


class TenderTooLarge(DomainError):
    """`params`: due, wanted (minor units)."""

    code = "payments.tender_too_large"
    message = gettext_noop("This is more than is still to be paid.")
    status = 409


class RefundTooLarge(DomainError):
    """`params`: paid, wanted (minor units)."""

    code = "payments.refund_too_large"
    message = gettext_noop("This is more than can still be refunded.")
    status = 409


class UnknownProvider(DomainError):
    """`params`: provider."""

    code = "payments.unknown_provider"
    message = gettext_noop("%(provider)s is no way to pay here.")
    status = 404


class NotOurs(DomainError):
    """A notice about a number that is not ours; the provider may try again later."""

    code = "payments.not_ours"
    message = gettext_noop("There is no payment %(no)s.")
    status = 404


class AmountDiffers(DomainError):
    """`params`: no, expected, told. Never acted on; the reconciliation shows it."""

    code = "payments.amount_differs"
    message = gettext_noop("Payment %(no)s is about another amount.")
    status = 409


class Unreachable(DomainError):
    """The provider did not answer: what became of the request is unknown until it is asked."""

    code = "payments.unreachable"
    message = gettext_noop("The payment service does not answer. Please try again in a moment.")
    status = 503


class Declined(DomainError):
    """`params`: reason. The provider answered and did not do it."""

    code = "payments.declined"
    message = gettext_noop("The payment service declined: %(reason)s")
    status = 502


class NotEnoughFunds(DomainError):
    """The merchant's balance at the provider does not cover the refund; it is tried again."""

    code = "payments.not_enough_funds"
    message = gettext_noop("The balance at the payment service does not cover this refund.")
    status = 409


class BillNotReady(DomainError):
    code = "payments.bill_not_ready"
    message = gettext_noop("The bill of that day is not ready.")
    status = 409


class UnreadableNotice(DomainError):
    """Authentic, but about something that we know nothing of."""

    code = "payments.unreadable_notice"
    message = gettext_noop("The notice cannot be read.")
    status = 422


class ForgedNotice(DomainError):
    """The signature is not the provider's."""

    code = "payments.forged_notice"
    message = gettext_noop("The signature is wrong.")
    status = 401


class NoShift(DomainError):
    """Cash goes into a drawer that somebody answers for."""

    code = "payments.no_shift"
    message = gettext_noop("Open a shift at this store first: cash needs a drawer.")
    status = 409


class ShiftOpen(DomainError):
    """`params`: store. One person has one drawer at a time."""

    code = "payments.shift_open"
    message = gettext_noop("You have an open shift at %(store)s. Close it first.")
    status = 409


class ShiftClosed(DomainError):
    code = "payments.shift_closed"
    message = gettext_noop("This shift is closed.")
    status = 409


class DrawerTooEmpty(DomainError):
    """Says nothing of how much there is: the count at the end is made blind."""

    code = "payments.drawer_too_empty"
    message = gettext_noop("There is not that much in the drawer.")
    status = 409
