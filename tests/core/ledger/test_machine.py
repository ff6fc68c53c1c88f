"""Any sequence of operations against a model that shares nothing with the ledger: single coins, and plain numbers.

In the model every point is a coin that knows whom it went through and by which move. Spending takes coins, a refund
puts the same coins back, a move pushes a level on every coin, taking it back pops that level from those still there.
Money without lots is a number for every holder (`money.py`).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.core.ledger.kinds import NOON, commission, customer, earn, pay_in, pay_out, spend
from tests.core.ledger.money import Money
from yutang.core.ledger import queries, services
from yutang.core.ledger.errors import AlreadyReversed, Insufficient
from yutang.core.ledger.lines import Line
from yutang.core.ledger.models import Account, Entry, Lot, Posting

HOLDERS = st.integers(1, 4)
AMOUNTS = st.integers(1, 12)
PARTS = st.none() | st.integers(1, 12)  # of an entry; None: all that is left of it


@dataclass(eq=False)
class Coin:
    home: int  # whom it was granted to
    expires_day: int | None
    order: int
    # (holder, move that brought it here, when among all arrivals), first: ""
    path: list[tuple[int, str, int]] = field(default_factory=list)
    is_live: bool = True

    @property
    def holder(self) -> int:
        return self.path[-1][0]

    def spending_order(self):
        return (self.expires_day is None, self.expires_day or 0, self.order, self.path[-1][2])


@dataclass(eq=False)
class Booked:
    """An entry: what it did to whom, and how much of it was taken back since."""

    id: int
    what: str
    call: dict
    coins: list[Coin]
    changes: dict[int, int]  # of money, by holder
    size: int
    returned: int = 0

    @property
    def rest(self) -> int:
        return self.size - self.returned


class LedgerMachine(RuleBasedStateMachine):
    actor = None

    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.day = 0
        self.number = itertools.count(1)
        self.coins: list[Coin] = []
        self.moved: dict[int, tuple[int, str]] = {}  # holder: (to, key), open moves
        self.entries: list[Booked] = []
        self.money = {
            "test.wallet": Money(may_be_negative=False), "test.commission": Money(may_be_negative=True)
        }  # fmt: skip

    def teardown(self):
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    # -- the model's helpers --

    @property
    def now(self):
        return NOON + timedelta(days=self.day)

    def root(self, holder: int) -> int:
        while holder in self.moved:
            holder = self.moved[holder][0]
        return holder

    def follow(self, coin: Coin) -> None:
        while coin.holder in self.moved:
            coin.path.append((*self.moved[coin.holder], next(self.number)))

    def usable(self, holder: int) -> list[Coin]:
        coins = [
            c for c in self.coins
            if c.is_live and c.holder == holder and (c.expires_day is None or c.expires_day > self.day)
        ]  # fmt: skip
        return sorted(coins, key=Coin.spending_order)

    def post(self, what: str, lines, *, coins=(), changes=(), at=None) -> None:
        call = {"key": f"k{next(self.number)}", "kind": what, "lines": lines, "at": at or self.now, "actor": self.actor}
        entry = services.post(**call)
        size = sum(line.amount for line in lines if line.amount > 0)
        self.entries.append(Booked(entry.pk, what, call, list(coins), dict(changes), size))

    def some(self, data, *what: str) -> Booked:
        return data.draw(st.sampled_from([entry for entry in self.entries if entry.what in what]))

    def take_back(self, entry: Booked, amount: int | None) -> int:
        """Reverses so much of an entry (None: the rest); how much it was, 0 when there is not so much left of it."""
        call = {
            "entry_id": entry.id, "key": f"k{next(self.number)}", "amount": amount, "at": self.now, "actor": self.actor
        }  # fmt: skip
        if (amount or 1) > entry.rest:
            with pytest.raises(AlreadyReversed) as refused:
                services.reverse(**call)
            assert refused.value.params == {"available": entry.rest}
            return 0
        services.reverse(**call)
        size = amount or entry.rest
        entry.returned += size
        return size

    # -- operations --

    @rule(days=st.integers(1, 5))
    def time_passes(self, days):
        self.day += days

    @rule(holder=HOLDERS, amount=AMOUNTS, days=st.none() | st.integers(1, 9))
    def earn(self, holder, amount, days):
        holder = self.addressed(holder, "test.points")
        expires = None if days is None else self.day + days
        number = next(self.number)
        at = self.root(holder)
        coins = [Coin(at, expires, number, [(at, "", number)]) for _ in range(amount)]
        lines = earn(customer(holder), amount, expires and NOON + timedelta(days=expires))
        # Lots of one day differ by their time of grant, and that stays with them wherever they move.
        self.post("earn", lines, coins=coins, at=self.now + timedelta(microseconds=number))
        self.coins += coins

    @rule(holder=HOLDERS, amount=AMOUNTS)
    def spend(self, holder, amount):
        holder = self.addressed(holder, "test.points")
        coins = self.usable(self.root(holder))
        if len(coins) < amount:
            with pytest.raises(Insufficient) as refused:
                self.post("spend", spend(customer(holder), amount))
            assert refused.value.params["available"] == len(coins)
            return
        self.post("spend", spend(customer(holder), amount), coins=coins[:amount])
        for coin in coins[:amount]:
            coin.is_live = False

    @rule()
    def expire(self):
        due = [c for c in self.coins if c.is_live and c.expires_day is not None and c.expires_day <= self.day]
        booked = services.expire_due(now=self.now, actor=self.actor)
        assert (booked > 0) == bool(due)
        for coin in due:
            coin.is_live = False

    @precondition(lambda self: any(e.what == "spend" for e in self.entries))
    @rule(data=st.data(), amount=PARTS)
    def refund(self, data, amount):
        """In parts until the whole is back: what was taken last comes back first."""
        entry = self.some(data, "spend")
        left = entry.rest
        size = self.take_back(entry, amount)
        for coin in reversed(entry.coins[left - size : left]):
            coin.is_live = True
            self.follow(coin)

    @precondition(lambda self: any(e.what == "earn" for e in self.entries))
    @rule(data=st.data(), amount=PARTS)
    def take_back_a_grant(self, data, amount):
        entry = self.some(data, "earn")
        wanted = min(amount or entry.rest, entry.rest)
        home = entry.coins[0].home
        own = [c for c in entry.coins if c.is_live and c.path[0][:2] == (home, "")]
        others = [c for c in self.usable(self.root(home)) if c not in own]
        taken = [*own, *others][:wanted]
        if len(taken) < wanted:
            with pytest.raises(Insufficient) as refused:
                self.take_back(entry, wanted)
            assert refused.value.params["available"] == len(taken)
            return
        if self.take_back(entry, amount):
            for coin in taken:
                coin.is_live = False

    @rule(a=HOLDERS, b=HOLDERS)
    def move(self, a, b):
        if a in self.moved or b in self.moved or a == b:
            return
        key = f"k{next(self.number)}"
        services.move_holder(from_holder=customer(a), to_holder=customer(b), key=key, at=self.now, actor=self.actor)
        if not Account.objects.filter(holder_type="customer", holder_id=a).exists():
            services.move_back(key=key, actor=self.actor)  # nothing that could follow
            return
        self.moved[a] = (b, key)
        for money in self.money.values():
            money.move(a, b)
        for coin in sorted((c for c in self.coins if c.is_live), key=Coin.spending_order):
            self.follow(coin)

    @precondition(lambda self: self.moved)
    @rule(data=st.data())
    def move_back(self, data):
        holder = data.draw(st.sampled_from(sorted(self.moved)))
        key = self.moved.pop(holder)[1]
        entry = services.move_back(key=key, at=self.now, actor=self.actor)
        assert services.move_back(key=key, actor=self.actor) == entry
        for money in self.money.values():
            money.move_back(holder)
        for coin in self.coins:
            level = next((n for n, (_, by, _) in enumerate(coin.path) if by == key), None)
            if level is None:
                continue
            if coin.is_live:
                del coin.path[level:]
            else:  # a later refund gives it to whoever spent it
                del coin.path[:level]

    @rule(holder=HOLDERS, other=HOLDERS)
    def move_and_back_at_once(self, holder, other):
        if holder in self.moved or other in self.moved or holder == other:
            return
        before = self.everything()
        key = f"k{next(self.number)}"
        services.move_holder(from_holder=customer(holder), to_holder=customer(other), key=key, actor=self.actor)
        services.move_back(key=key, actor=self.actor)
        assert self.everything() == before

    def pay(self, what: str, lines: list[Line]) -> None:
        """Books what the model says can be booked; the rest must be refused, and nothing written."""
        kind = lines[0].kind
        money = self.money[kind]
        changes = {money.root(line.holder.id): line.amount for line in lines if line.kind == kind}
        if money.reaches(changes):
            self.post(what, lines, changes=changes)
            money.book(changes)
            return
        (payer,) = (holder for holder, amount in changes.items() if amount < 0)
        with pytest.raises(Insufficient) as refused:
            self.post(what, lines)
        assert refused.value.params["available"] == money.held[payer]

    @rule(holder=HOLDERS, amount=st.integers(-12, 12).filter(bool))
    def wallet(self, holder, amount):
        who = customer(self.addressed(holder, "test.wallet"))
        self.pay("test.wallet", pay_in(who, amount) if amount > 0 else pay_out(who, -amount))

    @rule(holder=HOLDERS, amount=st.integers(-12, 12).filter(bool))
    def commission(self, holder, amount):
        self.pay("test.commission", commission(customer(self.addressed(holder, "test.commission")), amount))

    @rule(holder=HOLDERS, other=HOLDERS, amount=AMOUNTS)
    def transfer(self, holder, other, amount):
        holder, other = self.addressed(holder, "test.wallet"), self.addressed(other, "test.wallet")
        if self.root(holder) == self.root(other):
            return
        self.pay("test.wallet", [
            Line("test.wallet", customer(holder), -amount, "CNY"), Line("test.wallet", customer(other), amount, "CNY")
        ])  # fmt: skip

    @precondition(lambda self: any(e.changes for e in self.entries))
    @rule(data=st.data(), amount=PARTS)
    def correction(self, data, amount):
        """Money that was booked by mistake is taken back, whole or in parts, wherever it went; or not at all, when it
        was spent meanwhile."""
        entry = self.some(data, *self.money)
        money = self.money[entry.what]
        wanted = min(amount or entry.rest, entry.rest)
        changes = {holder: -wanted if booked > 0 else wanted for holder, booked in entry.changes.items()}
        if money.reaches(changes):
            if self.take_back(entry, amount):
                money.book(changes)
            return
        (owing,) = (holder for holder, change in changes.items() if change < 0)
        before = self.everything()
        with pytest.raises(Insufficient) as refused:
            self.take_back(entry, wanted)
        assert refused.value.params["available"] == money.of(owing) < wanted
        assert self.everything() == before

    def addressed(self, holder: int, kind: str) -> int:
        """Lines follow a moved account. One that did not exist when its holder moved is not made afterwards: whoever
        posts names the person of today, as everybody should."""
        has_one = Account.objects.filter(holder_type="customer", holder_id=holder, kind=kind).exists()
        return holder if has_one else self.root(holder)

    @precondition(lambda self: self.entries)
    @rule(data=st.data())
    def repeat(self, data):
        entry = data.draw(st.sampled_from(self.entries))
        before = Posting.objects.count()
        assert services.post(**entry.call).pk == entry.id
        assert Posting.objects.count() == before

    # -- what always holds --

    def everything(self):
        accounts = Account.objects.exclude(balance=0).order_by("id").values_list("id", "balance", "moved_to")
        lots = Lot.objects.filter(remaining__gt=0).order_by("id").values_list(
            "id", "account", "remaining", "expires_at", "origin", "granted_at"
        )  # fmt: skip
        return list(accounts), list(lots)

    @invariant()
    def adds_up(self):
        assert queries.audit_balances(merchant_id=self.actor.merchant_id) == []
        trial = queries.trial_balance(merchant_id=self.actor.merchant_id, at=NOON + timedelta(days=10_000))
        assert sum(line.balance for line in trial if line.unit == "points") == 0
        assert sum(line.balance for line in trial if line.unit == "CNY") == 0

    @invariant()
    def everybody_has_what_the_model_has(self):
        """What is kept as the balance of an account, the sum of its postings, and the model, by kind and holder."""
        expected = {(kind, holder): held for kind, money in self.money.items() for holder, held in money.held.items()}
        for coin in self.coins:
            if coin.is_live:
                expected["test.points", coin.holder] = expected.get(("test.points", coin.holder), 0) + 1
        of_people = Account.objects.filter(holder_type="customer").values_list("kind", "holder_id", "balance")
        kept = {(kind, holder): balance for kind, holder, balance in of_people}
        summed = {
            (kind, holder): total
            for kind, holder, total in Posting.objects.filter(account__holder_type="customer")
            .values_list("account__kind", "account__holder_id").annotate(total=Sum("amount"))
        }  # fmt: skip
        assert _some(kept) == _some(summed) == _some(expected)

    @invariant()
    def every_coin_is_where_the_model_has_it(self):
        expected: dict[tuple, int] = {}
        for coin in self.coins:
            if coin.is_live:
                expires = None if coin.expires_day is None else NOON + timedelta(days=coin.expires_day)
                expected[coin.holder, expires] = expected.get((coin.holder, expires), 0) + 1
        found: dict[tuple, int] = {}
        for holder, expires, remaining in Lot.objects.filter(remaining__gt=0).values_list(
            "account__holder_id", "expires_at", "remaining"
        ):
            found[holder, expires] = found.get((holder, expires), 0) + remaining
        assert found == expected


def _some(balances: dict[tuple[str, int], int]) -> dict[tuple[str, int], int]:
    return {of: balance for of, balance in balances.items() if balance}


def test_any_sequence_of_operations_keeps_every_promise(actor):
    machine = type("Machine", (LedgerMachine,), {"actor": actor})
    run_state_machine_as_test(
        machine,
        settings=settings(
            # No shrinking: it takes minutes, as every step is a transaction's worth of statements.
            phases=[Phase.explicit, Phase.generate], max_examples=40, stateful_step_count=25, deadline=None,
            database=None,
        ),
    )  # fmt: skip
    assert Entry.objects.count() == 0  # every example was rolled back
