"""What a service refuses, on a page of the console: beside the field it is about, or as a message."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.contrib import messages

from yutang.core.errors import DomainError, NotAllowed, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.forms import BaseForm
    from django.http import HttpRequest


@contextmanager
def errors_of(form: BaseForm) -> Iterator[None]:
    """Around the call of a service; a refusal becomes an error of the form. A missing permission stays a refusal.

    with errors_of(form):
        staff.invite(**form.cleaned_data, actor=request.actor)
        return redirect("console:staff")
    return render(request, …, status=422)
    """
    try:
        yield
    except NotAllowed:
        raise
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))


@contextmanager
def refused_as_message(request: HttpRequest) -> Iterator[None]:
    """Around the call of a service by a button without fields: a refusal is said on the page it leads back to. What
    may not be done or does not exist stays a refusal.

    with refused_as_message(request):
        services.delete_category(category_id=category_id, actor=request.actor)
        messages.success(request, …)
    return redirect(…)
    """
    try:
        yield
    except (NotAllowed, NotFound):
        raise
    except DomainError as error:
        messages.error(request, str(error))
