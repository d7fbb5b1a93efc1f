# SPDX-License-Identifier: GPL-2.0-or-later
"""The tool with a driver, which is faked: what it asks of it, what it makes of the answers."""
import json
import os
import pty
import re
import subprocess
import termios
import time

import pytest

OK, FAILED, USAGE, CONFIG, ABSENT, TIMEOUT, NO_CELL = range(7)


@pytest.fixture(scope="session")
def fake(top, tmp_path_factory):
    library = tmp_path_factory.mktemp("fake") / "fake_device.so"
    command = ["gcc", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", f"-I{top}/include", "-o", library]
    subprocess.run([*command, f"{top}/tests/cli/fake_device.c", "-ldl"], check=True)
    return library


class Driver:
    """Runs the tool with the faked driver; log() is what the driver was asked to change."""

    def __init__(self, run, fake, path):
        self.run, self.fake, self.path = run, fake, path

    def __call__(self, words, **settings):
        words = words.split() if isinstance(words, str) else words
        settings = {"LD_PRELOAD": self.fake, "BULKHEAD_DEVICE": "/dev/fake", "FAKE_LOG": self.path, **settings}
        return self.run(*words, **settings)

    def log(self):
        return self.path.read_text().splitlines() if self.path.exists() else []


@pytest.fixture
def driver(run, fake, tmp_path):
    return Driver(run, fake, tmp_path / "log")


def test_status(driver):
    result = driver("status")
    assert result.returncode == OK
    assert re.search(r"^hypervisor\s+enabled, ABI 2\.\d+", result.stdout, re.M)
    assert "16 MiB at 0x7f000000" in result.stdout and "240 MiB of 496 MiB free" in result.stdout
    answer = json.loads(driver("status --json").stdout)
    assert answer["enabled"] is True and answer["cpus"] == 4 and answer["pool_free"] == 240 << 20
    assert answer["hypervisor_base"] == "0x7f000000" and answer["abi"][0] == 2


def test_status_when_disabled(driver):
    result = driver("status", FAKE_ENABLED=0)
    assert result.returncode == ABSENT and "not enabled" in result.stdout
    assert json.loads(driver("status --json", FAKE_ENABLED=0).stdout)["enabled"] is False


@pytest.mark.parametrize("words", ["cell list", "cell show linux", "cell start linux", "cell destroy linux"])
def test_cells_when_disabled(driver, words):
    result = driver(words, FAKE_ENABLED=0)
    assert result.returncode == ABSENT
    assert "not enabled" in result.stderr and "bulkhead enable BOARD.yaml" in result.stderr


def test_list(driver):
    lines = driver("cell list").stdout.splitlines()
    assert lines[0].split() == ["id", "name", "state", "CPUs", "memory", "reason"]
    assert lines[2].split() == ["1", "linux", "running", "2-3", "256", "MiB"]
    assert driver("cell list --names").stdout == "linux\n"
    cells = json.loads(driver("cell list --json").stdout)
    assert [c["name"] for c in cells] == ["root", "linux"] and cells[1]["cpus"] == [2, 3]


def test_failed_cell_shows_its_reason(driver):
    text = driver("cell show linux", FAKE_STATE=7).stdout
    assert "it accessed a device that is not its own: pl031 at 0x9010000" in text
    assert "CPU 2 at pc 0x40080000" in text
    reason = json.loads(driver("cell show linux --json", FAKE_STATE=7).stdout)["reason"]
    assert reason["what"] == "pl031" and reason["address"] == "0x9010000"


def test_show_regions(driver):
    answer = json.loads(driver("cell show linux --json").stdout)
    assert answer["regions"][1] == {
        "guest": "0x40000000", "host": "0x60000000", "size": 256 << 20, "flags": "rwx loadable"
    }
    assert answer["cpu_states"] == {"2": "running", "3": "running"}


def test_stats(driver):
    assert re.search(r"^exits_total\s+102\s+103 ", driver("cell stats linux").stdout, re.M)
    everything = json.loads(driver("cell stats --json").stdout)
    assert [everything[str(cpu)]["exits_total"] for cpu in range(4)] == [100, 101, 102, 103]
    assert len(everything["0"]) >= 14


def test_log(driver):
    assert driver("log").stdout == 'bulkhead: first line\nbulkhead: second "line"\n'
    answer = json.loads(driver("log --json").stdout)
    assert answer["lines"] == ["bulkhead: first line", 'bulkhead: second "line"']
    assert "has not crashed" in driver("log --crash").stdout


@pytest.mark.parametrize(
    "words, op", [("start", 2), ("stop", 3), ("kill", 4), ("suspend", 5), ("resume", 6), ("destroy", 7)]
)
def test_operations(driver, words, op):
    result = driver(f"cell {words} linux")
    assert result.returncode == OK and result.stdout.startswith("cell 'linux' ")
    assert driver.log() == [f"control op {op} handle 70001 timeout 0"]


def test_stop_says_how(driver):
    result = driver("cell stop linux --timeout 1.5")
    assert result.stdout == "cell 'linux' stopped: it answered the shutdown request\n"
    assert driver.log() == ["control op 3 handle 70001 timeout 1500"]


def test_unknown_cell(driver):
    result = driver("cell stop windows")
    assert result.returncode == NO_CELL and "there is no cell 'windows'" in result.stderr
    assert not driver.log()


def test_destroy_all(driver):
    assert driver("cell destroy --all").stdout == "cell 'linux' destroyed\n"


def test_disable_destroys_cells_on_request(driver):
    assert driver("disable --destroy-cells").returncode == OK
    assert driver.log() == ["control op 7 handle 70001 timeout 0", "disable"]


def test_every_error_is_a_sentence(driver, top):
    header = (top / "include/bulkhead/errors.h").read_text()
    table = re.findall(r"^\tX\((\w+), (\d+), \"(.*)\", \"(.*)\"\)", header, re.M)
    codes = {"TIMEOUT": TIMEOUT, "DISABLED": ABSENT, "NO_CELL": NO_CELL}
    assert len(table) >= 39
    for name, code, what, mend in table:
        if name == "OK":
            continue
        result = driver("cell start linux", FAKE_FAIL=f"4 {code} 9 1 0 0")
        assert result.returncode == codes.get(name, FAILED), name
        assert result.stderr.startswith("bulkhead: cannot start cell 'linux': "), name
        assert what in result.stderr and mend in result.stderr


def test_blob_of_another_architecture(driver, board):
    result = driver(["enable", board], FAKE_MACHINE="riscv64")
    assert result.returncode == CONFIG
    assert f"{board}: error: header (arch): made for another architecture (0x1, limit 0x3)" in result.stderr
    assert driver(["enable", board], FAKE_MACHINE="s390x").returncode == OK, "the driver decides"


def test_preflight_reasons_all_at_once(driver, top, board):
    table = re.findall(
        r"X\((\w+), (\d+), \"([^\"]*)\",[\s\\]*\"([^\"]*)\"\)", (top / "include/bulkhead/ioctl.h").read_text()
    )
    assert len(table) >= 13
    result = driver(["enable", board], FAKE_PREFLIGHT=(1 << len(table)) - 1, FAKE_FOUND="acme,board")
    assert result.returncode == FAILED
    assert f"{len(table)} things hinder it" in result.stderr
    for _, _, what, mend in table:
        assert what in result.stderr and mend in result.stderr
    assert "at 0x7f000000" in result.stderr and "'acme,board'" in result.stderr and "GICv2" in result.stderr
    assert not (driver.path.parent / "run").exists(), "what was not enabled is not remembered"


def test_failed_step_is_named(driver, board):
    result = driver(["enable", board], FAKE_FAIL="0 25 10 2 0 0", FAKE_STEP="takeover")
    assert result.returncode == FAILED and "fault injected by request" in result.stderr


def test_fault_injection_is_passed_on(driver, board):
    cases = [("gic", -1, 1), ("gic:2", 2, 1), ("gic:any:timeout", -1, 2), ("gic::timeout", -1, 2)]
    for text, cpu, kind in cases:
        assert driver(["enable", board, "--check-only", "--inject-fault", text]).returncode == OK
        assert driver.log()[-1].endswith(f"flags 1 inject 'gic' {cpu} {kind}")


def test_boot_is_create_load_start(driver, board, tmp_path, cell_file):
    assert driver(["enable", board]).returncode == OK
    result = driver(["cell", "boot", cell_file])
    assert result.returncode == OK, result.stderr
    log = driver.log()[1:]
    assert [line.split()[0] for line in log] == ["create", "control", "write", "control"]
    assert log[1].startswith("control op 1") and log[3].startswith("control op 2")
    assert log[2] == "write 0x40000000 size 1000 sum 7000"
    assert "100" in result.stderr or "1000 bytes at 0x40000000" in result.stderr
    # 'load' without files and 'restart' find the file again.
    (tmp_path / "log").unlink()
    assert driver("cell restart linux").returncode == OK
    assert [line.split()[:3] for line in driver.log()] == [
        ["control", "op", "3"],
        ["control", "op", "1"],
        ["write", "0x40000000", "size"],
        ["control", "op", "2"],
    ]


RUNNING, STOPPED, FAILED_STATE = 3, 6, 7
POWER_OFF, RESET, FORCED, ANSWERED = 1, 2, 3, 10


@pytest.fixture
def restarts(driver, board, cell_file):
    """A function: the cell with this 'restart' in its file was created; its end is what the fake says."""

    def create(policy):
        if policy:
            with open(cell_file, "a", encoding="utf-8") as file:
                file.write(f"restart: {policy}\n")
        assert driver(["enable", board]).returncode == OK
        assert driver(["cell", "create", cell_file]).returncode == OK
        driver.path.unlink()

    return create


@pytest.mark.parametrize("policy, state, reason, again", [
    ("{ when: failed }", FAILED_STATE, None, True),
    ("{ when: failed }", STOPPED, POWER_OFF, False),
    ("{ when: failed }", STOPPED, RESET, False),
    ("{ when: failed }", RUNNING, None, False),
    ("{ when: always }", FAILED_STATE, None, True),
    ("{ when: always }", STOPPED, POWER_OFF, True),
    ("{ when: always }", STOPPED, RESET, True),
    ("{ when: always }", STOPPED, FORCED, False),
    ("{ when: always }", STOPPED, ANSWERED, False),
    ("{ when: never }", FAILED_STATE, None, False),
    ("", FAILED_STATE, None, False),
])
def test_watch_restarts_what_the_file_says(driver, restarts, policy, state, reason, again):
    restarts(policy)
    end = {"FAKE_STATE": state} if reason is None else {"FAKE_STATE": state, "FAKE_REASON": reason}
    result = driver("watch --once", **end)
    assert result.returncode == OK, result.stderr
    assert [line.split()[:3] for line in driver.log()] == ([
        ["control", "op", "1"], ["write", "0x40000000", "size"], ["control", "op", "2"],
    ] if again else [])
    assert ("started again" in result.stdout) == again


def test_watch_stops_at_the_limit(tool, fake, restarts, tmp_path):
    restarts("{ when: failed, limit: 2 per 1min }")
    settings = dict(os.environ, LD_PRELOAD=str(fake), BULKHEAD_DEVICE="/dev/fake", FAKE_LOG=str(tmp_path / "log"),
                    BULKHEAD_RUN=str(tmp_path / "run"), FAKE_STATE="7", FAKE_FAILS_AGAIN="1")
    child = subprocess.Popen([tool, "watch"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=settings)
    try:
        said = child.stderr.readline()
        other = subprocess.run([tool, "watch", "--once"], capture_output=True, text=True, env=settings, timeout=20)
    finally:
        child.kill()
    output = child.communicate()[0]
    assert "cell 'linux' failed: it accessed a device that is not its own: pl031" in said
    assert "started 2 times within 60 s" in said and "bulkhead cell restart linux" in said
    assert output.count("started again") == 2
    assert (tmp_path / "log").read_text().count("control op 2") == 2
    assert other.returncode == FAILED and "another 'bulkhead watch' runs already" in other.stderr


def test_failed_boot_leaves_no_cell(driver, board, cell_file):
    assert driver(["enable", board]).returncode == OK
    result = driver(["cell", "boot", cell_file], FAKE_FAIL="7 15 6 0 40000000 40000fff")
    assert result.returncode == FAILED
    assert "cannot write" in result.stderr and "destroyed again" in result.stderr
    assert driver.log()[-1].startswith("control op 7")


def test_cell_needs_a_known_board(driver, cell_file):
    result = driver(["cell", "boot", cell_file])
    assert result.returncode == CONFIG and "--board BOARD.yaml" in result.stderr
    assert driver(["cell", "create", cell_file], FAKE_ENABLED=0).returncode == ABSENT


def test_state_is_named(driver):
    result = driver("cell resume linux", FAKE_FAIL="4 20 9 1 6 4")
    assert "cannot resume cell 'linux': not possible in this state: it is stopped" in result.stderr


def test_a_suspended_cell_is_not_asked(driver):
    assert driver("cell stop linux", FAKE_STATE=4).returncode == OK
    assert driver.log() == ["control op 4 handle 70001 timeout 0"]


def test_refused_create_shows_the_line(driver, board, cell_file):
    assert driver(["enable", board]).returncode == OK
    result = driver(["cell", "create", cell_file], FAKE_FAIL="3 23 5 0 2 0")
    assert result.returncode == FAILED
    assert f"{cell_file}:2:" in result.stderr and "belongs to another cell" in result.stderr


def test_load_in_pieces(driver, tmp_path):
    image = tmp_path / "image.bin"
    image.write_bytes(b"\1" * 600000)
    result = driver(["cell", "load", "linux", f"{image}@0x41000000"], FAKE_STATE=6)
    assert result.returncode == OK
    writes = [line.split() for line in driver.log() if line.startswith("write")]
    assert [int(w[1], 16) for w in writes] == [0x41000000, 0x41040000, 0x41080000]
    assert sum(int(w[5]) for w in writes) == 600000
    assert driver.log()[0].startswith("control op 1")


def test_load_finds_the_loadable_region(driver, tmp_path):
    image = tmp_path / "image.bin"
    image.write_bytes(b"\1" * 10)
    assert driver(["cell", "load", "linux", str(image)], FAKE_STATE=2).returncode == OK
    assert driver.log() == ["write 0x40000000 size 10 sum 10"]


def test_load_of_a_missing_file(driver):
    result = driver("cell load linux /nonexistent@0x40000000", FAKE_STATE=2)
    assert result.returncode == CONFIG and "cannot open /nonexistent" in result.stderr


def test_wait(driver):
    assert driver("cell wait linux --for running").stdout == "running\n"
    result = driver("cell wait linux --for stopped --timeout 0.2")
    assert result.returncode == TIMEOUT and "still running" in result.stderr


# Console. The faked cell echoes what it is sent, at most seven bytes at a time.


def test_console_sends_a_pipe_and_ends_in_silence(driver):
    text = "abcdefghijklmnopqrstuvwxyz" * 20
    result = driver.run(
        "console", "linux", stdin=text,
        LD_PRELOAD=driver.fake, BULKHEAD_DEVICE="/dev/fake", FAKE_CONSOLE="before ",
    )
    assert result.returncode == OK and result.stdout == "before " + text


def test_console_waits_for_an_answer(driver):
    start = time.monotonic()
    result = driver(["console", "linux", "--send", "uname -a", "--until", "name -a", "--timeout", "20"])
    assert result.returncode == OK and "uname -a" in result.stdout
    assert time.monotonic() - start < 10


def test_console_answer_does_not_come(driver):
    result = driver(["console", "linux", "--send", "x", "--until", "yyy", "--timeout", "0.3"])
    assert result.returncode == TIMEOUT and "'yyy' did not appear in time" in result.stderr


def test_console_send_looks_only_at_what_is_new(driver):
    words = ["console", "linux", "--send", "x", "--until", "old", "--timeout", "0.3"]
    result = driver(words, FAKE_CONSOLE="old")
    assert result.returncode == TIMEOUT


def test_console_dump(driver):
    # The oldest BH_RING_STRIDE bytes may be overwritten at any moment: they are not shown.
    result = driver("console linux --dump", FAKE_CONSOLE="x" * 5000 + "end")
    assert result.returncode == OK and len(result.stdout) == 4096 - 256 and result.stdout.endswith("end")


def test_console_ends_with_the_cell(driver):
    result = driver(["console", "linux", "--send", "poweroff", "--until", "never"], FAKE_STOP_AFTER=9)
    assert result.returncode == FAILED
    assert "poweroff" in result.stdout and "has stopped: the guest switched itself off" in result.stderr


def read_until(fd, text, seconds=10):
    seen, end = b"", time.monotonic() + seconds
    while text not in seen and time.monotonic() < end:
        try:
            seen += os.read(fd, 1000)
        except OSError:
            break
    return seen


def test_console_on_a_terminal(tool, fake, tmp_path):
    master, slave = pty.openpty()
    before = termios.tcgetattr(slave)
    settings = dict(os.environ, LD_PRELOAD=str(fake), BULKHEAD_DEVICE="/dev/fake", FAKE_CONSOLE="login: ")
    words = [tool, "console", "linux"]
    child = subprocess.Popen(words, stdin=slave, stdout=slave, stderr=slave, env=settings)
    assert b"login: " in read_until(master, b"login: ")
    assert not termios.tcgetattr(slave)[3] & termios.ICANON
    os.write(master, b"ls\x03")  # the interrupt key is the guest's
    assert b"ls\x03" in read_until(master, b"ls\x03")
    os.write(master, b"\x1d")
    assert child.wait(10) == OK
    assert termios.tcgetattr(slave) == before
    os.close(master)
    os.close(slave)
