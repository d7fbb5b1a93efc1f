# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tool does with words, before any device is there: help, options, exit codes, generated files."""
import json
import re
import subprocess

import pytest

OK, FAILED, USAGE, CONFIG, ABSENT = 0, 1, 2, 3, 4

COMMANDS = """enable disable status
cell-create cell-load cell-start cell-boot cell-stop cell-kill cell-suspend cell-resume cell-restart
cell-destroy cell-wait cell-list cell-show cell-stats console log config-create config-diff config-show
config-check config-compile config-dump config-keys config-schema config-reference
hardware-check help""".split()

# Commands that need nothing but a device, with arguments that are well formed.
WITH_DEVICE = """status
disable
log
log --follow
cell list
cell show x
cell stats
cell start x
cell stop x --timeout 2
cell kill x
cell suspend x
cell resume x
cell restart x
cell destroy x
cell destroy --all
cell load x image.bin@0x40000000
cell wait x --for running,failed
console x
console -f x
cell create x.yaml
cell boot x.yaml""".splitlines()


def test_no_words_is_usage(run):
    result = run()
    assert result.returncode == USAGE
    assert "usage: bulkhead COMMAND" in result.stderr and result.stdout == ""


@pytest.mark.parametrize("word", ["--help", "-h", "help"])
def test_overview_lists_every_command_and_exit_code(run, word):
    result = run(word)
    assert result.returncode == OK
    for command in COMMANDS:
        assert re.search(rf"^  {command.replace('-', ' ')}\s", result.stdout, re.M), command
    for code in range(7):
        assert re.search(rf"^  {code}  \w", result.stdout, re.M)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(run, command):
    words = command.split("-", 1)
    result = run(*words, "--help")
    assert result.returncode == OK and result.stderr == ""
    assert result.stdout.startswith(f"usage: bulkhead {' '.join(words)}")
    assert "--help" in result.stdout
    assert run("help", *words).stdout == result.stdout


@pytest.mark.parametrize("command", ["status", "cell list", "cell show", "cell stats", "log", "config show",
                                     "config diff", "hardware check"])
def test_reading_commands_offer_json(run, command):
    assert "--json" in run(*command.split(), "--help").stdout


def test_lines_fit_a_terminal(run):
    for words in [["help"], *[["help", *c.split("-", 1)] for c in COMMANDS]]:
        for line in run(*words).stdout.splitlines():
            assert len(line) <= 100, line


def test_version(run):
    result = run("--version")
    assert result.returncode == OK
    assert re.fullmatch(r"bulkhead \S+ \(ABI \d+\.\d+\)\n", result.stdout)


@pytest.mark.parametrize(
    "typed, meant",
    [("statsu", "status"), ("cel list", "cell list"), ("cell lst", "cell list"), ("consle", "console")],
)
def test_mistyped_command_is_guessed(run, typed, meant):
    result = run(*typed.split())
    assert result.returncode == USAGE
    assert f"did you mean '{meant}'?" in result.stderr


def test_unknown_command_is_not_guessed_wildly(run):
    result = run("frobnicate")
    assert result.returncode == USAGE and "did you mean" not in result.stderr


@pytest.mark.parametrize(
    "words, sentence",
    [
        ("status --jsno", "has no option --jsno"),
        ("status -x", "has no option -x"),
        ("status --json=1", "takes no value"),
        ("cell stop x --timeout", "needs a value"),
        ("cell stop x --timeout soon", "'soon' is not a time"),
        ("cell stop x --timeout 5h", "'5h' is not a time"),
        ("cell stop x --timeout 1000000", "at most one day"),
        ("cell stop", "usage: bulkhead cell stop NAME"),
        ("cell stop a b", "usage: bulkhead cell stop NAME"),
        ("status now", "usage: bulkhead status"),
        ("cell destroy", "name one cell, or give --all"),
        ("cell destroy x --all", "name one cell, or give --all"),
        ("cell wait x --for happy", "there is no state 'happy'"),
        ("console x --escape 12", "is not a letter"),
        ("console x --timeout -1", "is not a time"),
        ("enable b.yaml --inject-fault :1", "is not STEP"),
        ("enable b.yaml --inject-fault gic:one", "'one' is not a number"),
        ("enable b.yaml --inject-fault gic:1:never", "is not STEP"),
        ("enable b.yaml --inject-fault gic:1:timeout:more", "is not STEP"),
    ],
)
def test_wrong_usage_is_a_sentence(run, words, sentence):
    result = run(*words.split())
    assert result.returncode == USAGE
    assert result.stdout == ""
    assert result.stderr.startswith("bulkhead: ") and sentence in result.stderr


def test_options_stand_anywhere(run):
    for words in ["cell stop x -t 1", "cell stop -t 1 x", "cell stop -t1 x", "cell stop --timeout=1 x"]:
        assert run(*words.split()).returncode == ABSENT, words


def test_double_dash_ends_options(run):
    result = run("cell", "show", "--", "--json")
    assert result.returncode == ABSENT


@pytest.mark.parametrize("words", WITH_DEVICE)
def test_without_driver(run, words):
    result = run(*words.split())
    assert result.returncode == ABSENT
    assert "the driver is not loaded" in result.stderr and "modprobe bulkhead" in result.stderr


def test_status_json_without_driver_is_an_answer(run):
    result = run("status", "--json")
    assert result.returncode == ABSENT
    answer = json.loads(result.stdout)
    assert answer["driver"] is False and answer["enabled"] is False


def test_device_that_is_none(run, tmp_path):
    result = run("status", BULKHEAD_DEVICE="/dev/null")
    assert result.returncode == FAILED
    assert "install driver and tool of one release" in result.stderr


def test_missing_board_is_a_configuration_error(run):
    result = run("enable", "/nonexistent/board.yaml")
    assert result.returncode == CONFIG
    assert "/nonexistent/board.yaml" in result.stderr


def test_full_disk_is_no_success(tool):
    with open("/dev/full", "w", encoding="ascii") as full:
        result = subprocess.run([tool, "help"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert result.returncode == FAILED and "cannot write the output" in result.stderr


def test_manual_pages_are_of_these_tables(run, top):
    assert run("help", "--man").stdout == (top / "tools/man/bulkhead.8").read_text(), "make docs"
    assert run("config", "reference", "--man").stdout == (top / "tools/man/bulkhead.yaml.5").read_text(), "make docs"


@pytest.mark.parametrize("page", ["bulkhead.8", "bulkhead.yaml.5"])
def test_manual_pages_are_well_formed(top, page):
    done = subprocess.run(["groff", "-man", "-ww", "-z", "-K", "utf8", top / "tools/man" / page], capture_output=True,
                          text=True, check=True, timeout=60)
    assert done.stderr == ""


def test_completion_is_of_this_table(run, top):
    for shell, name in (("bash", "bulkhead.bash"), ("zsh", "_bulkhead"), ("fish", "bulkhead.fish")):
        assert run("help", "--completion", shell).stdout == (top / "tools/completion" / name).read_text(), "make docs"
    assert run("help", "--completion", "csh").returncode == USAGE


def complete(top, *words):
    script = (
        f"source {top}/tools/completion/bulkhead.bash\n"
        f"COMP_WORDS=(bulkhead {' '.join(repr(w) for w in words)}); COMP_CWORD={len(words)}\n"
        '_bulkhead; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    result = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    return result.stdout.split()


def test_completion_offers_commands_and_options(top):
    assert "enable" in complete(top, "")
    assert set(complete(top, "cell", "sta")) == {"start", "stats"}
    assert set(complete(top, "cell", "list", "--")) == {"--json", "--names", "--help", "--quiet"}
    assert complete(top, "enable", "--inj") == ["--inject-fault"]
    assert {"create", "diff", "show", "check", "compile", "dump"} <= set(complete(top, "config", ""))
    assert complete(top, "config", "show", "--ht") == ["--html"]
    assert complete(top, "config", "check", "--fo") == ["--format"]
    assert complete(top, "config", "schema", "") == ["board", "cell"]


def complete_fish(top, line):
    """(word, description) that fish offers behind a line."""
    script = f"source {top}/tools/completion/bulkhead.fish; complete -C '{line}'"
    done = subprocess.run(["fish", "--no-config", "-c", script], capture_output=True, text=True, check=True, timeout=60)
    return dict(line.split("\t") if "\t" in line else (line, "") for line in done.stdout.splitlines())


def test_fish_completion_offers_commands_and_options(top):
    assert {"enable", "cell", "config"} <= set(complete_fish(top, "bulkhead "))
    assert set(complete_fish(top, "bulkhead cell sta")) == {"start", "stats"}
    assert complete_fish(top, "bulkhead config ")["dump"] == "print a blob as the file that compiles to it"
    assert set(complete_fish(top, "bulkhead config schema ")) == {"board", "cell"}
    assert set(complete_fish(top, "bulkhead cell list --")) == {"--json", "--names", "--help", "--quiet"}
    assert "--html" in complete_fish(top, "bulkhead config show --ht")


def complete_zsh(top, line):
    """What zsh offers behind a line, in a terminal of its own: words of its list."""
    pexpect = pytest.importorskip("pexpect")
    shell = pexpect.spawn("zsh", ["-f"], encoding="utf-8", timeout=30, dimensions=(60, 160),
                          env={"TERM": "dumb", "PATH": "/usr/bin:/bin"})
    shell.sendline(f"PS1='READY> '; fpath=({top}/tools/completion $fpath); autoload -Uz compinit; "
                   "compinit -u -D; zstyle ':completion:*' list-prompt ''; LISTMAX=0; bulkhead() { }; echo 'O''K'")
    shell.expect("OK\r?\n")
    shell.expect("READY> ")
    shell.send(line + "\x04")  # list the choices
    shell.expect_exact(line.split()[-1])
    shell.expect("READY> ")
    offered = shell.before
    shell.close(force=True)
    return offered


def test_zsh_completion_offers_commands_and_options(top):
    assert "suspend" in complete_zsh(top, "bulkhead cell s")
    assert "print a blob as the file that compiles to it" in complete_zsh(top, "bulkhead config d")
    assert "--html" in complete_zsh(top, "bulkhead config show --")
