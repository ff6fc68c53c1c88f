from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.core.errors import DomainError


class LevelTaken(DomainError):
    code = "membership.level_taken"
    message = gettext_noop("There is a level with this key or this growth already.")
    status = 409


class LevelInUse(DomainError):
    code = "membership.level_in_use"
    message = gettext_noop("%(people)s people have this level. Raise what it takes first, so that they move.")
    status = 409


class NotOnSale(DomainError):
    code = "membership.not_on_sale"
    message = gettext_noop("This card is not sold any more.")
    status = 409


class NotRefundable(DomainError):
    code = "membership.not_refundable"
    message = gettext_noop("Nothing of this card can be refunded.")
    status = 409


class RefundChanged(DomainError):
    """`params`: now (minor units)."""

    code = "membership.refund_changed"
    message = gettext_noop("The unused part has changed meanwhile. Look at the amount once more.")
    status = 409


class UnknownCode(DomainError):
    code = "membership.unknown_code"
    message = gettext_noop("This code opens no card. Check it letter by letter.")
    status = 404


class CodeUsed(DomainError):
    code = "membership.code_used"
    message = gettext_noop("This code has been used already.")
    status = 409


class CodeOver(DomainError):
    code = "membership.code_over"
    message = gettext_noop("This code could be used until %(day)s.")
    status = 409


class TooManyTries(DomainError):
    code = "membership.too_many_tries"
    message = gettext_noop("Too many tries. Wait some minutes.")
    status = 429


class AlreadyExported(DomainError):
    code = "membership.already_exported"
    message = gettext_noop("These codes were exported before. Codes are shown once only; make a new batch.")
    status = 409


class GiftGone(DomainError):
    code = "membership.gift_gone"
    message = gettext_noop("Somebody has accepted this gift already, or it was taken back.")
    status = 409


class NoUseLeft(DomainError):
    code = "membership.no_use_left"
    message = gettext_noop("The free deliveries of your card are used up this month.")
    status = 409
