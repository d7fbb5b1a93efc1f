# SPDX-License-Identifier: GPL-2.0-or-later
"""The documentation names nothing that does not exist: files, links, commands, make goals, numbers of the ABI."""
import pathlib
import re
import subprocess

import pytest

PAGES = ["README.md", "README.zh.md", "CONTRIBUTING.md", *(f"Documentation/{name}" for name in (
    "architecture.md", "abi.md", "config.md", "config-reference.md", "porting.md", "testing.md", "facts.md",
    "not-defended.md",
    "threat-model.md")), *sorted(f"Documentation/howto/{path.name}" for path in (
        pathlib.Path(__file__).resolve().parents[2] / "Documentation/howto").glob("*.md"))]
TREES = ("ci", "configs", "driver", "hypervisor", "include", "inmates", "mk", "tests", "tools", "Documentation",
         "LICENSES")
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.S)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def read(top, page):
    return (top / page).read_text(encoding="utf-8")


def code(text):
    """What stands between back quotes."""
    return "\n".join(part.strip("`") for part in CODE.findall(text))


def missing_paths(top, text):
    """Paths below our own folders that do not exist; placeholders in capitals or <> are none."""
    found = re.findall(rf"(?<![\w/.-])(?:{'|'.join(TREES)})/[\w./*-]*", code(text))
    return [path for path in (p.rstrip(".") for p in found)
            if not list(top.glob(path.rstrip("/"))) and not re.search(r"[A-Z]{3,}", path.split("/")[-1])]


@pytest.mark.parametrize("page", PAGES)
def test_paths_exist(top, page):
    assert missing_paths(top, read(top, page)) == []


def test_a_missing_path_is_noticed(top):
    assert missing_paths(top, "see `hypervisor/core/nothing.c` and `ci/setup`") == ["hypervisor/core/nothing.c"]


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(top, page):
    here = (top / page).parent
    dead = [link for link in LINK.findall(read(top, page))
            if "://" not in link and not (here / (link.split("#")[0] or page.split("/")[-1])).exists()]
    assert dead == []


def make_goals(text):
    """What follows `make`, without options and assignments."""
    lines = re.findall(r"^\s*make\s+([^#\n]*)", code(text), re.M)
    return {word for line in lines for word in line.split() if re.fullmatch(r"[a-z][a-z-]*", word)}


@pytest.mark.parametrize("page", PAGES)
def test_make_goals_exist(top, page):
    makefiles = "\n".join(path.read_text(encoding="utf-8") for path in [top / "Makefile", *(top / "mk").glob("*.mk")])
    known = " ".join(re.findall(r"^([a-z][\w-]*(?: [a-z][\w-]*)*):", makefiles, re.M)).split()
    assert make_goals(read(top, page)) - set(known) == set()


@pytest.mark.parametrize("page", PAGES)
def test_commands_exist(top, run, page):
    found = set(re.findall(r"\bbulkhead ((?:cell |config )?[a-z]+)\b", code(read(top, page))))
    found -= {"config", "cell"}
    for command in sorted(found):
        assert run(*command.split(), "--help").returncode == 0, f"{page}: bulkhead {command}"


def abi_tables(top, *words):
    return subprocess.run([top / "Documentation/abi-tables", *words], capture_output=True, text=True, check=False)


def test_tables_of_the_abi_are_those_of_the_headers(top):
    done = abi_tables(top)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_wrong_number_is_noticed(top, tmp_path):
    page = tmp_path / "abi.md"
    text = read(top, "Documentation/abi.md")
    assert "| BUSY | 2 |" in text
    page.write_text(text.replace("| BUSY | 2 |", "| BUSY | 3 |"), encoding="utf-8")
    done = abi_tables(top, "--page", page)
    assert done.returncode == 1
    assert "BH_ERRORS" in done.stdout


def test_both_readmes_show_the_same(top):
    """The translation must not fall behind: same commands, same figures, same picture."""
    def skeleton(text):
        blocks = [block for block in re.findall(r"```.*?```", text, re.S) if "+---" not in block]
        return blocks, re.findall(r"\| *(\d[\d ]*) *(?=\|)", text), re.findall(r"!\[[^\]]*\]\(([^)]+)\)", text)
    assert skeleton(read(top, "README.md")) == skeleton(read(top, "README.zh.md"))
