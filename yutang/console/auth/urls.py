from __future__ import annotations

from django.urls import path

from yutang.console.auth import views

urlpatterns = [
    path("login", views.log_in, name="login"),
    path("logout", views.log_out, name="logout"),
    path("merchants", views.choose_merchant, name="choose_merchant"),
    path("account", views.account, name="account"),
]
