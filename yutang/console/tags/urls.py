from __future__ import annotations

from django.urls import path

from yutang.console.tags import groups, life, person, runs, views

urlpatterns = [
    path("tags", views.tag_list, name="tags"),
    path("tags/new", views.create, name="tag_new"),
    path("tags/preview", views.preview, name="tag_preview"),
    path("tags/<int:tag_id>", views.edit, name="tag"),
    path("tags/<int:tag_id>/recompute", views.recompute, name="tag_recompute"),
    path("tags/<int:tag_id>/delete", views.archive, name="tag_archive"),
    path("tags/groups", groups.group_list, name="tag_groups"),
    path("tags/groups/new", groups.create, name="tag_group_new"),
    path("tags/groups/<int:group_id>", groups.edit, name="tag_group"),
    path("tags/groups/<int:group_id>/delete", groups.archive, name="tag_group_archive"),
    path("tags/runs", runs.run_list, name="tagging_runs"),
    path("tags/runs/new", runs.start, name="tagging_run_new"),
    path("tags/runs/<int:tagging_run_id>", runs.run, name="tagging_run"),
    path("tags/runs/<int:tagging_run_id>/stop", runs.stop, name="tagging_run_stop"),
    path("tags/runs/<int:tagging_run_id>/undo", runs.undo, name="tagging_run_undo"),
    path("customers/<int:customer_id>/tags", person.give, name="customer_tag"),
    path("customers/<int:customer_id>/tags/<int:tag_id>/take", person.take, name="customer_untag"),
    path("customers/<int:customer_id>/life/new", life.record, name="life_new"),
    path("customers/<int:customer_id>/life/<int:fact_id>", life.change, name="life"),
    path("customers/<int:customer_id>/life/<int:fact_id>/retire", life.retire, name="life_retire"),
]
