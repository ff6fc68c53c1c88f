from __future__ import annotations

from django.urls import path

from yutang.console.missions import views

urlpatterns = [
    path("missions", views.missions, name="missions"),
    path("missions/check-in", views.plan, name="missions_plan"),
    path("missions/tasks/new", views.create, name="mission_new"),
    path("missions/tasks/<int:mission_id>", views.edit, name="mission"),
]
