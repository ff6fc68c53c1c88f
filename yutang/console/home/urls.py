from __future__ import annotations

from django.urls import path

from yutang.console.home import views

urlpatterns = [
    path("", views.home, name="home"),
    path("figures/cohorts", views.cohorts, name="cohorts"),
    path("figures/<str:key>", views.metric, name="metric"),
    path("figures/<str:key>/save", views.save, name="metric_save"),
    path("figures/<str:key>/rows", views.metric_rows, name="metric_rows"),
]
