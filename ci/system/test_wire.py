# SPDX-License-Identifier: GPL-2.0-or-later
"""A wire that is raised while its owner changes. test_riscv.py has the same on APLIC and IMSIC."""
import pytest

import wire


@pytest.mark.arch("riscv64")
@pytest.mark.without("aplic", "imsic")
def test_it_rings_once_at_the_right_owner(bh):
    wire.check(bh)
