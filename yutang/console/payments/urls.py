from __future__ import annotations

from django.urls import path

from yutang.console.payments import views

urlpatterns = [
    path("settings/payments", views.account_list, name="payment_accounts"),
    path("settings/payments/<slug:provider>", views.account, name="payment_account"),
]
