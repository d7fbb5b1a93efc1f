# SPDX-License-Identifier: GPL-2.0-or-later
# Everything that judges the sources without running them.

.PHONY: lint lint-tools layers

# The symbol graph is read from the objects of the image and of the fake architecture.
layers: $(hv-obj) $(unit-gen)/autoconf.h $(patsubst %.c,$(unit)/address/%.o,$(fake-src))
	$(Q)$(PYTHON) ci/checks/run --build $(O) --result $(O)/results/layers

lint-tools:
	$(Q)$(PYTHON) ci/lint --result $(O)/results/lint --report format

lint: layers lint-tools
