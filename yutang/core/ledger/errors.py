from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.core.errors import DomainError


class Insufficient(DomainError):
    """`params`: available and wanted in the unit's smallest step, unit, kind, holder."""

    code = "ledger.insufficient"
    message = gettext_noop("The balance is not enough: %(available)s %(unit)s available, %(wanted)s wanted.")
    status = 409


class Unbalanced(DomainError):
    code = "ledger.unbalanced"
    message = gettext_noop("The entry does not balance: %(unit)s is off by %(difference)s.")
    status = 422


class UnknownAccount(DomainError):
    code = "ledger.unknown_account"
    message = gettext_noop("There is no account of the kind %(kind)s for this holder and unit.")
    status = 404


class UnknownEntry(DomainError):
    code = "ledger.unknown_entry"
    message = gettext_noop("There is no ledger entry %(entry)s.")
    status = 404


class IdempotencyConflict(DomainError):
    code = "ledger.idempotency_conflict"
    message = gettext_noop("The key %(key)s was already used for another entry.")
    status = 409


class AlreadyReversed(DomainError):
    code = "ledger.already_reversed"
    message = gettext_noop("Only %(available)s of this entry can still be taken back.")
    status = 409


class AlreadyMoved(DomainError):
    code = "ledger.already_moved"
    message = gettext_noop("The balances of this holder were already moved to another one.")
    status = 409
