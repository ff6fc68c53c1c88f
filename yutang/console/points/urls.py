from __future__ import annotations

from django.urls import path

from yutang.console.points import changing, offering, person, setting, views

urlpatterns = [
    path("points", views.overview, name="points"),
    path("points/entries", views.entries, name="points_entries"),
    path("points/expiring", views.expiring, name="points_expiring"),
    path("points/rules", setting.rules, name="points_rules"),
    path("points/offers", offering.offer_list, name="points_offers"),
    path("points/offers/new", offering.create, name="points_offer_new"),
    path("points/offers/<int:offer_id>", offering.edit, name="points_offer"),
    path("points/changes", changing.change_list, name="points_changes"),
    path("points/changes/<int:change_id>/decide", changing.decide, name="points_decide"),
    path("customers/<int:customer_id>/points", person.card, name="customer_points"),
    path("customers/<int:customer_id>/points/change", person.change, name="points_change"),
]
