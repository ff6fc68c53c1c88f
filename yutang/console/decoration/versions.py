"""What was published: who, when, what is shown, and back to an older one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext

from yutang.areas.decoration import edits, queries, services
from yutang.console.decoration.door import whole_page
from yutang.console.shell.listing import render_list
from yutang.core import clock
from yutang.ui.forms import refused_as_message
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@whole_page(queries.VIEW, methods=("GET",))
def version_list(request: HttpRequest, variant_id: int) -> HttpResponse:
    variant = queries.variant(variant_id)
    context = {
        "variant": variant, "page": page_of(queries.versions(variant), request), "live": queries.live(variant),
        "now": clock.now(), "may_edit": request.actor.may(queries.EDIT),
    }  # fmt: skip
    return render_list(request, "console/decoration/versions.html", "console/decoration/_versions.html", context)


@whole_page(queries.EDIT, methods=("POST",))
def again(request: HttpRequest, version_id: int) -> HttpResponse:
    version = services.publish_again(version_id=version_id, actor=request.actor)
    said = gettext("Version %(old)s is shown again, as version %(n)s.")
    messages.success(request, said % {"old": version.copied_from, "n": version.number})
    return redirect("console:page_versions", version.variant_id)


@whole_page(queries.EDIT, methods=("POST",))
def to_draft(request: HttpRequest, version_id: int) -> HttpResponse:
    """Works on with what that version was."""
    version = queries.version(version_id)
    with refused_as_message(request):
        services.change(
            variant_id=version.variant_id, revision=version.variant.revision, edit=edits.replace(version.blocks),
            actor=request.actor,
        )  # fmt: skip
    return redirect("console:page_variant", version.variant_id)


@whole_page(queries.EDIT, methods=("POST",))
def withdraw(request: HttpRequest, version_id: int) -> HttpResponse:
    version = services.withdraw(version_id=version_id, actor=request.actor)
    messages.success(request, gettext("Version %(n)s was taken down.") % {"n": version.number})
    return redirect("console:page_versions", version.variant_id)


@whole_page(queries.EDIT, methods=("POST",))
def take_down(request: HttpRequest, variant_id: int) -> HttpResponse:
    services.take_down(variant_id=variant_id, actor=request.actor)
    messages.success(request, gettext("Nothing of it is shown any more."))
    return redirect("console:page_versions", variant_id)
