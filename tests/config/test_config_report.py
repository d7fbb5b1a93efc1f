# SPDX-License-Identifier: GPL-2.0-or-later
"""Messages in every form: the same errors, places and mends in text, JSON, gcc and SARIF."""
import json
import re

import jsonschema
import pytest
from wrong import BOARD, CELL, OTHER

# What SARIF 2.1.0 (OASIS, section 3) demands of the parts that we write.
LOCATION = {
    "type": "object", "required": ["physicalLocation"], "additionalProperties": False,
    "properties": {
        "id": {"type": "integer", "minimum": 0},
        "message": {"$ref": "#/definitions/message"},
        "physicalLocation": {
            "type": "object", "required": ["artifactLocation"], "additionalProperties": False,
            "properties": {
                "artifactLocation": {"type": "object", "required": ["uri"], "additionalProperties": False,
                                     "properties": {"uri": {"type": "string", "pattern": r"^[A-Za-z0-9._~/%:-]+$"}}},
                "region": {"type": "object", "required": ["startLine"], "additionalProperties": False,
                           "properties": {"startLine": {"type": "integer", "minimum": 1},
                                          "startColumn": {"type": "integer", "minimum": 1}}}}}}}
SARIF = {
    "definitions": {
        "message": {"type": "object", "required": ["text"], "additionalProperties": False,
                    "properties": {"text": {"type": "string", "minLength": 1}}},
        "location": LOCATION},
    "type": "object", "required": ["version", "runs"], "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string"}, "version": {"const": "2.1.0"},
        "runs": {"type": "array", "minItems": 1, "items": {
            "type": "object", "required": ["tool", "results"], "additionalProperties": False,
            "properties": {
                "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                "tool": {"type": "object", "required": ["driver"], "properties": {"driver": {
                    "type": "object", "required": ["name", "version", "rules"], "properties": {
                        "rules": {"type": "array", "uniqueItems": True, "items": {
                            "type": "object", "required": ["id", "shortDescription"], "additionalProperties": False,
                            "properties": {"id": {"type": "string"},
                                           "shortDescription": {"$ref": "#/definitions/message"}}}}}}}},
                "results": {"type": "array", "items": {
                    "type": "object", "required": ["message", "ruleId", "ruleIndex", "level", "locations"],
                    "additionalProperties": False,
                    "properties": {
                        "ruleId": {"type": "string"}, "ruleIndex": {"type": "integer", "minimum": 0},
                        "level": {"enum": ["note", "warning", "error"]},
                        "message": {"$ref": "#/definitions/message"},
                        "locations": {"type": "array", "items": {"$ref": "#/definitions/location"}},
                        "relatedLocations": {"type": "array", "items": {"$ref": "#/definitions/location"}}}}}}}}}}


@pytest.fixture
def report(config, trees, tmp_path):
    """Two cells that have a CPU, a name and memory in common, and one with a missing image, in a form."""
    place = tmp_path / "a name with spaces & \"quotes\""
    place.mkdir()
    (place / "board.yaml").write_text(BOARD)
    pinned = ("guest:", "at: 0x60000000, guest:")
    (place / "a.yaml").write_text(CELL.replace(*pinned))
    (place / "b.yaml").write_text(OTHER.replace("[2]", "[2, 1]").replace("other", "test").replace(*pinned).replace(
        "protocol: none", "protocol: flat, image: missing"))

    def call(form):
        done = config("check", "--format", form, "-t", trees[3], *(place / f"{n}.yaml" for n in ("board", "a", "b")))
        assert done.returncode == 3
        return done.stdout if form in ("json", "sarif") else done.stderr
    return call


def as_tuples(messages):
    return [(m["severity"], m["rule"], m["line"], m["column"], m["text"], m["mend"],
             [(r["line"], r["column"], r["text"]) for r in m["related"]]) for m in messages]


def test_json(report):
    messages = json.loads(report("json"))
    assert {m["rule"] for m in messages} == {"image-missing", "cell-name-shared", "cpu-shared", "memory-shared"}
    assert [len(m["related"]) for m in messages if m["severity"] == "error"] == [1, 1, 1]
    assert all(m["file"].endswith("b.yaml") for m in messages)


def test_gcc_says_the_same(report):
    expected, found = as_tuples(json.loads(report("json"))), []
    for line in report("gcc").splitlines():
        at = re.fullmatch(r".*/[ab]\.yaml:(\d+):(\d+): (error|warning|note): (.*)", line)
        assert at, line
        if at[3] == "note":
            found[-1][-1].append((int(at[1]), int(at[2]), at[4]))
        else:
            text, rule = re.fullmatch(r"(.*) \[([a-z-]+)\]", at[4]).groups()
            found.append((at[3], rule, int(at[1]), int(at[2]), text, []))
    assert found == [(s, rule, line, column, f"{text}; {mend}", related)
                     for s, rule, line, column, text, mend, related in expected]


def test_text_shows_both_places(report):
    text = report("text")
    assert re.search(r"b\.yaml:2:11: error: CPU 1 belongs to cell 'test' too; give it to one of them\n"
                     r"  cpus: \[2, 1\]\n {12}\^\n"
                     r".*a\.yaml:2:8: note: CPU 1 of cell 'test'\n  cpus: \[1\]\n {9}\^\n", text)


def test_sarif_is_valid_and_says_the_same(report):
    log = json.loads(report("sarif"))
    jsonschema.Draft7Validator(SARIF).validate(log)
    run, messages = log["runs"][0], json.loads(report("json"))
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(rules) == len(set(rules)) > 70
    assert len(run["results"]) == len(messages)
    for result, message in zip(run["results"], messages):
        assert rules[result["ruleIndex"]] == result["ruleId"] == message["rule"]
        assert result["level"] == message["severity"]
        assert result["message"]["text"] == f"{message['text']}; {message['mend']}"
        place, = result["locations"]
        physical = place["physicalLocation"]
        assert physical["region"] == {"startLine": message["line"], "startColumn": message["column"]}
        assert physical["artifactLocation"]["uri"].startswith("file:///")
        assert "a%20name%20with%20spaces%20%26%20%22quotes%22/b.yaml" in physical["artifactLocation"]["uri"]
        related = [(r["physicalLocation"]["region"]["startLine"], r["message"]["text"])
                   for r in result.get("relatedLocations", [])]
        assert related == [(r["line"], r["text"]) for r in message["related"]]


def test_nothing_wrong_is_a_document_too(config, trees, tmp_path):
    (tmp_path / "board.yaml").write_text(BOARD)
    assert json.loads(config("check", "-f", "json", "-t", trees[3], tmp_path / "board.yaml").stdout) == []
    log = json.loads(config("check", "-f", "sarif", "-t", trees[3], tmp_path / "board.yaml").stdout)
    jsonschema.Draft7Validator(SARIF).validate(log)
    assert log["runs"][0]["results"] == []
