"""Any sequence of operations against a model that shares nothing with the ledger: single coins.

In the model every point is a coin that knows whom it went through and by which move. Spending takes coins, a refund
puts the same coins back, a move pushes a level on every coin, taking it back pops that level from those still there.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.core.ledger.kinds import NOON, commission, customer, earn, pay_in, pay_out, spend
from yutang.core.ledger import queries, services
from yutang.core.ledger.errors import AlreadyReversed, Insufficient
from yutang.core.ledger.lines import Line
from yutang.core.ledger.models import Account, Entry, Lot, Posting

HOLDERS = st.integers(1, 4)
AMOUNTS = st.integers(1, 12)


@dataclass(eq=False)
class Coin:
    lot: int  # the lot it was granted in
    expires_day: int | None
    order: int
    path: list[tuple[int, str]] = field(default_factory=list)  # (holder, move that brought it here), first: ""
    is_live: bool = True

    @property
    def holder(self) -> int:
        return self.path[-1][0]

    def spending_order(self):
        return (self.expires_day is None, self.expires_day or 0, self.order)


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
        self.entries: list[dict] = []  # {"id", "what", "coins", "reversed", "call"}
        self.plain = {"test.wallet": 0, "test.commission": 0}

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
            coin.path.append(self.moved[coin.holder])

    def usable(self, holder: int) -> list[Coin]:
        coins = [
            c for c in self.coins
            if c.is_live and c.holder == holder and (c.expires_day is None or c.expires_day > self.day)
        ]  # fmt: skip
        return sorted(coins, key=Coin.spending_order)

    def post(self, what: str, lines, coins=()) -> None:
        call = {"key": f"k{next(self.number)}", "kind": what, "lines": lines, "at": self.now, "actor": self.actor}
        entry = services.post(**call)
        self.entries.append({"id": entry.pk, "what": what, "coins": list(coins), "reversed": False, "call": call})

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
        coins = [Coin(number, expires, number, [(at, "")]) for _ in range(amount)]
        self.post("earn", earn(customer(holder), amount, expires and NOON + timedelta(days=expires)), coins)
        self.coins += coins
        # Lots of one day differ by their time of grant alone; the ledger breaks that tie by id, as the model does.

    @rule(holder=HOLDERS, amount=AMOUNTS)
    def spend(self, holder, amount):
        holder = self.addressed(holder, "test.points")
        coins = self.usable(self.root(holder))
        if len(coins) < amount:
            with pytest.raises(Insufficient) as refused:
                self.post("spend", spend(customer(holder), amount))
            assert refused.value.params["available"] == len(coins)
            return
        self.post("spend", spend(customer(holder), amount), coins[:amount])
        for coin in coins[:amount]:
            coin.is_live = False

    @rule()
    def expire(self):
        due = [c for c in self.coins if c.is_live and c.expires_day is not None and c.expires_day <= self.day]
        booked = services.expire_due(now=self.now, actor=self.actor)
        assert (booked > 0) == bool(due)
        for coin in due:
            coin.is_live = False

    @precondition(lambda self: any(e["what"] == "spend" for e in self.entries))
    @rule(data=st.data())
    def refund(self, data):
        entry = data.draw(st.sampled_from([e for e in self.entries if e["what"] == "spend"]))
        key = f"k{next(self.number)}"
        if entry["reversed"]:
            with pytest.raises(AlreadyReversed):
                services.reverse(entry_id=entry["id"], key=key, at=self.now, actor=self.actor)
            return
        services.reverse(entry_id=entry["id"], key=key, at=self.now, actor=self.actor)
        entry["reversed"] = True
        for coin in entry["coins"]:
            coin.is_live = True
            self.follow(coin)

    @precondition(lambda self: any(e["what"] == "earn" for e in self.entries))
    @rule(data=st.data())
    def take_back_a_grant(self, data):
        entry = data.draw(
            st.sampled_from([e for e in self.entries if e["what"] == "earn" and not e["reversed"]] or [None])
        )
        if entry is None:
            return
        home = entry["coins"][0].path[0][0] if entry["coins"][0].path[0][1] == "" else None
        own = [c for c in entry["coins"] if c.is_live and c.path[0] == (home, "")]
        lacking = len(entry["coins"]) - len(own)
        granted_to = self.granted_to(entry)
        others = [c for c in self.usable(self.root(granted_to)) if c not in own][:lacking]
        key = f"k{next(self.number)}"
        if len(others) < lacking:
            with pytest.raises(Insufficient):
                services.reverse(entry_id=entry["id"], key=key, at=self.now, actor=self.actor)
            return
        services.reverse(entry_id=entry["id"], key=key, at=self.now, actor=self.actor)
        entry["reversed"] = True
        for coin in [*own, *others]:
            coin.is_live = False

    def granted_to(self, entry) -> int:
        account = Posting.objects.get(entry_id=entry["id"], account__kind="test.points").account_id
        return Account.objects.get(pk=account).holder_id

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
        for coin in self.coins:
            if coin.is_live:
                self.follow(coin)

    @precondition(lambda self: self.moved)
    @rule(data=st.data())
    def move_back(self, data):
        holder = data.draw(st.sampled_from(sorted(self.moved)))
        key = self.moved.pop(holder)[1]
        entry = services.move_back(key=key, at=self.now, actor=self.actor)
        assert services.move_back(key=key, actor=self.actor) == entry
        for coin in self.coins:
            level = next((n for n, (_, by) in enumerate(coin.path) if by == key), None)
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

    @rule(holder=HOLDERS, amount=st.integers(-12, 12).filter(bool))
    def wallet(self, holder, amount):
        holder = self.addressed(holder, "test.wallet")
        lines = pay_in(customer(holder), amount) if amount > 0 else pay_out(customer(holder), -amount)
        available = queries.balance(kind="test.wallet", unit="CNY", holder=customer(self.root(holder)))
        if available + amount < 0:
            with pytest.raises(Insufficient):
                self.post("wallet", lines)
        else:
            self.post("wallet", lines)
            self.plain["test.wallet"] += amount

    @rule(holder=HOLDERS, amount=st.integers(-12, 12).filter(bool))
    def commission(self, holder, amount):
        holder = self.addressed(holder, "test.commission")
        self.post("commission", commission(customer(holder), amount))
        self.plain["test.commission"] += amount

    @rule(holder=HOLDERS, other=HOLDERS, amount=AMOUNTS)
    def transfer(self, holder, other, amount):
        holder, other = self.addressed(holder, "test.wallet"), self.addressed(other, "test.wallet")
        if self.root(holder) == self.root(other):
            return
        lines = [
            Line("test.wallet", customer(holder), -amount, "CNY"), Line("test.wallet", customer(other), amount, "CNY")
        ]  # fmt: skip
        before = [self.wallet_of(holder), self.wallet_of(other)]
        if before[0] < amount:
            with pytest.raises(Insufficient):
                self.post("transfer", lines)
            return
        self.post("transfer", lines)
        assert [self.wallet_of(holder), self.wallet_of(other)] == [before[0] - amount, before[1] + amount]

    @precondition(lambda self: any(e["what"] in ("wallet", "commission") for e in self.entries))
    @rule(data=st.data())
    def correction(self, data):
        """Money that was booked by mistake is taken back whole, wherever it went, or not at all."""
        entry = data.draw(st.sampled_from([e for e in self.entries if e["what"] in ("wallet", "commission")]))
        call = {"entry_id": entry["id"], "key": f"k{next(self.number)}", "at": self.now, "actor": self.actor}
        line = entry["call"]["lines"][0]
        if entry["reversed"]:
            with pytest.raises(AlreadyReversed):
                services.reverse(**call)
            return
        before = self.everything()
        try:
            services.reverse(**call)
        except Insufficient:
            assert line.kind == "test.wallet"
            assert line.amount > 0  # spent meanwhile
            assert self.everything() == before
            return
        entry["reversed"] = True
        self.plain[line.kind] -= line.amount

    def wallet_of(self, holder: int) -> int:
        return queries.balance(kind="test.wallet", unit="CNY", holder=customer(self.root(holder)))

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
        assert services.post(**entry["call"]).pk == entry["id"]
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
        found = {line.kind: line.balance for line in trial}
        assert {kind: found.get(kind, 0) for kind in self.plain} == self.plain

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
