"""What really happened at the brand: the ledger every import can be checked against.

All money is in 分 (minor units of CNY), all times are aware and in Asia/Shanghai. An order here is as the *newest*
exported file shows it; `snapshot` shows it as an earlier export did.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

Identifier = tuple[str, str]  # (kind, value), e.g. ("phone", "+8613800138000")

BUYER_KINDS = ("taobao", "jd", "pinduoduo", "douyin", "youzan", "weixin_shop", "shopify")
STRONG_KINDS = frozenset({*BUYER_KINDS, "phone", "email", "unionid", "external_userid", "member_card"})
HOUSEHOLD_BUYERS = 3  # a phone seen with this many buyer ids of one platform unites nobody

UNPAID, PAID, PARTLY_SHIPPED, SHIPPED, COMPLETED, CLOSED = (
    "unpaid",
    "paid",
    "partly_shipped",
    "shipped",
    "completed",
    "closed",
)


@dataclass(frozen=True, slots=True)
class Region:
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Store:
    code: str
    name: str
    region_code: str
    province: str
    city: str
    district: str
    address: str
    is_direct: bool  # else franchise
    opened_on: date


@dataclass(frozen=True, slots=True)
class Person:
    person_no: int
    name: str
    nickname: str
    phone: str  # E.164
    email: str
    birthday: date
    province: str
    city: str
    district: str
    address: str
    country: str  # ISO 3166, "CN" for nearly all
    accounts: tuple[Identifier, ...]  # everything the person owns, shown in files or not
    channels: tuple[str, ...]  # the favourite first
    home_store: str | None
    joined_at: datetime  # first order
    lapsed_at: datetime | None  # when the person silently stopped buying, None while still active
    referred_by: int | None
    household_no: int | None  # shares its phone with 3 to 4 others
    is_staff: bool

    def account(self, kind: str) -> str | None:
        """The first account of this kind."""
        return next((value for known, value in self.accounts if known == kind), None)


@dataclass(frozen=True, slots=True)
class Line:
    line_key: str
    product: str  # our catalogue code
    product_code: str | None  # the platform's product id where the layout shows one
    sku: str
    title: str
    spec: str
    quantity: int
    price: int  # list price of one piece, 分
    amount: int  # paid for the whole line after discounts, 分
    kind: Literal["goods", "freight", "refund"] = "goods"


@dataclass(frozen=True, slots=True)
class Refund:
    line_key: str  # "<line>#refund", or "#refund" where the layout only knows the order's refund
    amount: int  # positive, 分
    at: datetime  # the time an importer must book: completed, else cancelled, else paid
    happened_at: datetime  # when it really happened; shown by no file


@dataclass(frozen=True, slots=True)
class Order:
    order_no: str
    channel: str
    layout: str  # like channel, but taobao_old and taobao_new
    shop: str
    buyer_no: int  # who really bought
    person_no: int | None  # the same, None when the file carries no usable identity
    identifiers: tuple[Identifier, ...]  # what the file shows and an importer may use
    account: str  # platform account as printed, "" when the layout has none
    phone_shown: str  # phone as printed: full, masked, virtual, cipher or ""
    store_code: str | None
    ordered_at: datetime
    paid_at: datetime | None
    shipped_at: datetime | None
    completed_at: datetime | None
    closed_at: datetime | None
    status: str
    lines: tuple[Line, ...]  # goods; printed for unpaid orders too, see sale_lines
    freight: int
    refunds: tuple[Refund, ...]
    payment_method: str
    guide: str | None
    host: str | None
    note: str

    @property
    def is_sale(self) -> bool:
        """Paid at least once. Cash on delivery has no payment time, yet is a sale unless closed."""
        return self.status != UNPAID and not (self.status == CLOSED and self.paid_at is None)

    @property
    def sold_at(self) -> datetime:
        return self.paid_at or self.ordered_at

    @property
    def goods_amount(self) -> int:
        return sum(line.amount for line in self.lines)

    @property
    def total(self) -> int:
        """What the buyer paid at purchase, 分; refunds are not taken off."""
        return self.goods_amount + self.freight

    @property
    def refunded(self) -> int:
        return sum(refund.amount for refund in self.refunds)

    @property
    def sale_lines(self) -> tuple[Line, ...]:
        """The lines an importer must end up with: goods, freight, refunds (negative). Empty when never paid."""
        if not self.is_sale:
            return ()
        lines = list(self.lines)
        if self.freight > 0:
            lines.append(Line("#freight", "", None, "", "", "", 0, self.freight, self.freight, "freight"))
        lines += [Line(each.line_key, "", None, "", "", "", 0, 0, -each.amount, "refund") for each in self.refunds]
        return tuple(lines)


@dataclass(frozen=True, slots=True)
class Referral:
    referrer_no: int
    invitee_no: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Household:
    """People behind one phone. Each has a buyer id of `platform`; their phone is printed nowhere but there, first in
    one September in which all of them order, so that a single file shows at least four buyer ids on it."""

    household_no: int
    phone: str
    platform: str
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Variant:
    sku: str
    spec: str
    price: int


@dataclass(frozen=True, slots=True)
class Product:
    code: str
    title: str  # till and own shop
    long_title: str  # marketplaces
    category: str
    variants: tuple[Variant, ...]


@dataclass(frozen=True)
class Truth:
    brand: str
    brand_en: str
    seed: int
    scale: float
    starts_on: date
    as_of: date
    regions: tuple[Region, ...]
    stores: tuple[Store, ...]
    products: tuple[Product, ...]
    people: tuple[Person, ...]
    orders: tuple[Order, ...]  # by ordered_at
    referrals: tuple[Referral, ...]
    households: tuple[Household, ...]

    @cached_property
    def person_by_no(self) -> dict[int, Person]:
        return {person.person_no: person for person in self.people}

    @cached_property
    def store_by_code(self) -> dict[str, Store]:
        return {store.code: store for store in self.stores}


@dataclass(frozen=True, slots=True)
class Cluster:
    """One customer an importer must arrive at."""

    orders: tuple[str, ...]  # order numbers
    identifiers: frozenset[Identifier]
    people: frozenset[int]  # the true persons; one, unless strong keys lie


@dataclass(frozen=True)
class ExpectedPeople:
    clusters: tuple[Cluster, ...]
    cluster_of: dict[str, int]  # order number -> index into clusters; anonymous orders are missing
    refused_phones: frozenset[str]

    def pair_precision(self) -> float:
        """Share of order pairs inside clusters that really belong to one person."""
        return pair_precision(self.cluster_of, self.true_person)

    true_person: dict[str, int]  # order number -> person, for every order with an identity


def pair_precision(cluster_of: dict[str, int], true_person: dict[str, int]) -> float:
    """Pairs of orders united by `cluster_of` and of one true person / all united pairs (1.0 without pairs)."""
    counts: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for order_no, cluster in cluster_of.items():
        counts[cluster][true_person[order_no]] += 1
    right = sum(n * (n - 1) // 2 for people in counts.values() for n in people.values())
    total = sum(n * (n - 1) // 2 for people in counts.values() for n in [sum(people.values())])
    return right / total if total else 1.0


def refused_phones(orders: tuple[Order, ...]) -> frozenset[str]:
    """Household phones: seen with HOUSEHOLD_BUYERS or more distinct buyer ids of one platform."""
    buyers: dict[tuple[str, str], set[str]] = defaultdict(set)
    for order in orders:
        phones = [value for kind, value in order.identifiers if kind == "phone"]
        for kind, value in order.identifiers:
            if kind in BUYER_KINDS:
                for phone in phones:
                    buyers[phone, kind].add(value)
    return frozenset(phone for (phone, _kind), ids in buyers.items() if len(ids) >= HOUSEHOLD_BUYERS)


def expected_people(truth: Truth) -> ExpectedPeople:
    """Clusters of orders that strong keys visible in the files unite: plain union-find over identifiers.

    Household phones (see `refused_phones`) unite nobody. Orders without any usable identifier are in no cluster.
    """
    refused = refused_phones(truth.orders)
    parent: dict[Identifier, Identifier] = {}

    def find(key: Identifier) -> Identifier:
        parent.setdefault(key, key)
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    usable: dict[str, list[Identifier]] = {}
    for order in truth.orders:
        keys = [
            (kind, value)
            for kind, value in order.identifiers
            if kind in STRONG_KINDS and not (kind == "phone" and value in refused)
        ]
        if not keys:
            continue
        usable[order.order_no] = keys
        for key in keys:
            parent[find(key)] = find(keys[0])

    by_root: dict[Identifier, list[str]] = defaultdict(list)
    for order_no, keys in usable.items():
        by_root[find(keys[0])].append(order_no)
    true_person = {order.order_no: order.buyer_no for order in truth.orders if order.order_no in usable}
    clusters = tuple(
        Cluster(
            orders=tuple(members),
            identifiers=frozenset(key for order_no in members for key in usable[order_no]),
            people=frozenset(true_person[order_no] for order_no in members),
        )
        for members in by_root.values()
    )
    cluster_of = {order_no: index for index, cluster in enumerate(clusters) for order_no in cluster.orders}
    return ExpectedPeople(clusters, cluster_of, refused, true_person)


def snapshot(order: Order, at: datetime) -> Order:
    """The order as an export taken at `at` shows it: later times, closings and refunds are not there yet."""

    def known(moment: datetime | None) -> datetime | None:
        return moment if moment is not None and moment <= at else None

    paid_at, shipped_at, completed_at, closed_at = (
        known(order.paid_at),
        known(order.shipped_at),
        known(order.completed_at),
        known(order.closed_at),
    )
    refunds = tuple(refund for refund in order.refunds if refund.happened_at <= at)
    if order.status == CLOSED and closed_at is not None:
        status = CLOSED
    elif order.status == COMPLETED and (completed_at or (order.channel == "pos" and paid_at)):
        status = COMPLETED
    elif shipped_at is not None:
        status = PARTLY_SHIPPED if order.status == PARTLY_SHIPPED else SHIPPED
    elif paid_at is not None or (order.paid_at is None and order.payment_method == "货到付款"):
        status = PAID
    else:
        status = UNPAID
    if order.status == PARTLY_SHIPPED and order.channel == "shopify" and paid_at is not None:
        status = PARTLY_SHIPPED
    return replace(
        order,
        status=status,
        paid_at=paid_at,
        shipped_at=shipped_at,
        completed_at=completed_at,
        closed_at=closed_at,
        refunds=refunds,
    )
