from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from tests.factories.api import make_key
from tests.factories.merchants import make_merchant
from yutang.areas.merchants import queries as merchants
from yutang.areas.merchants import services as merchant_services
from yutang.areas.openplatform import queries, rules, services
from yutang.areas.openplatform.errors import ScopeNotHeld
from yutang.areas.openplatform.models import ApiKey, Bucket
from yutang.core import clock, tenancy
from yutang.core.access import Actor
from yutang.core.errors import Invalid, NotAllowed, NotFound
from yutang.core.models import AuditEntry


def staff(merchant, **grants) -> Actor:
    """A person holding `{"area_verb": nodes}`."""
    held = {name.replace("__", "."): nodes for name, nodes in grants.items()}
    return Actor(kind="user", id=1, name="Lin", merchant_id=merchant.pk, grants=held)


def test_the_secret_is_not_stored(merchant, actor):
    made = services.create(name="ERP", scopes=["customers.view"], actor=actor)
    secret = made.token.split("_")[2]
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(k)::text FROM openplatform_apikey k")
        stored = cursor.fetchone()[0]
    assert secret not in stored
    assert len(bytes(made.key.secret_hash)) == 32
    assert made.token.startswith(f"yk_{made.key.public_id}_")
    assert secret not in str(AuditEntry.objects.get(action="api_keys.create").detail)


def test_without_a_scope_exactly_the_shown_key_is_readable(db):
    first, second = make_key(make_merchant()), make_key(make_merchant())
    assert ApiKey.objects.count() == 0
    with tenancy.key_scope(first.key.public_id):
        assert list(ApiKey.objects.values_list("id", flat=True)) == [first.key.pk]
        assert ApiKey.objects.filter(pk=second.key.pk).update(name="x") == 0
    assert ApiKey.objects.count() == 0


def test_a_shown_key_cannot_be_written_before_its_merchant_is_entered(db):
    made = make_key(make_merchant())
    with tenancy.key_scope(made.key.public_id), pytest.raises(Exception, match="row-level security"):
        ApiKey.objects.filter(pk=made.key.pk).update(name="x")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "  "}, "name"), ({"name": "x" * 81}, "name"), ({"scopes": []}, "scopes"),
        ({"scopes": ["customers.view", "staff.edit"]}, "scopes"), ({"scopes": ["api_keys.manage"]}, "scopes"),
        ({"expires_at": clock.now() - timedelta(days=1)}, "expires_on"),
    ],
)  # fmt: skip
def test_what_makes_no_key(merchant, actor, values, field):
    with pytest.raises(Invalid) as refused:
        services.create(**{"name": "ERP", "scopes": ["customers.view"], "actor": actor, **values})
    assert refused.value.field == field
    assert ApiKey.objects.count() == 0


def test_nobody_gives_what_they_do_not_hold(merchant, actor):
    store = merchant_services.add_node(parent=merchants.root_node(), kind="store", code="S", name="S", actor=actor)
    other = merchant_services.add_node(parent=merchants.root_node(), kind="store", code="T", name="T", actor=actor)
    here = frozenset({store.pk})
    lin = staff(merchant, api_keys__manage=None, customers__view=here, orders__view=None)

    def make(scopes, node, by=lin):
        return services.create(name="ERP", scopes=scopes, node=node, actor=by)

    assert make(["customers.view", "orders.view"], store).key.scopes == ["customers.view", "orders.view"]
    assert make(["orders.view"], None).key.node is None
    for scopes, node in ((["customers.view"], None), (["customers.view"], other), (["customers.merge"], store)):
        with pytest.raises(ScopeNotHeld) as refused:
            make(scopes, node)
        assert refused.value.params["permission"] == scopes[0]
    local = staff(merchant, api_keys__manage=here, orders__view=None)
    with pytest.raises(ScopeNotHeld):
        make(["orders.view"], None, local)
    assert [key.node_id for key in queries.keys(actor=local)] == [store.pk]
    with pytest.raises(ScopeNotHeld):
        make(["orders.view"], store, staff(merchant, orders__view=None))
    with pytest.raises(NotAllowed):
        queries.keys(actor=staff(merchant, orders__view=None))


def test_revoking_is_audited_once_and_stays_in_the_own_part_of_the_tree(merchant, actor):
    made = services.create(name="ERP", scopes=["orders.view"], actor=actor)
    with pytest.raises(NotFound):
        services.revoke(key_id=made.key.pk, actor=staff(merchant, api_keys__manage=frozenset({5})))
    for _ in range(2):
        assert services.revoke(key_id=made.key.pk, actor=actor).state() == ApiKey.State.REVOKED
    assert AuditEntry.objects.filter(action="api_keys.revoke").count() == 1


def test_tokens_have_one_form():
    token = rules.new_token()
    assert rules.parse(str(token)) == token
    for bad in ("", "yk_", str(token) + "0", str(token).upper(), f" {token}", f"{token}\n"):
        assert rules.parse(bad) is None
    assert dataclasses.is_dataclass(token)


def _burst(token: str, requests: int, threads: int = 10) -> int:
    def admit(_) -> bool:
        try:
            return services.admit(token).wait == 0
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(admit, range(requests)))


@pytest.mark.django_db(transaction=True)
def test_concurrent_requests_share_one_bucket(monkeypatch):
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    made = make_key(make_merchant(), requests_per_minute=20)
    assert _burst(made.token, 60) == 20


@pytest.mark.django_db(transaction=True)
def test_without_one_statement_the_bucket_would_leak(monkeypatch):
    """The race exists: reading and then writing the count lets more through than there are tokens."""

    def read_then_write(key, now):
        bucket = Bucket.objects.get(pk=key.pk)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.01)")
        if bucket.tokens >= 1:
            Bucket.objects.filter(pk=key.pk).update(tokens=bucket.tokens - 1)
        return services.Admission(key, 20, int(bucket.tokens), 0, 0 if bucket.tokens >= 1 else 1)

    monkeypatch.setattr(services, "_take", read_then_write)
    made = make_key(make_merchant(), requests_per_minute=20)
    assert _burst(made.token, 60) > 20
