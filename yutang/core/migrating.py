"""Brings the tables up to date, an empty database quickly.

For each model that a migration creates, Django renders anew all models tied to it, directly or not: here nearly all of
them, and a first start would take a minute. Nothing that was there before can refer to a model that is new, so
rendering it alone yields the same tables.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.core.management import call_command
from django.db.migrations.state import ProjectState

from yutang.core import locks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.migrations.state import ModelState


def migrate() -> None:
    """Two that start together do not migrate together."""
    with locks.held(locks.Lock.MIGRATIONS), _new_models_rendered_alone():
        call_command("migrate", verbosity=0)


@contextmanager
def _new_models_rendered_alone() -> Iterator[None]:
    def add_model(self: ProjectState, model_state: ModelState) -> None:
        key = model_state.app_label, model_state.name_lower
        self.models[key] = model_state
        if self._relations is not None:  # type: ignore[attr-defined]  # as Django's own does
            self.resolve_model_relations(key)
        if "apps" in self.__dict__:  # hasattr would make it
            self.apps.render_multiple([model_state])

    usual = ProjectState.add_model
    ProjectState.add_model = add_model  # type: ignore[method-assign]
    try:
        yield
    finally:
        ProjectState.add_model = usual  # type: ignore[method-assign]
