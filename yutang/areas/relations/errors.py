from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.core.errors import DomainError


class BroughtThemselves(DomainError):
    code = "relations.brought_themselves"
    message = gettext_noop("Nobody brings themselves.")
    status = 422


class GoesInCircles(DomainError):
    code = "relations.circle"
    message = gettext_noop("Customer %(bringer)s was brought by customer %(customer)s, directly or by others.")
    status = 409


class ReasonMissing(DomainError):
    code = "relations.reason_missing"
    message = gettext_noop("Somebody else is known to have brought this person. Say why this changes.")
    status = 422


class NobodyChosen(DomainError):
    code = "relations.nobody_chosen"
    message = gettext_noop("Choose some people first.")
    status = 422
