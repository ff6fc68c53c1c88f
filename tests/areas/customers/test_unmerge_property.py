"""Merging and unmerging in any order leaves no trace: compared with a world in which nobody merged by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import orders as order_factory
from tests.factories.customers import START, records
from tests.factories.merchants import make_merchant
from yutang.areas.customers import services
from yutang.areas.customers.models import Customer, Identity, Note
from yutang.areas.orders.models import CustomerStatistic, Order, SaleLine
from yutang.core import access, tenancy

SMALL = st.integers(0, 2)
# Whose key a record shows, by kind: mostly one of three people, but some records tie two, and keys that were first seen
# alone are tied to their people later. Both worlds unite by keys; only one of them merges by hand as well.
RECORD = st.tuples(
    st.just("record"),
    st.dictionaries(st.sampled_from(["buyer_id", "phone", "email", "member_card", "unionid"]), SMALL, min_size=1),
    st.sampled_from(["", "王小明", "Ada"]),
    st.sampled_from(["", "浙江省"]),
)
STEPS = st.lists(
    st.one_of(
        RECORD,
        st.tuples(st.just("order"), SMALL, st.integers(0, 3), st.integers(-3, 9)),
        st.tuples(st.just("note"), SMALL, SMALL),
        st.tuples(st.just("merge"), SMALL, SMALL),
        st.tuples(st.just("merge"), SMALL, SMALL),
        st.tuples(st.just("unmerge"), SMALL),
    ),
    min_size=3,
    max_size=14,
)
BEGIN = [("record", {"buyer_id": who}, "", "") for who in range(3)]


class World:
    """One merchant. `merging` says whether merges by hand happen in it."""

    def __init__(self, merchant, *, merging: bool) -> None:
        self.merchant = merchant
        self.merging = merging
        self.actor = access.system(self.merchant.pk, name="tester")
        self.merges: list[int] = []

    def play(self, number: int, step: tuple) -> None:
        with tenancy.scope(self.merchant.pk):
            getattr(self, step[0])(number, *step[1:])

    def record(self, number, shown, name, province):
        row = {"seen_at": START + timedelta(hours=number), "name": name or None, "province": province or None}
        row |= {kind: f"+8613800{who:06d}" if kind == "phone" else f"{kind}{who}" for kind, who in shown.items()}
        services.resolve(records=records(row), source=f"import:{number}", namespace="taobao", actor=self.actor)

    def order(self, number, who, order_no, amount):
        identity = Identity.objects.order_by("id")[who:].first()
        if identity is not None:
            order_factory.record(
                order_factory.line(
                    str(order_no), amount=amount * 100, identity=identity, updated_at=START + timedelta(hours=number)
                )
            )

    def note(self, number, who, _):
        if identity := Identity.objects.select_related("home_customer").order_by("id")[who:].first():
            # Written on the page of the account's own person, in both worlds.
            Note.objects.create(
                merchant=self.merchant, home_customer=identity.home_customer, customer_id=identity.customer_id,
                text=f"note {number}", author="tester", created_at=START,
            )  # fmt: skip

    def merge(self, number, one, other):
        people = list(Customer.objects.filter(merged_into__isnull=True).order_by("id"))
        if self.merging and one != other and max(one, other) < len(people):
            merge = services.merge(
                survivor_id=people[one].pk, absorbed_id=people[other].pk, evidence=[{"by": "tester"}], actor=self.actor
            )
            self.merges.append(merge.pk)

    def unmerge(self, number, which):
        if not self.merges:
            return
        merge_id = self.merges.pop(which % len(self.merges))
        services.unmerge(merge_id=merge_id, actor=self.actor)
        self.check()

    def check(self) -> None:
        """Every row belongs to the root of its home."""
        above = dict(Customer.objects.values_list("id", "merged_into_id"))

        def root(person):
            while above[person] is not None:
                person = above[person]
            return person

        homes = {}
        for identity in Identity.objects.all():
            homes[identity.pk] = root(identity.home_customer_id)
            assert identity.customer_id == homes[identity.pk]
        for row in [*Order.objects.all(), *SaleLine.objects.all()]:
            assert row.customer_id == homes[row.identity_id]
        for note in Note.objects.all():
            assert note.customer_id == root(note.home_customer_id)

    def end(self) -> dict[str, list]:
        """All rows after undoing every merge, newest last, with numbers in place of ids."""
        with tenancy.scope(self.merchant.pk):
            while self.merges:
                self.unmerge(0, len(self.merges))
            return {model.__name__: self._rows(model) for model in (Customer, Identity, Order, SaleLine, Note)} | {
                "CustomerStatistic": self._rows(CustomerStatistic, key="customer_id")
            }

    def _rows(self, model, key="id"):
        people = {pk: n for n, pk in enumerate(Customer.objects.order_by("pk").values_list("pk", flat=True))}
        keys = {pk: n for n, pk in enumerate(Identity.objects.order_by("pk").values_list("pk", flat=True))}
        orders = {pk: n for n, pk in enumerate(Order.objects.order_by("pk").values_list("pk", flat=True))}
        found = []
        for row in model.objects.order_by(key).values():
            for name in ("customer_id", "home_customer_id", "merged_into_id"):
                row[name] = people.get(row.get(name))
            for name in ("identity_id", "via_id"):
                row[name] = keys.get(row.get(name))
            row["order_id"] = orders.get(row.get("order_id"))
            # Different by nature: ids, keys salted with the merchant, the clock, the cipher's nonce.
            for name in (
                "id", "merchant_id", "xid", "created_at", "key", "tail_key", "value_encrypted", "channel_id",
                "home_node_id", "node_id",
            ):  # fmt: skip
                row.pop(name, None)
            found.append(row)
        return found


@pytest.fixture
def merchants(db):
    return make_merchant(), make_merchant()


@settings(max_examples=30, deadline=None)
@given(steps=STEPS)
def test_undone_merges_leave_no_trace(merchants, steps):
    with transaction.atomic():
        merged, plain = World(merchants[0], merging=True), World(merchants[1], merging=False)
        for number, step in enumerate([*BEGIN, *steps]):
            merged.play(number, step)
            plain.play(number, step)
        assert merged.end() == plain.end()
        transaction.set_rollback(True)
