from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.core.errors import DomainError


class NoCheckIn(DomainError):
    code = "missions.no_check_in"
    message = gettext_noop("There is no check-in at the moment.")
    status = 409


class NotComplete(DomainError):
    code = "missions.not_complete"
    message = gettext_noop("Something is still missing: a phone and an address make the profile complete.")
    status = 409


class BadNumber(DomainError):
    code = "missions.bad_number"
    message = gettext_noop("Between %(least)s and %(most)s.")
    status = 422


class NothingGiven(DomainError):
    code = "missions.nothing_given"
    message = gettext_noop("Choose what the task gives.")
    status = 422
