"""What a purchase gave and its refund takes again: points and growth. Reactions do it once the money is back; a preview
says it before."""

from __future__ import annotations

from django.utils.translation import gettext, ngettext

from yutang.areas.membership import queries as membership
from yutang.areas.orders.perks.base import GivenBack
from yutang.areas.points import queries as points

KEY = "earned"


def preview(*, order_id: int, paid: int, refunded: int) -> list[GivenBack]:
    """When `refunded` of `paid` (minor units, all refunds so far and this one) is back."""
    said = []
    if taken := points.taken_by_refunds(order_id, refunded):
        text = ngettext(
            "%(count)s point of the purchase is taken back.", "%(count)s points of the purchase are taken back.", taken
        )
        said.append(GivenBack(KEY, text % {"count": f"{taken:,}"}))
    if taken := membership.growth_taken_by_refunds(order_id, paid=paid, refunded=refunded):
        said.append(GivenBack(KEY, gettext("%(count)s growth is taken back.") % {"count": f"{taken:,}"}))
    return said
