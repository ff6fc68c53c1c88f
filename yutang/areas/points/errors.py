from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.core.errors import DomainError


class NotEnoughPoints(DomainError):
    """`params`: available, wanted."""

    code = "points.not_enough"
    message = gettext_noop("%(wanted)s points are needed, %(available)s are there.")
    status = 409


class OfferGone(DomainError):
    code = "points.offer_gone"
    message = gettext_noop("“%(title)s” is no longer offered.")
    status = 409


class OfferSoldOut(DomainError):
    code = "points.offer_sold_out"
    message = gettext_noop("“%(title)s”: the last one is gone.")
    status = 409


class OfferLimit(DomainError):
    code = "points.offer_limit"
    message = gettext_noop("“%(title)s”: at most %(most)s for each person.")
    status = 409


class BadTerms(DomainError):
    code = "points.bad_terms"
    message = gettext_noop("Between %(least)s and %(most)s.")
    status = 422


class NoPurchaseAmount(DomainError):
    code = "points.no_purchase_amount"
    message = gettext_noop("Say for which amount of money the points are given.")
    status = 422


class NothingGiven(DomainError):
    code = "points.nothing_given"
    message = gettext_noop("Choose what is given for the points.")
    status = 422


class NoChange(DomainError):
    code = "points.no_change"
    message = gettext_noop("Say by how many points, up or down.")
    status = 422


class NoReason(DomainError):
    code = "points.no_reason"
    message = gettext_noop("Say why.")
    status = 422


class AlreadyDecided(DomainError):
    code = "points.already_decided"
    message = gettext_noop("This change was decided already: %(state)s.")
    status = 409


class OwnChange(DomainError):
    code = "points.own_change"
    message = gettext_noop("Somebody else must approve what you asked for.")
    status = 403
