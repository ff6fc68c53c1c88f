from __future__ import annotations

from django.urls import path

from yutang.console.auth import account, views

urlpatterns = [
    path("login", views.log_in, name="login"),
    path("login/code", views.second_factor, name="login_code"),
    path("login/enrol", views.enrol, name="login_enrol"),
    path("logout", views.log_out, name="logout"),
    path("welcome/<int:user_id>/<str:token>", views.choose_password, name="choose_password"),
    path("merchants", views.choose_merchant, name="choose_merchant"),
    path("account", account.overview, name="account"),
    path("account/password", account.password, name="account_password"),
    path("account/factor", account.factor, name="account_factor"),
    path("account/recovery", account.recovery, name="account_recovery"),
]
