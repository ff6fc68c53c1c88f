"""Where this installation lives on disk: YUTANG_HOME, its secret and its database address."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def home() -> Path:
    """The folder of everything Yutang stores: database, lake, uploaded files, secret key."""
    if configured := os.environ.get("YUTANG_HOME"):
        return Path(configured).expanduser().absolute()
    if os.geteuid() == 0:
        return Path("/var/lib/yutang/home")  # PostgreSQL runs as another user there, who cannot enter /root
    return Path(os.environ.get("XDG_DATA_HOME", "~/.local/share")).expanduser() / "yutang"


def secret() -> bytes:
    """32 bytes that every other key is derived from; made once. Losing it means losing the encrypted fields."""
    if configured := os.environ.get("YUTANG_SECRET"):
        return configured.encode()
    path = home() / "secret.key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(32))
        try:
            os.link(draft, path)  # fails where another process was first: its key is kept
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip().encode()


ERASURES = "erasures.jsonl"


def erasures() -> Path:
    """Who was erased: outside the database, so that a backup brought back brings nobody back. Better on another disk
    than the home itself."""
    return Path(os.environ.get("YUTANG_ERASURES") or home() / ERASURES)


def database_url() -> str | None:
    """The address of a PostgreSQL of one's own; None means the embedded one."""
    return os.environ.get("DATABASE_URL") or None
