"""The left navigation: jobs, and their pages. A page whose address does not exist yet is left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from yutang.core.access import Actor


@dataclass(frozen=True)
class Entry:
    url: str  # a url name
    label: str | _StrPromise
    permission: str
    is_whole: bool = False  # only for those whose permission reaches the whole company
    root: str = ""  # the url name above all of its pages, where that is another one

    def is_for(self, actor: Actor) -> bool:
        return actor.may(self.permission) and not (self.is_whole and actor.nodes(self.permission) is not None)

    def address(self) -> str | None:
        try:
            return reverse(self.url)
        except NoReverseMatch:
            return None

    def covers(self) -> str:
        """Its pages begin with this address."""
        return reverse(self.root or self.url)


@dataclass(frozen=True)
class Job:
    label: str | _StrPromise
    icon: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Link:
    label: str
    address: str
    is_active: bool


@dataclass(frozen=True)
class Group:
    label: str
    icon: str
    links: list[Link]
    is_active: bool


JOBS: tuple[Job, ...] = (
    Job(_("Home"), "home", (Entry("console:home", _("Home"), "home.view"),)),
    Job(
        _("Customers"),
        "users",
        (
            Entry("console:customers", _("Customer list"), "customers.view"),
            Entry("console:reviews", _("Merge review"), "customers.merge"),
            Entry("console:segments", _("Segments"), "segments.view"),
            Entry("console:grades", _("Value grades"), "grades.view"),
            Entry("console:tags", _("Tags"), "tags.view"),
            Entry("console:codes", _("Channel codes"), "interactions.view"),
            Entry("console:behaviour", _("Behaviour reports"), "interactions.view"),
            Entry("console:privacy", _("Personal data"), "privacy.view"),
        ),
    ),
    Job(
        _("Products"),
        "shopping-bag",
        (
            Entry("console:products", _("Product list"), "catalog.view"),
            Entry("console:stock", _("Stock"), "inventory.view"),
            Entry("console:categories", _("Categories"), "catalog.view"),
            Entry("console:product_reviews", _("Product reviews"), "catalog.view"),
            Entry("console:shop_pages", _("Shop pages"), "decoration.view", is_whole=True),
            Entry("console:region_demand", _("Goods by region"), "catalog.view", root="console:regions"),
            Entry("console:freight", _("Freight templates"), "catalog.view"),
        ),
    ),
    Job(
        _("Orders"),
        "shopping-cart",
        (
            Entry("console:orders", _("Order list"), "orders.view"),
            Entry("console:invoices", _("Invoices"), "orders.invoices"),
            Entry("console:pos", _("Till"), "pos.sell"),
            Entry("console:pickup", _("Pickup desk"), "orders.pickup"),
            Entry("console:aftersale", _("After-sale"), "aftersale.view"),
            Entry("console:disputes", _("Disputes"), "aftersale.view"),
            Entry("console:aftersale_score", _("Service score"), "aftersale.view"),
            Entry("console:aftersale_settings", _("After-sale terms"), "aftersale.setup", is_whole=True),
            Entry("console:pos_settings", _("Rules of the till"), "pos.setup", is_whole=True),
            Entry("console:order_settings", _("Order settings"), "orders.setup", is_whole=True),
            Entry("console:local_delivery", _("Same-city delivery"), "orders.setup"),
            Entry("console:imports", _("Import centre"), "imports.view", is_whole=True),
        ),
    ),
    Job(
        _("Membership"),
        "star",
        (
            Entry("console:levels", _("Levels"), "membership.view", is_whole=True),
            Entry("console:cards", _("Membership cards"), "membership.view", is_whole=True),
            Entry("console:points", _("Points"), "points.view", is_whole=True),
            Entry("console:missions", _("Check-in and tasks"), "points.view", is_whole=True),
            Entry("console:wallet", _("Stored value"), "wallet.view"),
            Entry("console:gift_cards", _("Gift cards"), "wallet.view", is_whole=True),
            Entry("console:vip", _("VIP hub"), "bookings.view", is_whole=True),
            Entry("console:bookings", _("Bookings"), "bookings.view"),
        ),
    ),
    Job(
        _("Marketing"),
        "discount",
        (
            Entry("console:coupons", _("Coupons"), "coupons.view", is_whole=True),
            Entry("console:coupon_runs", _("Coupon issues"), "coupons.view", is_whole=True),
        ),
    ),
    Job(
        _("Finance"),
        "report-money",
        (
            Entry("console:ledger", _("Trial balance"), "ledger.view", is_whole=True),
            Entry("console:settlement", _("Settlement"), "settlement.view"),
        ),
    ),
    Job(
        _("Settings"),
        "settings",
        (
            Entry("console:staff", _("Staff and roles"), "staff.view"),
            Entry("console:audit", _("Audit log"), "audit.view"),
            Entry("console:api_keys", _("API keys"), "api_keys.manage"),
            Entry("console:messages", _("Text messages"), "messaging.setup", is_whole=True),
            Entry("console:reminders", _("Reminders"), "messaging.setup", is_whole=True),
            Entry("console:payment_accounts", _("Payment accounts"), "payments.setup", is_whole=True),
            Entry("console:wechat", _("WeChat"), "channels.setup", is_whole=True),
            Entry("console:settings", _("Brand and stores"), "settings.edit"),
        ),
    ),
)


def groups(actor: Actor | None, path: str) -> list[Group]:
    """What this person may open; the entry with the longest matching address is the active one."""
    found = []
    for job in JOBS:
        entries = [(entry, entry.address()) for entry in job.entries if actor is not None and entry.is_for(actor)]
        if reachable := [(entry, address) for entry, address in entries if address is not None]:
            found.append((job, reachable))
    roots = [entry.covers() for _job, reachable in found for entry, _address in reachable]
    active = max((a for a in roots if path == a or (a != "/" and path.startswith(a))), key=len, default=None)
    return [
        Group(
            label=str(job.label),
            icon=job.icon,
            links=[Link(str(entry.label), address, entry.covers() == active) for entry, address in reachable],
            is_active=any(entry.covers() == active for entry, _address in reachable),
        )
        for job, reachable in found
    ]


def landing(actor: Actor | None) -> str | None:
    """The first page this person may open, or None."""
    return next((link.address for group in groups(actor, "") for link in group.links), None)
