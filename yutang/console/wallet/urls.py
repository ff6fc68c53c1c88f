from __future__ import annotations

from django.urls import path

from yutang.console.wallet import cards, person, setting, views

urlpatterns = [
    path("wallet", views.liability, name="wallet"),
    path("wallet/people", views.people, name="wallet_people"),
    path("wallet/recharges", views.recharges, name="wallet_recharges"),
    path("wallet/recharges/<int:recharge_id>", views.recharge, name="wallet_recharge"),
    path("wallet/recharges/<int:recharge_id>/refund", views.refund, name="wallet_refund"),
    path("wallet/plans", setting.plans, name="wallet_plans"),
    path("wallet/plans/new", setting.create_plan, name="wallet_plan_new"),
    path("wallet/plans/<int:wallet_plan_id>", setting.edit_plan, name="wallet_plan"),
    path("wallet/limits", setting.terms, name="wallet_terms"),
    path("gift-cards", cards.batch_list, name="gift_cards"),
    path("gift-cards/new", cards.create, name="gift_cards_new"),
    path("gift-cards/<int:gift_batch_id>", cards.batch, name="gift_card_batch"),
    path("gift-cards/<int:gift_batch_id>/activate", cards.activate, name="gift_cards_activate"),
    path("gift-cards/<int:gift_batch_id>/export", cards.export, name="gift_cards_export"),
    path("gift-cards/cards/<int:gift_card_id>/void", cards.void, name="gift_card_void"),
    path("customers/<int:customer_id>/wallet", person.card, name="customer_wallet"),
    path("customers/<int:customer_id>/balance", person.balance, name="customer_balance"),
    path("customers/<int:customer_id>/balance/recharge", person.take, name="customer_recharge"),
    path("customers/<int:customer_id>/balance/adjust", person.adjust, name="customer_adjust_balance"),
]
