"""The list of pages, what each says of itself, and for which segments it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.catalog import services as catalog
from yutang.areas.decoration import queries, services
from yutang.areas.segments import queries as segments
from yutang.console.decoration.door import whole_page
from yutang.console.decoration.forms import PageForm
from yutang.console.shell.listing import render_list
from yutang.console.staff.forms import id_of
from yutang.ui.forms import errors_of, refused_as_message
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.decoration.models import Page
    from yutang.areas.decoration.services import PageWords

MOST_SEGMENTS = 200  # offered for a page


@whole_page(queries.VIEW, methods=("GET",))
def page_list(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:60]
    found = queries.pages()
    if text:
        found = found.filter(title__icontains=text) | found.filter(slug__icontains=text)
    context = {
        "page": page_of(found, request), "may_edit": request.actor.may(queries.EDIT),
        "has_home": queries.pages().filter(kind="home").exists(),
    }  # fmt: skip
    return render_list(request, "console/decoration/list.html", "console/decoration/_rows.html", context)


@whole_page(queries.EDIT, methods=("POST",))
def home(request: HttpRequest) -> HttpResponse:
    return _to_editor(services.home(actor=request.actor))


@whole_page(queries.EDIT)
def create(request: HttpRequest) -> HttpResponse:
    form = PageForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        with errors_of(form), transaction.atomic():
            words = _words(request, form, "")
            made = services.create_topic(slug=form.cleaned_data["slug"], words=words, actor=request.actor)
            return _to_editor(made)
    return render(request, "console/decoration/form.html", {"form": form}, status=422 if form.is_bound else 200)


@whole_page(queries.VIEW)
def edit(request: HttpRequest, page_id: int) -> HttpResponse:
    found = queries.page(page_id)
    names = ("title", "slug", "share_title", "share_text")
    form = PageForm(
        request.POST or None, request.FILES or None, initial={name: getattr(found, name) for name in names},
        is_home=found.kind == found.Kind.HOME, has_picture=bool(found.share_picture),
    )  # fmt: skip
    if request.method == "POST":
        request.actor.require(queries.EDIT)
    if form.is_valid():
        with errors_of(form), transaction.atomic():
            words, slug = _words(request, form, found.share_picture), form.cleaned_data.get("slug", "")
            services.change_page(page_id=page_id, words=words, slug=slug, actor=request.actor)
            messages.success(request, gettext("Saved “%(name)s”.") % {"name": words.title})
            return redirect("console:shop_page", page_id)
    context = {
        "form": form, "shop_page": found, "variants": queries.variants(found),
        "segments": segments.visible(request.actor)[:MOST_SEGMENTS] if request.actor.may(segments.VIEW) else [],
        "may_edit": request.actor.may(queries.EDIT),
    }  # fmt: skip
    return render(request, "console/decoration/form.html", context, status=422 if form.is_bound else 200)


@whole_page(queries.EDIT, methods=("POST",))
def delete(request: HttpRequest, page_id: int) -> HttpResponse:
    with refused_as_message(request):
        gone = services.archive_page(page_id=page_id, actor=request.actor)
        messages.success(request, gettext("Deleted “%(name)s”.") % {"name": gone.title})
    return redirect("console:shop_pages")


@whole_page(queries.EDIT, methods=("POST",))
def add_variant(request: HttpRequest, page_id: int) -> HttpResponse:
    with refused_as_message(request):
        segment_id = id_of(request.POST.get("segment", "")) or 0
        made = services.add_variant(page_id=page_id, segment_id=segment_id, actor=request.actor)
        return redirect("console:page_variant", made.pk)
    return redirect("console:shop_page", page_id)


@whole_page(queries.EDIT, methods=("POST",))
def move_variant(request: HttpRequest, variant_id: int) -> HttpResponse:
    services.move_variant(variant_id=variant_id, up=request.POST.get("to") == "up", actor=request.actor)
    return redirect("console:shop_page", queries.variant(variant_id).page_id)


@whole_page(queries.EDIT, methods=("POST",))
def remove_variant(request: HttpRequest, variant_id: int) -> HttpResponse:
    page_id = queries.variant(variant_id).page_id
    with refused_as_message(request):
        services.remove_variant(variant_id=variant_id, actor=request.actor)
        messages.success(request, gettext("The segment sees what everybody sees again."))
    return redirect("console:shop_page", page_id)


def _to_editor(made: Page) -> HttpResponse:
    return redirect("console:page_variant", queries.variants(made).get(segment__isnull=True).pk)


def _words(request: HttpRequest, form: PageForm, digest: str) -> PageWords:
    if (file := form.cleaned_data["picture"]) is not None:
        digest = catalog.store_picture(content=file, actor=request.actor).digest
    elif form.cleaned_data.get("no_picture"):
        digest = ""
    return form.words(digest)
