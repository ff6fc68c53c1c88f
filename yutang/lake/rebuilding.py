"""The lake can always be made again from the pool: its facts are copies."""

from __future__ import annotations

import shutil
from pathlib import Path

from django.conf import settings

from yutang.core import tenancy
from yutang.lake import catalog, writer
from yutang.lake.tables import PERSON, REGISTRY


def rebuild() -> writer.Report:
    """Drops every table of the lake with its files and writes them anew. Call outside any transaction."""
    lake = catalog.catalog()
    for name in (PERSON, *REGISTRY.facts):
        if catalog.exists(name):
            lake.drop_table(name)
    shutil.rmtree(Path(settings.LAKE), ignore_errors=True)
    for merchant_id in tenancy.each_merchant(reason="lake rebuild"):
        with tenancy.scope(merchant_id):
            writer.mark_people_changed(merchant_id)
    return writer.run()
