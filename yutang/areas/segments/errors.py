from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.core.errors import DomainError


class RuleInvalid(DomainError):
    """`field` and `path` name the place inside the rule's JSON: `all[1].value`."""

    code = "segments.rule_invalid"
    message = gettext_noop("%(path)s: %(reason)s")
    status = 422


class NameTaken(DomainError):
    code = "segments.name_taken"
    message = gettext_noop("There is a segment named %(name)s already.")
    status = 409


class SegmentInUse(DomainError):
    code = "segments.in_use"
    message = gettext_noop("Other segments build on this one: %(names)s. Change them first.")
    status = 409
