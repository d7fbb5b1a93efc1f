# SPDX-License-Identifier: GPL-2.0-or-later
"""A machine that is booted once and tries one image of the hypervisor after the other.

Root's Linux has all images in its file system; the driver takes the one that its parameter names. After each image
the cells are destroyed and the hypervisor is disabled. Whatever is not as before then, or is not sure to be, costs a
reboot: root's kernel complained, its sentinels or the victim changed, a command did not come back.
"""
import os

import evidence
import handover
import hostile
from hypervisor import Hypervisor
from images import KINDS
from machine import Machine, MachineError

LOST = "the machine was lost"
UNREACHED = "its rows were not reached"
IN_ROOT = "/usr/lib/bulkhead/mutants"
PARAMETER = "/sys/module/bulkhead/parameters/image"
# A run of the cell may take so long, by the number of its rows.
CELL_SECONDS, ROW_SECONDS, CELL_SECONDS_MOST = 100, 5, 600
# Kinds of which one class of rows is tried, and what the machine has for it.
ONLY = {"vtd": "dma"}
DEVICES = {"vtd": ("-device", "edu,addr=0x10,dma_mask=0xffffffffffffffff", "-device", "igb,addr=0x0c,romfile=")}
CELLS = {"vtd": "-edu"}


class Attempt:
    """
    What came of an image. rows: judged, in their order.  trouble: what else was wrong.  is_lost: the machine was,
    after the first row.  is_fresh: it had been booted for this.
    """

    def __init__(self, image, is_fresh):
        self.image, self.is_fresh = image, is_fresh
        self.rows, self.trouble, self.is_lost = [], UNREACHED, False
        self.step = 0  # of those that it was given, the one that runs
        self.mended = 0  # rows after which the victim was looked at


class Station:
    """@images: {name: path} of all that it may be asked for.  @disk: an empty disk, whose driver uses the ITS."""

    def __init__(self, kind, images, disk, name):
        self.kind, self.images, self.disk, self.name = kind, images, disk, name
        self.machine, self.bh = None, None

    def boot(self):
        _, gic, cpu = KINDS[self.kind]
        qemu = ["-drive", f"file={self.disk},if=none,id=disk,format=raw,read-only=on",
                "-device", "nvme,drive=disk,serial=1"] if gic == 3 else DEVICES.get(self.kind, [])
        files = {path: f"{IN_ROOT}/{name}.bin" for name, path in self.images.items()}
        self.machine = Machine(gic=gic, cpu=cpu, qemu=qemu, files=files, name=self.name)
        if self.kind in CELLS:
            self.machine.cells = CELLS[self.kind]
        self.machine.boot()
        self.bh = Hypervisor(self.machine)

    def close(self):
        if self.machine:
            self.machine.close()
        self.machine = None

    def mend(self, attempt):
        """What a row did to the victim is not the fault of the rows behind it: start it anew."""
        if attempt.mended == len(attempt.rows) or not any(row.problem for row in attempt.rows[attempt.mended:]):
            return
        attempt.mended = len(attempt.rows)
        if not self.bh.beats("victim"):
            self.bh.cell("destroy", "victim")
            hostile.start_victim(self.bh)

    # Groups of rows; each gives what it has as far as it came.

    def cell(self, attempt, ranges):
        for first, last in ranges:
            self.mend(attempt)
            timeout = min(CELL_SECONDS + ROW_SECONDS * (last - first + 1), CELL_SECONDS_MOST)
            attempt.rows += hostile.run(self.bh, ((first, last),), timeout=timeout, only=ONLY.get(self.kind, ""))

    def user(self, attempt, timeout):
        attempt.rows += hostile.run_root(self.bh, timeout)

    def kernel(self, attempt, classes):
        """Class by class: what is lost with the machine is one."""
        with hostile.Kernel(self.bh) as kernel:
            for only in classes:
                self.mend(attempt)
                attempt.rows += kernel.rows(only=only)

    def handover(self, attempt):
        try:
            attempt.rows += handover.run(self.bh)
        except AssertionError as e:
            raise MachineError(str(e)) from e

    def evidence(self, attempt):
        attempt.rows += evidence.run(self.bh, self.machine.gic == 3)

    def salvage(self, attempt):
        """Rows of root's that were printed before the machine was lost."""
        heard = {row.name for row in attempt.rows}
        with open(self.machine.path("console"), encoding="utf-8", errors="replace") as f:
            text = f.read().rpartition(f"enabled {attempt.image}")[2]
        attempt.rows += [row for row in hostile.parse_root(text) if row.name not in heard]

    def clean(self):
        """As before the image was enabled. Return: whether it is."""
        self.bh.destroy_all()
        self.bh.disable()
        return not self.machine.dmesg_errors() and self.machine.online() == [0, 1, 2, 3]

    def steps(self, attempt, steps):
        self.machine.sh(f"printf %s {IN_ROOT}/{attempt.image}.bin >{PARAMETER}")
        self.bh.enable()
        hostile.begin(self.bh)
        attempt.trouble = LOST
        self.machine.sh(f"echo enabled {attempt.image}")
        for attempt.step, (step, *arguments) in enumerate(steps):
            self.mend(attempt)
            step(self, attempt, *arguments)
        attempt.trouble = "; ".join(hostile.finish(self.bh))

    def attempt(self, image, steps):
        """Run groups of rows on @image, one after the other, until the machine is lost."""
        attempt = Attempt(image, self.machine is None)
        try:
            if attempt.is_fresh:
                self.boot()
            self.steps(attempt, steps)
        except MachineError as e:
            attempt.is_lost = attempt.trouble == LOST
            attempt.trouble = f"{attempt.trouble}: {str(e).splitlines()[0][:100]}"
            if self.machine and self.machine.child and attempt.is_lost:
                self.salvage(attempt)
        try:
            if attempt.trouble or not self.clean():
                self.close()
        except MachineError:
            self.close()
        return attempt
