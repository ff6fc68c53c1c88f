from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from tests.factories.merchants import make_merchant
from yutang.areas.merchants.models import Member, OrgNode
from yutang.core import tenancy


def test_without_a_scope_tenant_tables_are_empty(db):
    make_merchant()
    assert OrgNode.objects.count() == 0


def test_a_scope_shows_one_merchant_and_the_outer_scope_comes_back(db):
    first, second = make_merchant(), make_merchant()
    with tenancy.scope(first.pk):
        assert set(OrgNode.objects.values_list("merchant_id", flat=True)) == {first.pk}
        with tenancy.scope(second.pk):
            assert set(OrgNode.objects.values_list("merchant_id", flat=True)) == {second.pk}
        assert tenancy.current_merchant_id() == first.pk
    assert tenancy.current_merchant_id() is None


def test_writing_into_another_merchant_is_refused_by_the_database(db):
    first, second = make_merchant(), make_merchant()
    with tenancy.scope(first.pk), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        OrgNode.objects.create(merchant_id=second.pk, kind="store", code="X", name="X", parent_id=1)


def test_a_person_sees_the_own_memberships_of_all_merchants_before_choosing_one(db):
    first = make_merchant(owner_email="same@example.com")
    second = make_merchant(owner_email="same@example.com")
    make_merchant()
    with tenancy.scope(first.pk):
        user_id = Member.objects.get().user_id
    with tenancy.account_scope(user_id):
        assert set(Member.objects.values_list("merchant_id", flat=True)) == {first.pk, second.pk}


def test_every_table_with_a_merchant_has_a_forced_policy(db):
    assert tenancy.unprotected_tables() == []


def test_the_check_notices_a_table_without_policy(db):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE forgotten (id bigint, merchant_id bigint)")
    assert tenancy.unprotected_tables() == ["forgotten"]


def test_the_database_role_can_neither_bypass_nor_become_superuser(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, False)


def test_a_scope_that_is_to_be_rolled_back_gives_the_outer_one_back(db):
    first, second = make_merchant(), make_merchant()
    with tenancy.scope(first.pk):
        with tenancy.scope(second.pk):
            transaction.set_rollback(True)
        assert tenancy.current_merchant_id() == first.pk


def test_the_scope_of_a_shop_is_found_and_entered_in_one_statement(db, django_assert_num_queries):
    first, second = make_merchant(), make_merchant()
    with tenancy.scope(first.pk):
        with tenancy.shop_scope(second.slug) as found:
            assert (found["id"], tenancy.current_merchant_id()) == (second.pk, second.pk)
            assert set(OrgNode.objects.values_list("merchant_id", flat=True)) == {second.pk}
        assert tenancy.current_merchant_id() == first.pk
        with tenancy.shop_scope("nobody") as found:
            assert (found, tenancy.current_merchant_id(), OrgNode.objects.count()) == (None, None, 0)
        assert tenancy.current_merchant_id() == first.pk
    with django_assert_num_queries(4), tenancy.shop_scope(first.slug):  # three since the test has a transaction already
        pass
