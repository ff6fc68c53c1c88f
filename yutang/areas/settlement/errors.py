from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.core.errors import DomainError


class NotOver(DomainError):
    code = "settlement.not_over"
    message = gettext_noop("The period is not over yet.")
    status = 409


class WrongPeriod(DomainError):
    code = "settlement.period"
    message = gettext_noop("The next statement begins on %(since)s.")
    status = 409


class NoTerms(DomainError):
    code = "settlement.no_terms"
    message = gettext_noop("Set the terms of this store first.")
    status = 409


class TooMuch(DomainError):
    """`params`: owed."""

    code = "settlement.too_much"
    message = gettext_noop("Not more than what is owed can be paid, and only to whom it is owed.")
    status = 409
