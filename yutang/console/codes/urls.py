from __future__ import annotations

from django.urls import path

from yutang.console.codes import printing, views

urlpatterns = [
    path("codes", views.code_list, name="codes"),
    path("codes/new", views.create, name="code_new"),
    path("codes/sheet", printing.sheet, name="codes_sheet"),
    path("codes/<int:code_id>", views.detail, name="code"),
    path("codes/<int:code_id>/edit", views.edit, name="code_edit"),
    path("codes/<int:code_id>/archive", views.archive, name="code_archive"),
    path("codes/<int:code_id>/restore", views.restore, name="code_restore"),
    path("codes/<int:code_id>/picture.<str:kind>", printing.picture, name="code_picture"),
]
