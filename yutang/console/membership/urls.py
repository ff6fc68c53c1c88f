from __future__ import annotations

from django.urls import path

from yutang.console.membership import cards, levels, moving, person

urlpatterns = [
    path("levels", levels.ladder, name="levels"),
    path("levels/new", levels.create, name="level_new"),
    path("levels/rules", levels.rules, name="level_rules"),
    path("levels/moving", moving.moving, name="level_moving"),
    path("levels/<int:level_id>", levels.edit, name="level"),
    path("levels/<int:level_id>/delete", levels.archive, name="level_archive"),
    path("levels/<int:level_id>/people", levels.people, name="level_people"),
    path("cards", cards.overview, name="cards"),
    path("cards/sold", cards.sold, name="cards_sold"),
    path("cards/ending", cards.ending, name="cards_ending"),
    path("cards/plans/new", cards.create, name="plan_new"),
    path("cards/plans/<int:plan_id>", cards.edit, name="plan"),
    path("cards/codes", cards.codes, name="card_codes"),
    path("cards/codes/<int:code_batch_id>/export", cards.export, name="card_codes_export"),
    path("customers/<int:customer_id>/membership", person.card, name="customer_membership"),
    path("customers/<int:customer_id>/membership/growth", person.adjust, name="member_growth"),
    path("customers/<int:customer_id>/membership/grant", person.grant, name="member_grant"),
    path("cards/<int:card_id>/refund", person.refund, name="card_refund"),
]
