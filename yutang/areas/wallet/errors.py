from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.core.errors import DomainError


class OutOfBounds(DomainError):
    """`params`: least, most. The law, or a stricter rule of the merchant."""

    code = "wallet.out_of_bounds"
    message = gettext_noop("This must lie between %(least)s and %(most)s.")
    status = 422


class SpendingOrderFixed(DomainError):
    """What people were told when they paid in holds until nobody has a balance."""

    code = "wallet.spending_order_fixed"
    message = gettext_noop("People hold balances under the stated spending order: it cannot change now.")
    status = 409


class NotOffered(DomainError):
    code = "wallet.not_offered"
    message = gettext_noop("Recharging is not offered right now.")
    status = 409


class UnknownPlan(DomainError):
    code = "wallet.unknown_plan"
    message = gettext_noop("This recharge plan is not offered any more. Please choose again.")
    status = 409


class AmountNotOffered(DomainError):
    """`params`: least, most, as people read them."""

    code = "wallet.amount_not_offered"
    message = gettext_noop("Please recharge between %(least)s and %(most)s.")
    status = 422


class BalanceTooHigh(DomainError):
    """`params`: most, as people read it."""

    code = "wallet.balance_too_high"
    message = gettext_noop("By law a balance may not exceed %(most)s: use some of it first.")
    status = 409


class RealNameNeeded(DomainError):
    """`params`: from_, as people read it."""

    code = "wallet.real_name_needed"
    message = gettext_noop("From %(from_)s recharged in all, the law asks for a real name.")
    status = 409


class NotAnIdNumber(DomainError):
    code = "wallet.not_an_id_number"
    message = gettext_noop("This is not the number of an identity card.")
    status = 422


class NotFromBalance(DomainError):
    """A balance pays for goods and services, never for what is a balance or money itself."""

    code = "wallet.not_from_balance"
    message = gettext_noop("This cannot be paid from a balance.")
    status = 409


class NobodysBalance(DomainError):
    code = "wallet.nobodys_balance"
    message = gettext_noop("It is not known who pays: a balance pays only for its own person.")
    status = 409


class BalanceTooLow(DomainError):
    """`params`: available, as people read it."""

    code = "wallet.balance_too_low"
    message = gettext_noop("The balance is not enough: %(available)s.")
    status = 409


class WrongPerson(DomainError):
    code = "wallet.wrong_person"
    message = gettext_noop("This payment code belongs to somebody else than the purchase.")
    status = 409


class CodeInvalid(DomainError):
    """Wrong, used or too old: which of them, nobody is told."""

    code = "wallet.code_invalid"
    message = gettext_noop("This payment code is not valid (any more). Ask for a new one.")
    status = 409


class TooManyTries(DomainError):
    code = "wallet.too_many_tries"
    message = gettext_noop("Too many tries. Please wait a while.")
    status = 429


class NothingToRefund(DomainError):
    code = "wallet.nothing_to_refund"
    message = gettext_noop("Nothing of this recharge is left to be refunded.")
    status = 409


class FiguresChanged(DomainError):
    """What was confirmed is not what would happen now."""

    code = "wallet.figures_changed"
    message = gettext_noop("The balance has changed since the calculation. Please look at it again.")
    status = 409


class CardInvalid(DomainError):
    """Wrong, used, voided, not active or expired: a stranger who guesses learns nothing."""

    code = "wallet.card_invalid"
    message = gettext_noop("This gift card code is not valid, or was redeemed already.")
    status = 409


class AlreadyExported(DomainError):
    code = "wallet.already_exported"
    message = gettext_noop("The codes of this batch were handed out already: they are shown once.")
    status = 409


class WrongBatchState(DomainError):
    code = "wallet.wrong_batch_state"
    message = gettext_noop("This batch is not in a state for that.")
    status = 409
