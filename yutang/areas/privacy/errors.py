from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.core.errors import DomainError


class ErasureBlocked(DomainError):
    code = "privacy.erasure_blocked"
    message = gettext_noop("This person cannot be erased now. %(reasons)s")
    status = 409


class OrdersOpen(DomainError):
    code = "privacy.orders_open"
    message = gettext_noop("Something is still going on with this person. %(reasons)s")
    status = 409


class ErasureRunning(DomainError):
    code = "privacy.erasure_running"
    message = gettext_noop("The erasure of this person is under way already.")
    status = 409


class NotConfirmed(DomainError):
    code = "privacy.not_confirmed"
    message = gettext_noop("Type %(word)s to confirm.")
    status = 422


class CopyExpired(DomainError):
    code = "privacy.copy_expired"
    message = gettext_noop("This copy is no longer kept. Make a new one.")
    status = 410


class StillErasing(DomainError):
    """Raised in the job: something has to end first; the job comes back."""

    code = "privacy.still_erasing"
    message = gettext_noop("The erasure waits. %(reasons)s")
    status = 409
