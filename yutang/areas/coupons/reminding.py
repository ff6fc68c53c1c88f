"""Who is told that coupons expire."""

from __future__ import annotations

from django.utils.translation import gettext, gettext_noop, ngettext

from yutang.areas.messaging import kinds
from yutang.areas.messaging.kinds import Figures, Find, Kind

# So many people, then all of theirs by the day they end, so that no chunk ends between two days of a person.
_EXPIRING = """
SELECT x.customer_id, 'coupons-expiring:' || x.last_on AS key,
       jsonb_build_object('count', count(*), 'name', min(t.name), 'on', x.last_on) AS figures,
       NULL::timestamptz AS position_at, x.customer_id AS position_id
  FROM (SELECT c.customer_id, c.template_id,
               ((c.valid_until - interval '1 microsecond') AT TIME ZONE %(timezone)s)::date AS last_on
          FROM (SELECT DISTINCT customer_id FROM coupons_coupon
                 WHERE merchant_id = %(merchant)s AND customer_id > %(after_id)s AND state = 'usable'
                   AND valid_until > %(now)s AND valid_until <= %(until)s
                 ORDER BY customer_id LIMIT %(limit)s) p
          JOIN coupons_coupon c ON c.merchant_id = %(merchant)s AND c.customer_id = p.customer_id
               AND c.state = 'usable' AND c.valid_until > %(now)s AND c.valid_until <= %(until)s) x
  JOIN coupons_template t ON t.id = x.template_id
 GROUP BY x.customer_id, x.last_on ORDER BY x.customer_id, x.last_on
"""


def register() -> None:
    kinds.register(
        Kind(
            "coupons-expiring", label=gettext_noop("Coupons expire"),
            hint=gettext_noop("Whoever has coupons that end within so many days."), icon="discount",
            words=expiring, page=lambda _: ("coupons",), find=Find(_EXPIRING), days=3,
        )
    )  # fmt: skip


def expiring(figures: Figures) -> tuple[str, str]:
    said = {"count": figures["count"], "name": figures["name"], "on": figures["on"]}
    text = ngettext(
        "“%(name)s” can be used until %(on)s.",
        "“%(name)s” and others, %(count)s coupons in all, can be used until %(on)s.",
        figures["count"],
    )
    return gettext("Your coupons expire soon"), text % said
