"""Log-ins of people that can be ended.

A log-in names an identity and the generation it had then; it holds while the identity has that generation. That is kept
with the identity, not with the person: merging and parting people neither ends log-ins nor brings ended ones back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from yutang.areas.customers.models import Identity
from yutang.core import audit

if TYPE_CHECKING:
    from yutang.core.access import Actor


@transaction.atomic
def end_logins(*, customer_id: int, actor: Actor) -> int:
    """Ends every log-in by any account of this person of today; returns how many accounts that were. Erasing does the
    same (`erasing.erase`)."""
    ended = Identity.objects.filter(customer=customer_id).update(login_generation=F("login_generation") + 1)
    audit.record("customers.end_logins", actor=actor, object_type="customer", object_id=customer_id)
    return ended
