from __future__ import annotations

from django.urls import path

from yutang.console.pickup import views

urlpatterns = [
    path("pickup", views.desk, name="pickup"),
    path("pickup/hand-over", views.hand_over, name="pickup_hand_over"),
]
