from __future__ import annotations

from django.urls import path

from yutang.console.shell import views

urlpatterns = [
    path("language", views.language, name="language"),
]
