"""Creating, changing, refreshing and archiving segments; who may, and what others see."""

from __future__ import annotations

import json
from contextlib import nullcontext

import pytest
from typer.testing import CliRunner

from tests.areas.segments import world
from tests.factories.merchants import make_merchant
from yutang.areas.customers.models import Customer, Identity
from yutang.areas.privacy import consents
from yutang.areas.privacy.reach import Use
from yutang.areas.segments import members, queries, services, suggestions
from yutang.areas.segments.audience import WAYS, audience, reach
from yutang.areas.segments.errors import NameTaken, RuleInvalid, SegmentInUse
from yutang.areas.segments.models import Segment, SegmentSnapshot
from yutang.cli import segments as cli
from yutang.core import access, clock, tenancy
from yutang.core.errors import NotAllowed, NotFound
from yutang.core.models import AuditEntry, Event
from yutang.lake import writer
from yutang.lake.index import reading

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:Delete operation did not match"),
]
HANGZHOU = {"attr": "customers.city", "op": "=", "value": "杭州"}
EVERYBODY = {"all": []}


@pytest.fixture
def pool():
    made = world.build(5, size=30, lines=60)
    with tenancy.scope(made.merchant.pk):
        yield made


@pytest.fixture
def owner(pool):
    return access.system(pool.merchant.pk, name="Lin")


def limited(pool, *grants):
    nodes = frozenset({pool.nodes[1]})
    return access.Actor(
        kind="user", id=9, name="manager", merchant_id=pool.merchant.pk, grants=dict.fromkeys(grants, nodes)
    )


def test_a_new_segment_is_counted_at_once_and_told(pool, owner):
    segment = services.create(name=" 杭州 ", rule=HANGZHOU, actor=owner)
    expected = world.evaluate(HANGZHOU, pool)
    assert (segment.name, segment.last_count, segment.node_id) == ("杭州", len(expected), pool.nodes[0])
    assert sorted(queries.members_at_last_refresh(segment)) == expected
    event = Event.objects.get(name="segments.refreshed").payload
    assert (event["size"], event["entered"], event["left"]) == (len(expected), len(expected), 0)
    assert AuditEntry.objects.filter(action="segments.create", object_id=str(segment.pk)).count() == 1


def test_refresh_tells_who_entered_and_left():
    made = world.build(6, size=30, lines=10)
    actor = access.system(made.merchant.pk)
    with tenancy.scope(made.merchant.pk):
        segment = services.create(name="a", rule=HANGZHOU, actor=actor)
        before = world.evaluate(HANGZHOU, made)
        others = [pk for pk in made.people if pk not in before][:2]
        Customer.objects.filter(pk__in=others).update(city="杭州")
        Customer.objects.filter(pk=before[0]).update(city="上海")
        writer.mark_people_changed(made.merchant.pk)
    writer.run()
    with tenancy.scope(made.merchant.pk):
        again = services.refresh(segment_id=segment.pk)
        newest = queries.history(segment)[-1]
        assert (again.last_count, again.last_change) == (len(before) + 1, 1)
        assert (newest.size, newest.entered, newest.left) == (len(before) + 1, 2, 1)
        assert queries.histories([segment]) == {segment.pk: [len(before), len(before) + 1]}


def test_the_oldest_snapshots_are_forgotten(pool, owner, monkeypatch):
    monkeypatch.setattr(queries, "KEPT_SNAPSHOTS", 3)
    first, second = (services.create(name=name, rule=EVERYBODY, actor=owner) for name in "ab")
    made = [queries.history(first)[-1].pk]
    for _ in range(4):
        services.refresh(segment_id=first.pk)
        made.append(queries.history(first)[-1].pk)
    assert [snapshot.pk for snapshot in queries.history(first)] == made[-3:]
    assert len(queries.history(second)) == 1
    assert len(queries.members_at_last_refresh(first)) == first.last_count


def test_answers_of_conditions_are_kept_within_bounds(pool, owner, monkeypatch):
    monkeypatch.setattr(reading, "KEPT_BYTES", 3 * 8)
    snapshot = reading.snapshot(pool.merchant.pk)
    for days in range(100, 120):
        rule = {"did": "orders.line", "within": f"{days}d"}
        first = queries.count(rule, actor=owner).people
        assert queries.count(rule, actor=owner).people == first
        assert sum(kept.nbytes for kept in snapshot.kept.values()) <= 3 * 8
    assert len(snapshot.kept) > 1


def test_names_are_taken_once_until_archived(pool, owner):
    first = services.create(name="a", rule=EVERYBODY, actor=owner)
    with pytest.raises(NameTaken):
        services.create(name="a", rule=EVERYBODY, actor=owner)
    services.archive(segment_id=first.pk, actor=owner)
    services.create(name="a", rule=EVERYBODY, actor=owner)
    assert Segment.objects.count() == 2
    with pytest.raises(NotFound):
        queries.get(first.pk, actor=owner)


def test_a_bad_rule_changes_nothing(pool, owner):
    segment = services.create(name="a", rule=HANGZHOU, actor=owner)
    with pytest.raises(RuleInvalid):
        services.update(segment_id=segment.pk, name="b", rule={"attr": "x"}, actor=owner)
    segment.refresh_from_db()
    assert (segment.name, segment.rule) == ("a", HANGZHOU)


def test_segments_build_on_each_other_but_not_in_circles(pool, owner):
    first = services.create(name="a", rule=HANGZHOU, actor=owner)
    second = services.create(name="b", rule={"not": {"segment": first.pk}}, actor=owner)
    assert second.last_count == len(pool.people) - first.last_count
    with pytest.raises(RuleInvalid):
        services.update(segment_id=first.pk, name="a", rule={"segment": second.pk}, actor=owner)
    with pytest.raises(RuleInvalid):
        services.update(segment_id=first.pk, name="a", rule={"segment": first.pk}, actor=owner)
    with pytest.raises(SegmentInUse):
        services.archive(segment_id=first.pk, actor=owner)
    found = queries.overlap(first, second, actor=owner)
    assert found.sizes == (first.last_count, second.last_count)
    assert (found.of(True, True), found.either) == (0, len(pool.people))


def test_three_segments_part_their_people_into_seven_regions(pool, owner):
    rules = [HANGZHOU, {"attr": "customers.gender", "op": "=", "value": "f"}, {"did": "orders.line"}]
    segments = [services.create(name=f"s{n}", rule=rule, actor=owner) for n, rule in enumerate(rules)]
    members = [set(world.evaluate(rule, pool)) for rule in rules]
    found = queries.overlap(*segments, actor=owner)
    assert len(found.regions) == 7
    assert found.regions[0].inside == (True, True, True)
    for region in found.regions:
        expected = {
            pk for pk in pool.people
            if all((pk in own) == is_in for own, is_in in zip(members, region.inside, strict=True))
        }  # fmt: skip
        rule = queries.region_rule(segments, region.inside)
        assert set(queries.bitmap(rule, actor=owner)) == expected
        assert region.people == len(expected)
    assert found.either == len(set.union(*members))


def test_a_store_sees_its_own_people_only(pool, owner):
    manager = limited(pool, "segments.view", "segments.edit", "customers.export")
    hq = services.create(name="all", rule=EVERYBODY, actor=owner)
    own = {pk for pk, person in pool.people.items() if person["customers.home_node_id"] == pool.nodes[1]}
    assert queries.sizes([hq], actor=manager) == {hq.pk: len(own)}
    assert {m.customer_id for m in members.every(EVERYBODY, [], actor=manager)} == own
    with pytest.raises(NotAllowed):
        services.archive(segment_id=hq.pk, actor=manager)
    mine = services.create(name="mine", rule=EVERYBODY, actor=manager)
    assert (mine.node_id, mine.last_count) == (pool.nodes[1], len(own))
    other = access.Actor(
        kind="user", id=2, name="o", merchant_id=pool.merchant.pk, grants={"segments.view": frozenset({pool.nodes[2]})}
    )
    assert set(queries.visible(other)) == {hq}
    with pytest.raises(NotAllowed):
        list(members.every(EVERYBODY, [], actor=other))


def test_another_merchant_has_nobody(pool, owner):
    segment = services.create(name="a", rule=EVERYBODY, actor=owner)
    stranger = make_merchant()
    with tenancy.scope(stranger.pk):
        actor = access.system(stranger.pk)
        assert queries.count(EVERYBODY, actor=actor).people == 0
        with pytest.raises(NotFound):
            queries.get(segment.pk, actor=actor)
        with pytest.raises(RuleInvalid):
            queries.count({"segment": segment.pk}, actor=actor)


def test_a_rule_that_no_longer_holds_keeps_the_old_size(pool, owner):
    segment = services.create(name="a", rule=HANGZHOU, actor=owner)
    Segment.objects.filter(pk=segment.pk).update(rule={"attr": "gone.away", "op": "=", "value": 1})
    again = services.refresh(segment_id=segment.pk)
    assert again.last_count == segment.last_count
    assert again.refresh_error.startswith("attr: ")
    assert SegmentSnapshot.objects.count() == 1


def test_export_is_masked_and_audited(pool, owner):
    Customer.objects.update(name="张小明", accepts_marketing=None)
    segment = services.create(name="a", rule=HANGZHOU, actor=owner)
    table = members.export(segment, currency="CNY", actor=owner)
    assert len(table) == segment.last_count + 1
    assert {row[1] for row in table[1:]} == {"张**"}
    assert AuditEntry.objects.get(action="segments.export").detail == {
        "people": segment.last_count, "left_out": 0, "use": "personalised", "unmasked": False,
    }  # fmt: skip


def test_a_full_export_takes_the_right_to_unmask_and_shows_no_more_than_it_covers(pool, owner):
    Customer.objects.update(name="张小明", accepts_marketing=None)
    segment = services.create(name="a", rule=EVERYBODY, actor=owner)
    Identity.objects.bulk_create(
        Identity(
            merchant=pool.merchant, kind="phone", key=b"phone" + pk.to_bytes(11, "big"), customer_id=pk,
            home_customer_id=pk, value=f"+86138{pk:08d}", first_seen_at=clock.now(),
        )
        for pk in pool.people
    )  # fmt: skip
    table = members.export(segment, currency="CNY", is_full=True, actor=owner)
    assert table[0][1:3] == ["Name", "Phone"]
    assert {row[1] for row in table[1:]} == {"张小明"}
    assert all(row[2].startswith("138") for row in table[1:])
    assert AuditEntry.objects.get(action="segments.export").detail["unmasked"] is True
    with pytest.raises(NotAllowed):
        members.export(segment, currency="CNY", is_full=True, actor=grants({"customers.export": None}, pool))
    own = {pk for pk, person in pool.people.items() if person["customers.home_node_id"] == pool.nodes[1]}
    part = grants({"customers.export": None, "segments.view": None, "customers.unmask": pool.nodes[1]}, pool)
    shown = {int(row[0]): row[1:3] for row in members.export(segment, currency="CNY", is_full=True, actor=part)[1:]}
    assert {pk for pk, (name, phone) in shown.items() if name == "张小明" and "*" not in phone} == own
    assert all(name == "张**" and "*" in phone for pk, (name, phone) in shown.items() if pk not in own)


def grants(nodes, pool):
    return access.Actor(
        kind="user", id=3, name="g", merchant_id=pool.merchant.pk,
        grants={name: None if node is None else frozenset({node}) for name, node in nodes.items()},
    )  # fmt: skip


def test_who_refused_personalised_treatment_is_left_out_unless_the_use_is_another(pool, owner):
    Customer.objects.update(accepts_marketing=None)
    segment = services.create(name="a", rule=HANGZHOU, actor=owner)
    refused = min(queries.bitmap(HANGZHOU, actor=owner))
    consents.record(customer_id=refused, purpose="profiling", is_given=False, actor=owner)
    found = audience(segment.rule, actor=owner)
    assert (found.size, len(found.people), refused in found.people) == (
        segment.last_count, segment.last_count - 1, False,
    )  # fmt: skip
    assert len(members.export(segment, currency="CNY", actor=owner)) == segment.last_count
    assert len(members.export(segment, currency="CNY", use=Use.ANALYSIS, actor=owner)) == segment.last_count + 1
    assert services.refresh(segment_id=segment.pk).last_count == segment.last_count


def test_reach_says_whom_each_way_may_address_and_follows_what_people_say(pool, owner):
    Customer.objects.update(accepts_marketing=None)
    members = sorted(queries.bitmap(HANGZHOU, actor=owner))
    size, first, second = len(members), *members[:2]

    def told() -> dict:
        by_index = {(one.use.value, one.channel.value): one.people for one in reach(HANGZHOU, actor=owner)}
        for use, channel in WAYS:
            found = audience(HANGZHOU, use=use, channel=channel, actor=owner)
            assert by_index[use.value, channel.value] == len(found.people)
        return by_index

    assert told()["personalised", ""] == size
    assert told()["message", "sms"] == 0
    consents.record(customer_id=first, purpose="marketing", channel="sms", is_given=True, actor=owner)
    consents.record(customer_id=second, purpose="marketing", is_given=True, actor=owner)
    assert {channel: n for (use, channel), n in told().items() if use == "message"} == {
        "sms": 2, "wecom": 1, "wechat": 1, "email": 1,
    }  # fmt: skip
    consents.record(customer_id=second, purpose="profiling", is_given=False, actor=owner)
    assert (told()["personalised", ""], told()["message", "sms"]) == (size - 1, 1)


def test_suggestions_are_the_most_frequent_values(pool, owner):
    found = [choice.value for choice in suggestions.suggest("customers.city", term="杭", actor=owner)]
    assert sorted(found) == ["杭州", "杭州市"]
    assert suggestions.suggest("title", fact="orders.line", term="croi", actor=owner)[0].value == "Croissant"
    assert [c.value for c in suggestions.suggest("customers.gender", actor=owner)] == ["f", "m"]
    with pytest.raises(NotFound):
        suggestions.suggest("customers.phone", actor=owner)


def test_command_line(pool, owner, tmp_path, monkeypatch):
    file = tmp_path / "rule.json"
    file.write_text(json.dumps(HANGZHOU))
    run = CliRunner().invoke
    base = ["--merchant", pool.merchant.slug, "--rule"]
    expected = world.evaluate(HANGZHOU, pool)
    monkeypatch.setattr(cli.shared, "running", nullcontext)  # the test's database is running already
    counted = run(cli.app, ["count", *base, str(file), "--json"])
    assert json.loads(counted.stdout)["count"] == len(expected)
    lines = run(cli.app, ["export", *base, "-", "--json"], input=json.dumps(HANGZHOU)).stdout.splitlines()
    assert [json.loads(line)["customer_id"] for line in lines] == expected
    assert run(cli.app, ["export", *base, str(file)]).stdout.startswith("customer_id,customers.source,")
    bad = run(cli.app, ["count", *base, "-"], input='{"all": [{"attr": "x", "op": "="}]}')
    assert (bad.exit_code, bad.stderr.split(":")[0]) == (2, "all[0].attr")
    assert run(cli.app, ["count", "--merchant", "nobody", "--rule", str(file)]).exit_code == 2
    assert run(cli.app, ["count", *base, str(tmp_path / "none.json")]).exit_code == 2
