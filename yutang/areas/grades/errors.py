from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.core.errors import DomainError


class UnknownGrade(DomainError):
    code = "grades.unknown"
    message = gettext_noop("There is no grade “%(value)s”.")
    status = 404


class BadDay(DomainError):
    code = "grades.bad_day"
    message = gettext_noop("“%(value)s” is no day. Write it as 2026-03-01.")
    status = 422


class DaysTurned(DomainError):
    code = "grades.days_turned"
    message = gettext_noop("The first day must lie before the second.")
    status = 422


class ListTooLong(DomainError):
    code = "grades.list_too_long"
    message = gettext_noop(
        "These are %(people)s people. A list of the past can be saved up to %(limit)s: choose one store, or fewer days."
    )
    status = 422


class NobodyThere(DomainError):
    code = "grades.nobody"
    message = gettext_noop("There is nobody to save.")
    status = 422
