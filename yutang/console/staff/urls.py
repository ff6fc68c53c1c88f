from __future__ import annotations

from django.urls import path

from yutang.console.staff import roles, views

urlpatterns = [
    path("staff", views.staff_list, name="staff"),
    path("staff/invite", views.invite, name="staff_invite"),
    path("staff/<int:member_id>", views.member, name="staff_member"),
    path("staff/<int:member_id>/deactivate", views.deactivate, name="staff_deactivate"),
    path("staff/<int:member_id>/activate", views.activate, name="staff_activate"),
    path("staff/<int:member_id>/reset-factor", views.reset_factor, name="staff_reset_factor"),
    path("staff/<int:member_id>/password-link", views.password_link, name="staff_password_link"),
    path("staff/roles", roles.role_list, name="roles"),
    path("staff/roles/new", roles.create, name="role_new"),
    path("staff/roles/<int:role_id>", roles.role, name="role"),
    path("staff/roles/<int:role_id>/delete", roles.delete, name="role_delete"),
]
