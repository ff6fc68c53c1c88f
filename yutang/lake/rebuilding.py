"""The lake can always be made again from the pool: its facts are copies."""

from __future__ import annotations

import shutil
from pathlib import Path

from django.conf import settings

from yutang.core import tenancy
from yutang.lake import catalog, writer
from yutang.lake.tables import PERSON, REGISTRY


def rebuild() -> writer.Report:
    """Drops the tables of the lake with their files and writes them anew. Call outside any transaction."""
    lake = catalog.catalog()
    archives = {fact.name for fact in REGISTRY.facts.values() if fact.is_archive}
    for name in (PERSON, *REGISTRY.facts):
        if name in archives and settings.HOT_DAYS is not None:
            continue  # its oldest rows are nowhere else
        if catalog.exists(name):
            lake.drop_table(name)
        area, _, noun = name.partition(".")
        shutil.rmtree(Path(settings.LAKE) / area / noun, ignore_errors=True)
    for merchant_id in tenancy.each_merchant(reason="lake rebuild"):
        with tenancy.scope(merchant_id):
            writer.mark_people_changed(merchant_id)
    return writer.run()
