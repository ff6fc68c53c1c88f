"""The people behind a figure, the quiet ones, and the segment made of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from yutang.areas.customers import queries as customers
from yutang.areas.grades import queries, services
from yutang.areas.orders import queries as orders
from yutang.areas.segments import queries as segments
from yutang.console.access import page
from yutang.console.grades import filters
from yutang.console.segments import pictures
from yutang.console.shell.listing import render_list
from yutang.core import clock
from yutang.core.errors import DomainError
from yutang.ui.paging import page_of
from yutang.ui.templatetags import ui

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.customers.models import Customer
    from yutang.areas.orders.models import CustomerStatistic
    from yutang.console.grades.filters import Filters

PER_PAGE = 25
QUIET = 180  # days
QUICK = (90, 180, 365, 730)


@page("grades.view", methods=("GET",))
def people(request: HttpRequest) -> HttpResponse:
    """Who stands behind a cell, a tile, a move; today's by rule, those of a past day by their numbers."""
    chosen = filters.read(request.GET, request)
    choice = filters.choice(request.GET, chosen)
    after = filters.number(request.GET, "from", 0, least=0)
    if choice.is_rule(chosen.today):
        rule = queries.rule(choice)
        table = pictures.member_table(rule, request, after=after, limit=PER_PAGE, permission=queries.VIEW)
        total = segments.count(rule, actor=request.actor, permission=queries.VIEW).people
    else:
        ids = queries.ids(choice, after=after, limit=PER_PAGE + 1, actor=request.actor)
        rule = queries.numbered(ids[:PER_PAGE])
        table = pictures.member_table(rule, request, limit=PER_PAGE, permission=queries.VIEW)
        table = replace(table, next_after=ids[PER_PAGE - 1] if len(ids) > PER_PAGE else None, is_first=after == 0)
        total = queries.count(choice, actor=request.actor)
    fields = filters.address(choice, chosen)
    context = {
        "filters": chosen, "members": table, "total": total, "title": title(choice, request.merchant.currency),
        "fields": fields, "address": f"{request.path}?{urlencode(fields)}", "follows": choice.is_rule(chosen.today),
        "choice": choice,
    }  # fmt: skip
    return render(request, "console/grades/people.html", context)


@page("segments.edit", methods=("POST",))
def save(request: HttpRequest) -> HttpResponse:
    """The same people as a segment."""
    chosen = filters.read(request.POST, request)
    choice = filters.choice(request.POST, chosen)
    back = f"{reverse('console:grades_people')}?{urlencode(filters.address(choice, chosen))}"
    try:
        made = services.save_segment(
            choice=choice, name=request.POST.get("name", ""), description=_description(choice, chosen, request),
            actor=request.actor,
        )  # fmt: skip
    except DomainError as error:
        messages.error(request, str(error))
        return redirect(back)
    messages.success(request, gettext("Saved “%(name)s”.") % {"name": made.name})
    return redirect("console:segment", made.pk)


@dataclass(frozen=True)
class Row:
    """Somebody who has not bought for long."""

    pk: int
    customer: Customer
    phone: str
    statistic: CustomerStatistic
    days: int


@page("grades.view", methods=("GET",))
def dormant(request: HttpRequest) -> HttpResponse:
    """Who has not bought for so many days, the most valuable first; phones are masked, as everywhere."""
    chosen = filters.read(request.GET, request)
    quiet = filters.number(request.GET, "quiet", QUIET, most=36_500)
    zone = request.merchant.timezone
    search = customers.Search(nodes=chosen.nodes)
    reachable = customers.people(request.actor, search, permission=queries.VIEW)
    bought_before = clock.end_of_day(chosen.today - timedelta(days=quiet), zone)
    found = orders.ranked(reachable).filter(purchases__gt=0, last_purchase_at__lt=bought_before)
    shown = page_of(found, request, order=("-net_amount", "-customer_id"))
    phones = customers.phones(statistic.customer_id for statistic in shown.rows)
    shown.rows = [_row(statistic, phones.get(statistic.customer_id, ""), chosen) for statistic in shown.rows]
    choice = queries.Choice("dormant", quiet=quiet, nodes=chosen.nodes)
    context = {
        "page": shown, "filters": chosen, "quiet": quiet, "quick": QUICK,
        "title": title(choice, request.merchant.currency), "fields": filters.address(choice, chosen),
    }  # fmt: skip
    return render_list(request, "console/grades/dormant.html", "console/grades/_dormant_rows.html", context)


def _row(statistic: CustomerStatistic, phone: str, chosen: Filters) -> Row:
    last_on = timezone.localdate(statistic.last_purchase_at)
    return Row(statistic.customer_id, statistic.customer, phone, statistic, (chosen.today - last_on).days)


def title(choice: queries.Choice, currency: str) -> str:
    """What the people have in common, as a heading and a name for their segment."""
    if choice.kind == "group":
        return gettext(queries.GROUP_LABELS[choice.group])
    if choice.kind == "cell":
        return gettext("Recency %(r)s, frequency %(f)s") % {"r": choice.r, "f": choice.f}
    if choice.kind == "tier":
        return gettext(queries.TIER_LABELS[choice.tier])
    if choice.kind == "worth":
        return gettext("Worth %(amount)s or more") % {"amount": ui.money(choice.least, currency)}
    if choice.kind == "dormant":
        return gettext("No purchase for %(days)s days or more") % {"days": choice.quiet}
    labels = queries.TIER_LABELS if choice.by == "tier" else queries.GROUP_LABELS
    ends = [gettext(labels[key]) if key else gettext("No purchase yet") for key in (choice.before, choice.after)]
    return " → ".join(ends)


def _description(choice: queries.Choice, chosen: Filters, request: HttpRequest) -> str:
    if choice.kind == "moved":
        return gettext("Moved from %(since)s to %(until)s.") % {"since": choice.since, "until": chosen.until}
    if choice.day is not None:
        return gettext("As it was on %(day)s.") % {"day": choice.day}
    return gettext("Made from the value grades.")
