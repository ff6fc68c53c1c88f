from __future__ import annotations

from django.urls import path

from yutang.console.pickup import offline, views

urlpatterns = [
    path("pickup", views.desk, name="pickup"),
    path("pickup/hand-over", views.hand_over, name="pickup_hand_over"),
    path("pickup/waiting", offline.waiting, name="pickup_waiting"),
    path("pickup/deed", offline.deed, name="pickup_deed"),
    path("pickup/offline", offline.shell, name="pickup_offline"),
    path("pickup/worker.js", offline.worker, name="pickup_worker"),
]
