# SPDX-License-Identifier: GPL-2.0-or-later
# Everything that judges the sources without running them.

.PHONY: lint layers

layers:
	$(Q)$(PYTHON) ci/checks/run --build $(O) --result $(O)/results/layers

lint: layers
