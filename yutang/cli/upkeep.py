"""`yutang doctor | backup | restore | lake-rebuild`"""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from yutang import home
from yutang.cli import shared
from yutang.core.embedded import EmbeddedPostgres, EmbeddedPostgresError

EMBEDDED_ONLY = (
    "DATABASE_URL names a database of your own: back it up with its own physical backup (transaction ids must go on), "
    "and keep {files} and {secret} beside it."
)


def doctor(json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Check every part and say what to do about what is wrong."""
    with shared.running():
        from yutang.cli.examination import examine

        findings = examine()
    if json:
        shared.print_json([finding.as_dict() for finding in findings])
    else:
        for finding in findings:
            mark = "[green]✓[/green]" if finding.is_good else "[red]✗[/red]"
            shared.out.print(f"{mark} {finding.part}: {finding.says}", highlight=False)
            if finding.advice:
                shared.out.print(f"    → {finding.advice}", highlight=False)
    if not all(finding.is_good for finding in findings):
        raise typer.Exit(1)


def backup(file: Annotated[Path, typer.Argument(help="Archive to write (.tar.gz)")]) -> None:
    """Write database, uploaded files and the secret key into one archive, while everything runs.

    The lake is not in it: `restore` makes it again from the database.
    """
    if home.database_url():
        shared.fail(EMBEDDED_ONLY.format(files=home.home() / "files", secret=home.home() / "secret.key"))
    if file.exists():
        shared.fail(f"{file} exists already; it is not overwritten.")
    if not os.access(file.absolute().parent, os.W_OK):
        shared.fail(f"{file.absolute().parent} is no folder that can be written to.")
    place = home.home()
    with shared.database(), tempfile.TemporaryDirectory(dir=place) as folder:
        base = Path(folder) / "postgres.tar"
        with base.open("wb") as target:
            EmbeddedPostgres(place).write_base_backup(target)
        draft = file.with_name(file.name + ".part")
        with tarfile.open(draft, "w:gz", compresslevel=1) as archive:
            archive.add(base, "postgres.tar")
            for name in ("secret.key", "files"):
                if (place / name).exists():
                    archive.add(place / name, name)
            if home.erasures().exists():
                archive.add(home.erasures(), home.ERASURES)
        draft.chmod(0o600)  # it holds the key to every encrypted field
        draft.rename(file)
    shared.out.print(f"{file}: {file.stat().st_size / 2**20:,.1f} MB. It holds the secret key: keep it safe.")


def restore(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    erasures: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="The newest erasures.jsonl there is")
    ] = None,
) -> None:
    """Bring a backup back into an empty YUTANG_HOME. Whoever was erased since then is erased again."""
    place = home.home()
    if (place / "postgres").exists():
        shared.fail(f"{place} holds an installation. Set YUTANG_HOME to a new folder, or move this one away.")
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place) as folder:
        try:
            with tarfile.open(file) as archive:
                archive.extractall(folder, filter="data")
        except (tarfile.TarError, OSError, EOFError) as error:
            shared.fail(f"{file} is not a backup of Yutang, or is damaged: {error}")
        unpacked = Path(folder)
        if not (unpacked / "postgres.tar").exists():
            shared.fail(f"{file} is not a backup of Yutang: it has no database.")
        try:
            EmbeddedPostgres(place).restore_base_backup(unpacked / "postgres.tar")
        except EmbeddedPostgresError as error:
            shared.fail(f"{file} is not a backup of Yutang, or is damaged: {error}")
        for name in ("secret.key", "files"):
            if (unpacked / name).exists():
                shutil.move(unpacked / name, place / name)
        journals = [journal for journal in (unpacked / home.ERASURES, erasures) if journal and journal.exists()]
        lines = [journal.read_text(encoding="utf-8") for journal in journals]
    with shared.running():
        from yutang.areas.privacy import erasing, journal
        from yutang.lake import rebuilding

        report = rebuilding.rebuild()
        known = journal.read()
        journal.append(line for text in lines for line in journal.parse(text) if line not in known)
        erased = sum(erasing.again(line) for line in journal.read())
    shared.out.print(
        f"Restored into {place}; facts in the lake: {sum(report.facts.values()):,}; erased again: {erased}"
    )


def lake_rebuild() -> None:
    """Make the lake again from the database."""
    with shared.running():
        from yutang.lake import rebuilding

        report = rebuilding.rebuild()
    shared.out.print(f"Facts: {sum(report.facts.values()):,}   people: {sum(report.people.values()):,}")


__all__ = ["backup", "doctor", "lake_rebuild", "restore"]
