from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.core.errors import DomainError


class NotNow(DomainError):
    """`params`: number, state. The state of the case does not allow it: somebody, or time, was faster."""

    code = "aftersale.not_now"
    message = gettext_noop("Case %(number)s is “%(state)s”: this cannot be done now.")
    status = 409


class CannotBeAsked(DomainError):
    """`params`: title. Never paid, given back already, or too late."""

    code = "aftersale.cannot_be_asked"
    message = gettext_noop("%(title)s: this cannot be asked for, or no longer.")
    status = 409


class TooManyPieces(DomainError):
    """`params`: title, left. Pieces of open cases are not counted."""

    code = "aftersale.too_many_pieces"
    message = gettext_noop("%(title)s: only %(left)s more can be asked for.")
    status = 409


class AskSeparately(DomainError):
    code = "aftersale.ask_separately"
    message = gettext_noop("Ask separately for what has been handed over and for what has not.")
    status = 422


class OneAtATime(DomainError):
    code = "aftersale.one_at_a_time"
    message = gettext_noop("Exchange one item at a time.")
    status = 422


class AmountTooLarge(DomainError):
    """`params`: most (minor units)."""

    code = "aftersale.amount_too_large"
    message = gettext_noop("More is asked for than can be given back.")
    status = 409


class BadReason(DomainError):
    code = "aftersale.bad_reason"
    message = gettext_noop("Choose a reason of the list.")
    status = 422


class BadReplacement(DomainError):
    code = "aftersale.bad_replacement"
    message = gettext_noop("Only for another kind of the same product at the same price.")
    status = 422


class TextMissing(DomainError):
    code = "aftersale.text_missing"
    message = gettext_noop("Say why.")
    status = 422


class TextTooLong(DomainError):
    """`params`: most."""

    code = "aftersale.text_too_long"
    message = gettext_noop("At most %(most)s characters.")
    status = 422


class TooManyPictures(DomainError):
    """`params`: most."""

    code = "aftersale.too_many_pictures"
    message = gettext_noop("At most %(most)s pictures.")
    status = 409


class LeftMeanwhile(DomainError):
    """`params`: number. A case about pieces that had not left cannot go on once they have."""

    code = "aftersale.left_meanwhile"
    message = gettext_noop("The goods of case %(number)s have been shipped meanwhile. Ask for a return instead.")
    status = 409


class Changed(DomainError):
    """What was seen before confirming is not what would happen now."""

    code = "aftersale.changed"
    message = gettext_noop("Something has changed meanwhile. Please look at it again.")
    status = 409


class TookPart(DomainError):
    code = "aftersale.took_part"
    message = gettext_noop("Whoever handled a case cannot rule on it.")
    status = 403


class EvidenceClosed(DomainError):
    code = "aftersale.evidence_closed"
    message = gettext_noop("The time for evidence is over.")
    status = 409


class NotShippedYet(DomainError):
    """`params`: order_no."""

    code = "aftersale.not_shipped_yet"
    message = gettext_noop("The replacement %(order_no)s has not been shipped yet.")
    status = 409


class OutOfBounds(DomainError):
    """`params`: least, most."""

    code = "aftersale.out_of_bounds"
    message = gettext_noop("Between %(least)s and %(most)s.")
    status = 422
