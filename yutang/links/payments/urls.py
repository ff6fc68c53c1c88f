"""Where payment services tell what happened."""

from __future__ import annotations

from django.urls import path

from yutang.links.payments import views

app_name = "payments"
urlpatterns = [path("notify/<slug:provider>/<int:merchant_id>", views.notify, name="notify")]
