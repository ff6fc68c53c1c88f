"""The demo brand: loaded once more it stays as it is, and every screen it should fill has something to show."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

import pytest
from django.db import connection
from django.db.models import Sum

from tests.cli import members
from yutang.areas.aftersale.models import Case, Dispute
from yutang.areas.analytics import queries as analytics
from yutang.areas.catalog.models import Review
from yutang.areas.coupons.models import Run
from yutang.areas.interactions.models import Code, Interaction, Visitor
from yutang.areas.inventory import queries as inventory
from yutang.areas.merchants.models import OrgNode
from yutang.areas.orders.models import Invoice, LocalFee, Order, SaleLine
from yutang.areas.privacy.models import Consent
from yutang.areas.relations.models import GuideAssignment, PersonRole, Referral
from yutang.areas.tags.models import LifeFact, Tagging, TaggingRun
from yutang.cli import demo_brand, demo_coupons, demo_members, demo_orders, demo_people, demo_shop
from yutang.core import access, clock, locks, tenancy
from yutang.core.locks import Lock
from yutang.simulators import brand
from yutang.simulators.brand import member_stories, membership, membership_truth

SCALE = 0.02
PARTLY = "partly_shipped"
INVOICES = ("waiting", "issued", "to_reverse")
CASES = ("asked", "refused", "sending", "returning", "disputed", "done")


@pytest.mark.filterwarnings("ignore:Delete operation did not match any records")
def test_loaded_again_the_demo_stays_as_it_is(transactional_db, settings, tmp_path):
    settings.HOME = tmp_path
    merchant = demo_brand.load(scale=SCALE)
    truth = demo_brand.story(merchant, SCALE)
    found = counted(merchant)
    assert found["events"] == len(brand.acts(truth))
    assert found["codes"] == len(brand.codes(truth))
    assert 0 < found["visitors known"] < found["visitors"] == len({act.visitor for act in brand.acts(truth)})
    assert min(found.values()) > 0
    actor = access.system(merchant.pk, name="示例数据")
    demo_shop.load(truth, actor)
    demo_people.load(truth, actor)
    demo_people.follow_rules(actor)
    demo_orders.load(truth, actor)
    assert counted(merchant) == found
    of_members = members_counted(merchant)
    expected = membership_truth.totals(truth, member_stories.tellings(truth))
    assert of_members == members.shown(expected)
    assert_sales_are_sales(truth, expected, actor)
    assert_a_run_issued(actor)
    demo_members.load(truth, actor)
    demo_coupons.recall(demo_brand.SEGMENTS[0][0], actor)
    assert members_counted(merchant) == of_members
    assert counted(merchant) == found


def test_who_starts_the_demo_twice_waits_for_the_first(transactional_db, settings, tmp_path, monkeypatch):
    """Both would load one story into one database; the second finds it loaded."""
    settings.HOME = tmp_path
    merchant, told = demo_brand.create(), SimpleQueue()
    monkeypatch.setattr(demo_brand, "_say", told.put)

    def second():
        try:
            return demo_brand.load(scale=SCALE)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with locks.held(Lock.DEMO):
            waiting = pool.submit(second)
            assert "Waiting for another" in told.get(timeout=30)
            assert not waiting.done()
            (tmp_path / "demo.loaded").touch()
        assert waiting.result(timeout=30) == merchant
    assert told.empty()


def assert_sales_are_sales(truth, expected, actor):
    """What the files and the orders of the shop come to, and nothing of what people paid in for later."""
    with tenancy.scope(actor.merchant_id):
        others = Order.objects.filter(shop__isnull=False).exclude(shop__key__startswith=members.KEYS)
        before = SaleLine.objects.filter(
            order_id__in=others.values("pk"),
            occurred_at__lt=clock.start_of_day(membership.today(truth), "Asia/Shanghai"),
        )
        shop = before.aggregate(sum=Sum("amount"))["sum"] or 0
        found = analytics.metrics(at=truth.as_of, actor=actor)["sales.net"].value
    assert expected.recharged > 0
    assert found == brand.figures(truth).sales_net + shop + expected.orders_paid


def assert_a_run_issued(actor):
    with tenancy.scope(actor.merchant_id):
        run = Run.objects.select_related("template").get()
        assert (run.state, run.issued, run.handled, run.template.issued) == ("done", *(3 * [run.total]))
        assert 0 < run.held_out < run.total


def members_counted(merchant):
    actor = access.system(merchant.pk, name="示例数据")
    with tenancy.scope(merchant.pk):
        assert members.out_of_balance(actor) == {}
        return members.shown(members.counted(actor))


def counted(merchant):
    actor = access.system(merchant.pk, name="示例数据")
    with tenancy.scope(merchant.pk):
        ours = Order.objects.filter(shop__isnull=False)
        return {
            "events": Interaction.objects.count(),
            "codes": Code.objects.count(),
            "visitors": Visitor.objects.values("key").distinct().count(),
            "visitors known": Visitor.objects.filter(customer_id__isnull=False).values("key").distinct().count(),
            "told": Tagging.objects.filter(source="manual").count(),
            "by rule": Tagging.objects.filter(source="rule").count(),
            "by run": Tagging.objects.filter(run__isnull=False).count(),
            "runs": TaggingRun.objects.filter(state="done").count(),
            "lives": LifeFact.objects.count(),
            "consents": Consent.objects.count(),
            "referrals": Referral.objects.count(),
            "roles": PersonRole.objects.count(),
            **{f"order {state}": ours.filter(status=state).count() for state in Order.Status.values if state != PARTLY},
            "to pick up": ours.filter(status="paid", shop__fulfilment="pickup").count(),
            "refunded": ours.filter(refunded_amount__lt=0).exclude(status="closed").count(),
            **{f"case {state}": Case.objects.filter(state=state).count() for state in CASES},
            "disputes": Dispute.objects.count(),
            "reviews": Review.objects.count(),
            "answers": Review.objects.exclude(reply="").count(),
            **{f"invoice {state}": Invoice.objects.filter(state=state).count() for state in INVOICES},
            "low stock": inventory.items(actor, is_low=True).count(),
            "stores that deliver": OrgNode.objects.filter(delivers=True).count(),
            "districts": LocalFee.objects.count(),
            "guided": GuideAssignment.objects.filter(source="manual").count(),
        }
