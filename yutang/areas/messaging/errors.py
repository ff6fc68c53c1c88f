from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.core.errors import DomainError


class BadPhone(DomainError):
    code = "messaging.bad_phone"
    message = gettext_noop("This is no mobile number that gets text messages. Please check it.")
    status = 422


# -- sending ---------------------------------------------------------------------------------------------------------


class TooSoon(DomainError):
    """`params`: wait (in words), seconds."""

    code = "messaging.too_soon"
    message = gettext_noop("A code was just sent. You can ask for another one in %(wait)s.")
    status = 429


class TooManyCodes(DomainError):
    """`params`: of ("phone", "address", "merchant"), wait (in words), seconds."""

    code = "messaging.too_many_codes"
    message = gettext_noop("Too many codes were asked for. Please try again in %(wait)s.")
    status = 429


class NotConnected(DomainError):
    """The merchant has no account that sends text messages."""

    code = "messaging.not_connected"
    message = gettext_noop("No text messages can be sent here at the moment.")
    status = 503


class UnknownProvider(DomainError):
    """`params`: provider."""

    code = "messaging.unknown_provider"
    message = gettext_noop("%(provider)s is no service for text messages that is known here.")
    status = 404


class Unreachable(DomainError):
    """No connection to the service: nothing was sent."""

    code = "messaging.unreachable"
    message = gettext_noop("The text message could not be sent. Please try again in a moment.")
    status = 503


class Unanswered(DomainError):
    """The service did not answer: whether a message was sent is unknown."""

    code = "messaging.unanswered"
    message = gettext_noop("The text message may be on its way. If none comes within a minute, ask for another one.")
    status = 503


class Declined(DomainError):
    """`params`: reason, the service's code. It answered and sent nothing; the reason is for staff, not for readers."""

    code = "messaging.declined"
    message = gettext_noop("The text message could not be sent. Please try again later.")
    status = 502


# -- checking --------------------------------------------------------------------------------------------------------


class WrongCode(DomainError):
    """`params`: left, how many tries remain."""

    code = "messaging.wrong_code"
    message = gettext_noop("The code is wrong. Tries left: %(left)s.")
    status = 422


class CodeExpired(DomainError):
    """Too old, used already, or never sent to this browser."""

    code = "messaging.code_expired"
    message = gettext_noop("This code is no longer good. Please ask for a new one.")
    status = 422


class TooManyTries(DomainError):
    code = "messaging.too_many_tries"
    message = gettext_noop("The code was wrong too often. Please ask for a new one.")
    status = 429
