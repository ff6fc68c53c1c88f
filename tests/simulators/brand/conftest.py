from __future__ import annotations

from pathlib import Path

import pytest

from yutang.simulators.brand import ExportFile, Truth, make_brand, write_files


@pytest.fixture(scope="session")
def truth() -> Truth:
    return make_brand(scale=0.02)


@pytest.fixture(scope="session")
def manifest(truth: Truth, tmp_path_factory: pytest.TempPathFactory) -> list[ExportFile]:
    directory: Path = tmp_path_factory.mktemp("exports")
    return write_files(truth, directory)
