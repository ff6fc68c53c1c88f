"""What the merchant promises buyers of a kind of product, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext, ngettext

if TYPE_CHECKING:
    from yutang.areas.aftersale.models import Terms


@dataclass(frozen=True)
class Promised:
    """`short` stands on the page of the product, `text` explains it."""

    short: str
    text: str


def promised(terms: Terms, days: int) -> list[Promised]:
    """`days`: in which that kind of product is taken back without a reason."""
    found = []
    if days:
        found.append(
            Promised(
                ngettext("%(n)s-day returns", "%(n)s-day returns", days) % {"n": days},
                gettext(
                    "You may send it back within %(n)s days after you received it, without saying why, as long as it"
                    " can still be sold. You bear the freight of the return. Not for fresh goods and goods made for"
                    " you alone, as the law allows."
                )
                % {"n": days},
            )
        )
    found.append(
        Promised(
            gettext("Faults made good"),
            gettext(
                "Broken, bad or not as described? Tell us within %(n)s days after you received it: money back, return"
                " or exchange, and we bear the freight."
            )
            % {"n": terms.quality_days},
        )
    )
    found.append(
        Promised(
            gettext("An answer in %(n)s hours") % {"n": terms.answer_hours},
            gettext(
                "If we do not answer a request within %(n)s hours, it counts as agreed. Before we have shipped, %(m)s"
                " hours."
            )
            % {"n": terms.answer_hours, "m": terms.cancel_hours},
        )
    )
    found.append(
        Promised(
            gettext("A fair ruling"),
            gettext(
                "If we refuse and you disagree, ask for a ruling. Both sides show what they have for %(n)s days, then"
                " somebody who took no part decides. Without a ruling within %(m)s days it is decided in your favour."
            )
            % {"n": terms.evidence_days, "m": terms.rule_days},
        )
    )
    return found
