"""What `yutang doctor` looks at."""

from __future__ import annotations

import os
import shutil
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection

from yutang.core import clock, tenancy
from yutang.lake.models import Freshness
from yutang.shop.sharing import fonts

if TYPE_CHECKING:
    from collections.abc import Callable

LAG_SECONDS = 120
FREE_BYTES = 2 * 2**30


@dataclass(frozen=True)
class Finding:
    part: str
    is_good: bool
    says: str
    advice: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def examine() -> list[Finding]:
    """One finding per part, in the order in which they depend on each other."""
    parts: list[Callable[[], Finding]] = [
        _disk, _secret, _database, _isolation, _static, _fonts, _worker, _failed_jobs, _lake,
    ]  # fmt: skip
    return [part() for part in parts]


def _disk() -> Finding:
    free = shutil.disk_usage(settings.HOME).free
    return Finding(
        "disk", free > FREE_BYTES, f"{free / 2**30:,.1f} GB free at {settings.HOME}",
        "" if free > FREE_BYTES else "Free some space, or move YUTANG_HOME.",
    )  # fmt: skip


def _secret() -> Finding:
    path = settings.HOME / "secret.key"
    if not path.exists():
        return Finding("secret key", bool(os.environ.get("YUTANG_SECRET")), "from YUTANG_SECRET")
    is_private = path.stat().st_mode & 0o077 == 0
    return Finding(
        "secret key", is_private, f"{path}, {'readable by its owner only' if is_private else 'readable by others'}",
        "" if is_private else f"chmod 600 {path}",
    )  # fmt: skip


def _database() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), pg_size_pretty(pg_database_size(current_database()))")
        version, size = cursor.fetchone()
    is_recent = int(version.split(".")[0]) >= 16
    return Finding(
        "database", is_recent, f"PostgreSQL {version}, {size}",
        "" if is_recent else "PostgreSQL 16 or newer is needed.",
    )  # fmt: skip


def _isolation() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        is_mighty = cursor.fetchone()[0]
    open_tables = tenancy.unprotected_tables()
    if is_mighty:
        return Finding(
            "isolation of merchants", False, "the database role may bypass row-level security",
            "Connect as a role without SUPERUSER and BYPASSRLS.",
        )  # fmt: skip
    return Finding(
        "isolation of merchants", not open_tables,
        f"tables without policy: {', '.join(open_tables)}" if open_tables else "every table has its policy",
        "Run yutang up: it makes missing policies." if open_tables else "",
    )  # fmt: skip


def _static() -> Finding:
    has_vendor = (settings.STATIC_ROOT / "vendor" / "tabler.min.css").exists()
    has_chinese = (settings.PACKAGE / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.mo").exists()
    missing = [name for name, there in (("browser libraries", has_vendor), ("translations", has_chinese)) if not there]
    return Finding(
        "web pages", not missing, f"missing: {', '.join(missing)}" if missing else "complete",
        "Run make setup." if missing else "",
    )  # fmt: skip


def _fonts() -> Finding:
    """Without them the shop refuses posters."""
    try:
        found = [fonts.path(is_bold=is_bold) for is_bold in (False, True)]
    except fonts.NoFont:
        return Finding(
            "fonts of posters", False, "Noto Sans CJK is missing",
            "apt-get install fonts-noto-cjk, or name a folder with its files in YUTANG_FONTS.",
        )  # fmt: skip
    return Finding("fonts of posters", True, str(found[0].parent))


def _worker() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '1 minute'")
        alive = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND scheduled_at IS NULL")
        waiting = cursor.fetchone()[0]
    return Finding(
        "worker", bool(alive) or not waiting, f"{alive} at work, {waiting} jobs waiting",
        "" if alive or not waiting else "Jobs wait: start yutang up.",
    )  # fmt: skip


def _failed_jobs() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT task_name, count(*) FROM procrastinate_jobs WHERE status = 'failed' GROUP BY 1 ORDER BY 1"
        )
        failed = cursor.fetchall()
    listed = ", ".join(f"{name} × {count}" for name, count in failed)
    return Finding(
        "failed jobs", not failed, listed or "none",
        "See the worker's log for the reason; every job may be repeated." if failed else "",
    )  # fmt: skip


def _lake() -> Finding:
    late = []
    for merchant_id in tenancy.each_merchant(reason="doctor"):
        with tenancy.scope(merchant_id):
            as_of = Freshness.objects.values_list("as_of", flat=True).first()
        if as_of is None or (clock.now() - as_of).total_seconds() > LAG_SECONDS:
            late.append(
                f"merchant {merchant_id}: {as_of:%Y-%m-%d %H:%M:%S} UTC" if as_of else f"merchant {merchant_id}: –"
            )
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '1 minute'")
        is_running = bool(cursor.fetchone()[0])
    # Nobody writes while nothing runs: late is only wrong beside a living worker.
    return Finding(
        "lake", not (late and is_running), f"data as of: {'; '.join(late)}" if late else "up to date",
        "See the worker's log; yutang lake-rebuild makes it again from the database." if late and is_running else "",
    )  # fmt: skip
