# SPDX-License-Identifier: GPL-2.0-or-later
"""The threat model names the classes of rows that exist, all of them, and no scenario that does not."""
import re

PAGE = "Documentation/threat-model.md"


def read(top, path):
    return (top / path).read_text(encoding="utf-8")


def names_of_guest_rows(top):
    files = (top / "inmates/tests/hostile").glob("**/*.c")
    return {match for path in files for match in re.findall(r'\{ "([a-z-]+)\.', path.read_text(encoding="utf-8"))}


def names_of_kernel_rows(top):
    files = (top / "ci/system/helpers/attack-module").glob("**/*.c")
    return {match for path in files
            for match in re.findall(r'ATTACK_CLASS\(\w+, "([a-z-]+)"', path.read_text(encoding="utf-8"))}


def names_of_other_rows(top):
    root = re.findall(r'"row ([a-z-]+)\.%s', read(top, "ci/system/helpers/attack.c"))
    handover = re.findall(r'"(handover[a-z-]*)"', read(top, "ci/system/test_hostile.py") +
                          read(top, "ci/system/handover.py"))
    evidence = re.findall(r'Row\(None, f?"([a-z-]+)\.', read(top, "ci/system/evidence.py"))
    return set(root) | set(handover) | set(evidence)


def classes(top):
    return names_of_guest_rows(top) | names_of_kernel_rows(top) | names_of_other_rows(top)


def named(text):
    return set(re.findall(r"`([a-z-]+)\.\*`", text))


def scenarios(top):
    return set(re.findall(r"^def (test_\w+)", read(top, "ci/system/test_hostile.py"), re.M))


def test_classes_are_found(top):
    found = classes(top)
    assert {"memory", "sysreg", "collude", "root", "handover", "handover-root", "kernel-memory"} <= found
    assert len(found) >= 20


def test_every_class_that_is_named_exists(top):
    assert named(read(top, PAGE)) - classes(top) == set()


def test_every_class_is_named(top):
    assert classes(top) - named(read(top, PAGE)) == set()


def test_a_class_that_does_not_exist_is_noticed(top):
    assert named("| `memory.*` | `nonsense.*` |") - classes(top) == {"nonsense"}


def test_every_scenario_that_is_named_exists(top):
    assert set(re.findall(r"`(test_\w+)`", read(top, PAGE))) - scenarios(top) == set()
