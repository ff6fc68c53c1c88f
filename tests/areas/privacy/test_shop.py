"""What the shop keeps of an erased person besides orders: handed out before, gone after."""

from __future__ import annotations

import json
import zipfile

import pytest

from tests.areas.privacy import world as w
from tests.areas.privacy.test_copying import copied
from tests.areas.privacy.test_erasing import erased, known, search_for
from tests.factories import shop
from yutang.areas.customers import services
from yutang.areas.customers.addresses import Recipient
from yutang.areas.customers.models import Address, Identity
from yutang.areas.orders.models import CartLine
from yutang.areas.orders.queries_cart import Holder
from yutang.areas.orders.services import carting
from yutang.areas.privacy import queries
from yutang.core import tenancy
from yutang.lake import writer

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_address_book_and_the_cart_are_handed_out_and_erased():
    world = w.make_world()
    with tenancy.scope(world.merchant.pk):
        identity = Identity.objects.get(customer=world.customer, kind="phone")
        to = Recipient(w.NAME, w.PHONE, "浙江省", "杭州市", "西湖区", w.ADDRESS)
        services.save_address(identity=identity, recipient=to, actor=world.actor)
        cake = shop.stocked()
        holder = Holder(identity_id=identity.pk)
        carting.put(holder=holder, sku_id=cake.pk, quantity=2, key="tap", actor=world.actor)
    writer.run()
    request = copied(world)
    with tenancy.scope(world.merchant.pk), zipfile.ZipFile(queries.copy_of(world.actor, request.pk)) as archive:
        data = json.loads(archive.read("data.json"))
    assert [(row["name"], row["address"]) for row in data["address_book"]] == [(w.NAME, w.ADDRESS)]
    assert [(row["title"], row["quantity"]) for row in data["cart"]] == [(cake.product.name, 2)]

    dossier = known(world)
    assert "encrypted fields of customers_address" in search_for(dossier).places
    done = erased(world)
    assert (done.state, done.proof["places"]) == ("done", {})
    with tenancy.scope(world.merchant.pk):
        assert not Address.objects.exists()
        assert not CartLine.objects.exists()
