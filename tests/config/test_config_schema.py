# SPDX-License-Identifier: GPL-2.0-or-later
"""The JSON Schema for editors, the reference and the check are made from one table, and agree."""
import json
import re

import jsonschema
import pytest
import wrong
import yaml
from conftest import CELLS, TOP

KINDS = {"board": TOP / "tools/schema/bulkhead-board.json", "cell": TOP / "tools/schema/bulkhead-cell.json"}
# What the table alone says; the rest of the rules needs the board, or other cells.
OF_THE_TABLE = {"key-unknown", "key-missing", "value-type", "value-range", "value-list"}
BEYOND_PATTERNS = ("[3-1]", "spi 1000")  # right by its form


@pytest.fixture(scope="module")
def validators():
    found = {}
    for kind, path in KINDS.items():
        schema = json.loads(path.read_text(encoding="utf-8"))
        jsonschema.Draft7Validator.check_schema(schema)
        found[kind] = jsonschema.Draft7Validator(schema)
    return found


def errors(validators, text):
    """What the schema finds wrong in a file."""
    tree = yaml.safe_load(text)
    return list(validators["board" if "hypervisor" in tree else "cell"].iter_errors(tree))


@pytest.mark.parametrize("kind", KINDS)
def test_kept_file_is_of_this_table(config, kind):
    assert config("schema", kind).stdout == KINDS[kind].read_text(encoding="utf-8"), "make docs"
    assert config("schema", "car").returncode == 2


def test_reference_is_of_this_table(config):
    page = (TOP / "Documentation/config-reference.md").read_text(encoding="utf-8")
    assert config("reference").stdout == page, "make docs"
    for kind in KINDS:
        for key in re.findall(r"^ *([a-z-]+):", config("keys", kind).stdout, re.M):
            assert f"| `{key}` |" in page, key
    for rule in {rule for row in wrong.ROWS for rule in row.rules()}:
        assert f"| `{rule}` |" in page, rule


def test_shipped_files_are_valid(validators):
    boards = sorted((TOP / "configs/board").glob("*.yaml"))
    assert len(CELLS) >= 8 and boards
    for path in [*boards, *(TOP / "configs/vms").glob("*.yaml")]:
        assert errors(validators, path.read_text(encoding="utf-8")) == [], path.name


def test_anchors_and_merges_are_valid(validators, config, trees, tmp_path):
    text = """\
x-ram: &ram { size: 4M, flags: [read, write] }
cell: test
cpus: [0, 2-3]
memory:
  - { <<: *ram, name: low, guest: 0x40000000, flags: [read, write, execute] }
  - { <<: *ram, name: high, guest: 0x5000_0000 }
boot: { protocol: none }
"""
    assert errors(validators, text) == []
    (tmp_path / "cell.yaml").write_text(text)
    (tmp_path / "board.yaml").write_text(wrong.BOARD)
    done = config("check", "-t", trees[3], tmp_path / "board.yaml", tmp_path / "cell.yaml")
    assert done.returncode == 0, done.stderr


def files(row):
    """The YAML of a row that the table can judge."""
    return [content for name, content in row.files.items() if name.endswith(".yaml")]


@pytest.mark.parametrize("row", [row for row in wrong.ROWS if row.rule in OF_THE_TABLE
                                 and not any(form in str(row.files) for form in BEYOND_PATTERNS)],
                         ids=lambda row: row.messages[0].split(": ", 2)[-1][:40])
def test_the_schema_refuses_what_the_table_refuses(validators, row):
    assert any(errors(validators, text) for text in files(row))


def test_the_schema_accepts_what_other_rules_refuse(validators):
    count = 0
    for row in wrong.ROWS:
        if row.rules() & OF_THE_TABLE or row.rule.startswith("yaml-"):
            continue
        for text in files(row):
            assert errors(validators, text) == [], (row.rule, text)
            count += 1
    assert count > 80
