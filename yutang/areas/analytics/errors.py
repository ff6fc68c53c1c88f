"""What can be wrong with a question about figures."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.core.errors import DomainError, Invalid, NotFound


class UnknownMetric(NotFound):
    code = "analytics.unknown_metric"
    message = gettext_noop("There is no figure called “%(key)s”.")


class BadPeriod(Invalid):
    code = "analytics.bad_period"
    message = gettext_noop("The first day (%(since)s) lies after the last day (%(until)s).")


class BadDate(Invalid):
    code = "analytics.bad_date"
    message = gettext_noop("“%(value)s” is not a date; write it like 2026-11-21.")


class UnknownStep(DomainError):
    code = "analytics.unknown_step"
    message = gettext_noop("“%(value)s” cannot be chosen here; use one of: %(choices)s.")
    status = 422


class NobodyKnown(DomainError):
    code = "analytics.nobody_known"
    message = gettext_noop("None of these people is known, so there is nobody to keep in a segment.")
    status = 422


class TooManyToKeep(DomainError):
    code = "analytics.too_many_to_keep"
    message = gettext_noop(
        "These are %(people)s known people. A fixed list holds up to %(limit)s: choose fewer days, a source or a store."
    )
    status = 422
