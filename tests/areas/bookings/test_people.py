from __future__ import annotations

from pyroaring import BitMap64

from tests.factories.bookings import book, make_experience, person
from yutang.areas.bookings import privacy, queries, services
from yutang.areas.bookings.models import Booking, Invitation
from yutang.areas.customers import erasing
from yutang.areas.customers import services as customers
from yutang.areas.customers.models import Customer
from yutang.areas.segments import bitmaps
from yutang.areas.segments import services as segments
from yutang.areas.segments.models import SegmentSnapshot


def hub(actor, segment_id=None):
    return services.save_hub(
        is_active=True, title="Pond", text="", segment_id=segment_id, contact_name="", contact_phone="",
        contact_wechat="", actor=actor,
    )  # fmt: skip


def test_a_merge_takes_bookings_and_invitations_along_and_gives_them_back(merchant, actor):
    """tracardi #892, #784 (a merge dropped what was known of people): bookings stay."""
    made = make_experience()
    hub(actor)
    booked, other = book(made, 1), person(2).customer_id
    services.invite(customer_id=booked.customer_id, reason="", actor=actor)
    merge = customers.merge(survivor_id=other, absorbed_id=booked.customer_id, evidence=[], actor=actor)
    assert [row.pk for row in queries.bookings_of(other)] == [booked.pk]
    assert queries.is_member(other)
    customers.unmerge(merge_id=merge.pk, actor=actor)
    assert list(queries.bookings_of(other)) == []
    assert not queries.is_member(other)
    assert queries.is_member(booked.customer_id)


def test_a_segment_lets_its_members_in(merchant, actor):
    inside, outside = person(1).customer_id, person(2).customer_id
    segment = segments.create(name="Best", rule={"all": []}, actor=actor)
    SegmentSnapshot.objects.create(
        merchant_id=merchant.pk, segment=segment, size=1, entered=0, left=0, members=bitmaps.pack(BitMap64([inside])),
    )  # fmt: skip
    hub(actor, segment.pk)
    vip, own = make_experience(audience="vip"), make_experience(audience="segment", segment_id=segment.pk)
    assert (queries.is_member(inside), queries.is_member(outside), queries.is_member(None)) == (True, False, False)
    assert {row.pk for row in queries.offered(inside)} == {vip.pk, own.pk}
    assert queries.offered(outside) == []
    services.save_hub(
        is_active=False, title="Pond", text="", segment_id=segment.pk, contact_name="", contact_phone="",
        contact_wechat="", actor=actor,
    )  # fmt: skip
    assert not queries.is_member(inside)
    assert queries.offered(inside) == [own]


def test_a_person_is_handed_out_and_erased(merchant, actor):
    booked = book(make_experience(title="Tea"), 1)
    services.invite(customer_id=booked.customer_id, reason="Regular", actor=actor)
    Booking.objects.update(note="Vegan")
    someone = erasing.person(Customer.objects.get(pk=booked.customer_id))
    copied = privacy.copy(someone)
    assert [(row["title"], row["note"]) for row in copied["Bookings"]] == [("Tea", "Vegan")]
    assert [row["reason"] for row in copied["Invitations"]] == ["Regular"]
    for _ in range(2):
        privacy.erase(someone, actor)
    assert list(Booking.objects.values_list("note", flat=True)) == [""]
    assert not Invitation.objects.exists()
