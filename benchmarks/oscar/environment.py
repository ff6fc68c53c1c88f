"""django-oscar in an environment of its own, `.bench/oscar`, on a database of its own beside ours."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / ".bench" / "oscar"
WANTED = ["django-oscar[sorl-thumbnail]==4.2.1", "psycopg[binary,pool]", "setuptools", "granian"]
DATABASE = "bench_oscar"


def python() -> Path:
    """Its interpreter, installed the first time."""
    found = HOME / "bin" / "python"
    stamp = HOME / "wanted.txt"
    if not stamp.exists() or stamp.read_text() != "\n".join(WANTED):
        subprocess.run([sys.executable, "-m", "venv", "--clear", HOME], check=True)
        subprocess.run([found, "-m", "pip", "install", "--quiet", *WANTED], check=True)
        stamp.write_text("\n".join(WANTED))
    return found


def furnished() -> dict[str, str]:
    """What its processes need to know, after its tables, a product and a country were made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        is_there = cursor.fetchone() is not None
        if not is_there:
            cursor.execute(f"CREATE DATABASE {DATABASE}")
    ours = settings.DATABASES["default"]
    environment = {
        "DJANGO_SETTINGS_MODULE": "benchmarks.oscar.settings", "OSCAR_DB_HOST": ours["HOST"],
        "OSCAR_DB_PORT": str(ours["PORT"]), "OSCAR_DB_USER": ours["USER"], "OSCAR_DB_NAME": DATABASE,
        "OSCAR_DB_PASSWORD": ours["PASSWORD"], "OSCAR_MEDIA": str(Path(settings.HOME) / "oscar"),
    }  # fmt: skip
    if not is_there:
        subprocess.run(
            [python(), "-m", "benchmarks.oscar.furnish"], check=True, cwd=ROOT, env=os.environ | environment,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
    return environment
