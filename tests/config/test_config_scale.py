# SPDX-License-Identifier: GPL-2.0-or-later
"""Many cells at once: nothing is missed or left out in silence. How long it takes, `make bench-config` says."""
import json
import re

import many


def test_a_thousand_cells_are_right(config, tmp_path):
    names = many.write(tmp_path, 1000, overlap=False)
    done = config("check", *(tmp_path / name for name in names))
    assert done.returncode == 0, done.stderr[:1000]
    assert "1001 files right, 0 warnings" in done.stdout


def test_a_thousand_overlaps_are_all_reported(config, tmp_path):
    names = many.write(tmp_path, 1001, overlap=True)
    done = config("check", "--format", "json", *(tmp_path / name for name in names))
    assert done.returncode == 3
    messages = json.loads(done.stdout)
    assert {m["rule"] for m in messages} == {"memory-shared"} and len(messages) == 1000
    pairs = set()
    for message in messages:
        one, = re.findall(r"cell(\d+)\.yaml$", message["file"])
        assert (message["line"], message["column"]) == (4, 5) and message["mend"]
        place, = message["related"]
        other, = re.findall(r"cell(\d+)\.yaml$", place["file"])
        assert (place["line"], place["column"]) == (4, 5)
        pairs.add((int(one), int(other)))
    assert pairs == {(i + 1, i) for i in range(1000)}


def test_everything_in_one_place(config, tmp_path):
    """200 cells on one CPU, with one name, one interrupt and one memory: each is said, pair by pair for memory."""
    names = many.write(tmp_path, 200, overlap=False)
    one = (tmp_path / names[1]).read_text()
    for name in names[1:]:
        (tmp_path / name).write_text(one)
    messages = json.loads(config("check", "--format", "json", *(tmp_path / name for name in names)).stdout)
    counts = {rule: sum(m["rule"] == rule for m in messages) for rule in {m["rule"] for m in messages}}
    assert counts == {"cell-name-shared": 199, "cpu-shared": 199, "interrupt-shared": 199, "memory-shared": 9403}
    assert len(messages) == 10000


def test_what_is_too_much_is_counted(config, tmp_path):
    names = many.write(tmp_path, 200, overlap=False)
    one = (tmp_path / names[1]).read_text()
    for name in names[1:]:
        (tmp_path / name).write_text(one)
    done = config("check", *(tmp_path / name for name in names))
    assert done.stderr.splitlines()[-1] == f"{597 + 199 * 100 - 10000} more messages are not listed: mend these first"
