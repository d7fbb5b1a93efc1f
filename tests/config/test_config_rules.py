# SPDX-License-Identifier: GPL-2.0-or-later
"""Each wrong configuration is answered by exactly its messages; a rule switched off fails exactly its own rows."""
import concurrent.futures
import re
import subprocess

import pytest
import rowrun
from conftest import TOP
from wrong import ROWS

TABLE = (TOP / "tools/lib/rules.h").read_text().split("#define CFG_RULES(X)")[1].split("enum cfg_rule")[0]
NAMES = re.findall(r'X\(\w+,\s*(?:\\\s*)?"([a-z-]+)"', TABLE)


@pytest.fixture(scope="module")
def rows(tmp_path_factory, trees):
    """Call with a rule's name or '-': (exit code, messages) of each row."""
    place = tmp_path_factory.mktemp("rows")
    (place / "build").mkdir()
    program = rowrun.build(place / "build")
    commands = rowrun.prepare(ROWS, place, trees)
    return lambda rule="-": rowrun.run(program, commands, rule)


@pytest.fixture(scope="module")
def right(rows):
    """With all rules."""
    return rows()


@pytest.fixture(scope="module")
def failing(rows, right):
    """Rule to the numbers of the rows that are answered otherwise without it."""
    def fails(rule):
        return {i for i, (with_it, without) in enumerate(zip(right, rows(rule))) if with_it != without}
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return dict(zip(NAMES, pool.map(fails, NAMES)))


@pytest.mark.parametrize("number", range(len(ROWS)), ids=lambda i: f"{i}-{ROWS[i].rule}")
def test_row(right, number):
    code, lines = right[number]
    assert lines == ROWS[number].lines()
    assert code == ROWS[number].code


def test_rows_are_many_and_places_are_given():
    assert len(ROWS) >= 60
    for row in ROWS:
        assert row.messages, row.rule
        for line in row.lines():
            nowhere = row.rule in ("file-unreadable", "file-unwritable")  # a file that is not there has no lines
            assert nowhere or re.match(r"[\w.-]+\.yaml:\d+:\d+: (error|warning|note): .", line), line
            assert nowhere or ": note: " in line or "; " in line, f"no mend: {line}"


def test_every_rule_has_a_row():
    assert len(NAMES) == TABLE.count("X(") > 70 and len(set(NAMES)) == len(NAMES)
    assert set(NAMES) == {name for row in ROWS for name in row.rules()}


@pytest.mark.parametrize("rule", NAMES)
def test_without_the_rule_exactly_its_rows_fail(failing, rule):
    assert failing[rule] == {i for i, row in enumerate(ROWS) if rule in row.rules()}


def test_the_shipped_tool_cannot_switch_rules_off(tool):
    symbols = subprocess.run(["nm", tool], capture_output=True, text=True, check=True).stdout
    assert "cfg_messages_print" in symbols and "cfg_mutant" not in symbols
