"""What browsers did: the free texts of an erased person go from the pool, the lake and its index."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.areas.privacy import world as w
from tests.areas.privacy.test_erasing import erased, known, search_for
from tests.factories.interactions import event, link, record
from yutang.areas.interactions import privacy
from yutang.areas.interactions import queries as interactions
from yutang.areas.interactions.models import Claim, Interaction, Visitor
from yutang.areas.segments import members, services
from yutang.areas.segments.audience import audience
from yutang.core import clock, tenancy
from yutang.lake import engine, writer
from yutang.lake.index import reading

pytestmark = pytest.mark.django_db(transaction=True)
ACCOUNT = {"kind": "phone", "value": "+86" + w.PHONE}


def surfed(world: w.World) -> None:
    """The person's tablet, on which somebody else went on; a stranger's page that shows the person's phone."""
    begin = clock.now() - timedelta(hours=3)
    at = [(begin + timedelta(minutes=n)).isoformat() for n in range(4)]
    with tenancy.scope(world.merchant.pk):
        record(event(visitor="tablet-1", occurred_at=at[0], page="/for-me", source=w.EMAIL, item="TEA",
                     properties={"said": w.ADDRESS}))  # fmt: skip
        record(event(visitor="tablet-1", occurred_at=at[1], identity=ACCOUNT))
        link()
        record(event(visitor="tablet-1", occurred_at=at[2], page="/other",
                     identity={"kind": "phone", "value": "+86" + w.OTHER_PHONE}))  # fmt: skip
        link()
        record(event(visitor="stranger-1", occurred_at=at[3], page=f"/who?tel=139-1234-5678&mail={w.EMAIL.upper()}"))
    writer.run()


def events(world: w.World) -> list[tuple[object, ...]]:
    with tenancy.scope(world.merchant.pk):
        rows = engine.query("SELECT occurred_at, page, source, item, customer_id FROM interactions.event ORDER BY 1")
        return [tuple(row.values())[1:] for row in rows.to_pylist()]


def test_texts_go_from_pool_lake_and_index_and_rows_stay():
    world = w.make_world()
    surfed(world)
    dossier, before = known(world), events(world)
    assert before[0] == ("/for-me", w.EMAIL, "TEA", world.customer.pk)
    found = search_for(dossier).places
    assert found["table interactions_visitor"].keys() == {"key"}
    assert {place.split("/")[0] for place in found if place.startswith("lake")} == {"lake index", "lake interactions"}
    with tenancy.scope(world.merchant.pk):
        assert reading.snapshot(world.merchant.pk) is not None

    request = erased(world)
    assert (request.state, request.proof["places"]) == ("done", {})
    assert search_for(dossier).places == {}
    after = events(world)
    assert after[:2] == [("", "", "TEA", world.customer.pk), ("", "", "", world.customer.pk)]
    assert after[2] == before[2]
    assert after[3][0] == "/who?tel=[erased]&mail=[erased]"
    with tenancy.scope(world.merchant.pk):
        assert reading.snapshot(world.merchant.pk) is None
        theirs = [one.pk for one in interactions.visitors(world.customer.pk)]
        rows = interactions.of_visitors(theirs).values_list("page", "source", "properties")
        assert list(rows) == [("", "", {}), ("", "", {})]
        segment = services.create(name="All", rule={"all": []}, actor=world.actor)
        in_lake = members.export(segment, currency="CNY", actor=world.actor)
        reached = audience({"all": []}, actor=world.actor)
        assert world.customer.pk not in reached.people
        assert world.other.pk in reached.people
    writer.run()
    with tenancy.scope(world.merchant.pk):
        assert reading.snapshot(world.merchant.pk) is not None
        assert members.export(segment, currency="CNY", actor=world.actor) == in_lake
        assert audience({"all": []}, actor=world.actor) == reached
    assert search_for(dossier).places == {}
    assert events(world) == after


def test_the_browser_is_somebody_unknown_afterwards():
    world = w.make_world()
    surfed(world)
    erased(world)
    late = (clock.now() - timedelta(hours=4)).isoformat()
    with tenancy.scope(world.merchant.pk):
        record(event(visitor="tablet-1", occurred_at=late, page="/late"))
        visitor = Visitor.objects.get(pk=Interaction.objects.get(page="/late").visitor_id)
        assert (visitor.customer_id, visitor.claim_key) == (None, None)


def test_an_account_shown_before_the_erasure_does_not_bring_the_person_back():
    world = w.make_world()
    erased(world)
    then = (clock.now() - timedelta(days=1)).isoformat()
    with tenancy.scope(world.merchant.pk):
        record(event(visitor="phone-12", occurred_at=then, identity=ACCOUNT))
        link()
        assert not Claim.objects.exists()
        visitor = Visitor.objects.get(pk=Interaction.objects.get().visitor_id)
        assert (visitor.customer_id, visitor.claim_key, visitor.key[:2]) == (None, None, "~~")


def test_a_copy_holds_what_was_done_and_where_the_pool_let_go_of_it():
    world = w.make_world()
    surfed(world)
    with tenancy.scope(world.merchant.pk):
        person = known(world).person
        whole = privacy.copy(person)
        assert [(row["page"], row["item"]) for row in whole["Interactions"]] == [("/for-me", "TEA"), ("", "")]
        assert [row["visitor"] for row in whole["Browsers"]] == ["tablet-1"]
        Interaction.objects.all().delete()
        older = privacy.copy(person)["Interactions"]
        assert [row["at"] for row in older] == [row["at"] for row in whole["Interactions"]]
