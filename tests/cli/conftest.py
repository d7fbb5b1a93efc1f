# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of the command line tool on the build machine.

BULKHEAD_TOOL names the tool; without it, the one that `make tools` built.
"""
import os
import pathlib
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
TOOL = pathlib.Path(os.environ.get("BULKHEAD_TOOL", TOP / "build/host/bulkhead"))


@pytest.fixture(scope="session")
def top():
    return TOP


@pytest.fixture(scope="session")
def tool():
    if not TOOL.exists():
        pytest.fail(f"{TOOL} is missing: run make tools")
    return TOOL


@pytest.fixture
def run(tool, tmp_path):
    """Run the tool with a run directory of its own; without a device unless the test names one."""

    def call(*words, stdin="", **environment):
        settings = dict(os.environ, BULKHEAD_DEVICE=str(tmp_path / "no-device"), BULKHEAD_RUN=str(tmp_path / "run"))
        settings.update({name: str(value) for name, value in environment.items()})
        return subprocess.run(
            [str(tool), *map(str, words)], input=stdin, capture_output=True, text=True, timeout=60, env=settings
        )

    return call
