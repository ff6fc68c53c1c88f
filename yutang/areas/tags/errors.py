from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.core.errors import DomainError


class NameTaken(DomainError):
    code = "tags.name_taken"
    message = gettext_noop("%(name)s exists already.")
    status = 409


class GroupInUse(DomainError):
    code = "tags.group_in_use"
    message = gettext_noop("The group still has tags. Delete them first.")
    status = 409


class TagInUse(DomainError):
    code = "tags.in_use"
    message = gettext_noop("Segments or other tags build on this tag: %(names)s. Change them first.")
    status = 409


class ConsentMissing(DomainError):
    code = "tags.consent_missing"
    message = gettext_noop("Health notes are kept only with the person's consent.")
    status = 422


class RuleOfItself(DomainError):
    code = "tags.rule_of_itself"
    message = gettext_noop("A tag cannot follow from itself.")
    status = 422


class NobodyChosen(DomainError):
    code = "tags.nobody_chosen"
    message = gettext_noop("Choose a segment or some people first.")
    status = 422


class NotUndoable(DomainError):
    code = "tags.not_undoable"
    message = gettext_noop("This run cannot be undone: it is still at work, or was undone already.")
    status = 409
