"""Words for what is stored as codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext

from yutang.areas.customers import platforms
from yutang.areas.customers.models import Identity

if TYPE_CHECKING:
    from yutang.areas.customers.models import Merge
    from yutang.areas.customers.queries import Account


def source(code: str) -> str:
    return platforms.name(code) or "–"


def origin(code: str) -> str:
    """Where evidence comes from: `import:12`."""
    kind, _, number = code.partition(":")
    return gettext("import %(number)s") % {"number": number} if kind == "import" and number else code


def kind(code: str) -> str:
    """What a piece of evidence is: a kind of account, or a person's decision."""
    own = {"by_hand": gettext("By hand"), "decision": gettext("Decided in review")}
    return own.get(code) or str(dict(Identity.Kind.choices).get(code, code))


def explain(accounts: list[Account]) -> list[Account]:
    """Puts the words for platform and origin on the identities, for the template."""
    for account in accounts:
        account.identity.source_label = origin(account.identity.source)
        account.identity.namespace_label = source(account.identity.namespace) if account.identity.namespace else ""
    return accounts


def reasons(merges: list[Merge]) -> list[Merge]:
    """Puts the evidence of each merge into words."""
    for merge in merges:
        said = [_reason(evidence) for evidence in merge.evidence]
        merge.reasons = list(dict.fromkeys(text for text in said if text))
    return merges


def _reason(evidence: dict[str, object]) -> str:
    parts = [kind(str(evidence.get("kind", ""))), origin(str(evidence.get("source", ""))), str(evidence.get("why", ""))]
    return " · ".join(part for part in parts if part)
