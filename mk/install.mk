# SPDX-License-Identifier: GPL-2.0-or-later
# make install DESTDIR=... PREFIX=...: what a machine of $(ARCH) needs. The module comes as source, for DKMS.
#
#	PREFIX/bin/bulkhead				the tool (statically linked if built on another architecture)
#	PREFIX/share/man				what tools/man holds
#	PREFIX/share/{bash-completion,zsh,fish}		completion, from tools/completion
#	PREFIX/share/bulkhead/				JSON Schema of board and cell files, for editors
#	PREFIX/lib/systemd/system/			bulkhead.service: enable at boot; bulkhead-watch.service: 'restart'
#	/lib/firmware/bulkhead-<arch>.bin		the image, where the module looks for it
#	/etc/bulkhead/{board,vms}/			board and cell files; files that are there already are kept
#	/usr/src/bulkhead-VERSION/			dkms add bulkhead/VERSION && dkms install bulkhead/VERSION

PREFIX  ?= /usr/local
DESTDIR ?=
FIRMWAREDIR ?= /lib/firmware
SYSCONFDIR  ?= /etc
DKMSDIR     ?= /usr/src

install-tool  := $(if $(filter $(ARCH),$(shell uname -m)),$(O)/host/bulkhead,$(O)/$(ARCH)/tools/bulkhead)
install-dkms  := $(DESTDIR)$(DKMSDIR)/bulkhead-$(VERSION)
man-pages     := $(wildcard tools/man/*.[1-9])
units         := $(wildcard tools/systemd/*.service)

.PHONY: install

# $(call put-kept,SOURCES,DIR): install configuration, but never over what an administrator may have changed
define put-kept
	$(Q)mkdir -p $(2)
	$(Q)for f in $(1); do if [ -e $(2)/$$(basename $$f) ]; then \
		cmp -s $$f $(2)/$$(basename $$f) || echo "  kept     $(2)/$$(basename $$f)"; \
		else install -m 644 $$f $(2)/; fi; done
endef

install: hypervisor tools
	$(Q)install -D -m 755 $(install-tool) $(DESTDIR)$(PREFIX)/bin/bulkhead
	$(Q)install -D -m 644 $(hv-image) $(DESTDIR)$(FIRMWAREDIR)/bulkhead-$(ARCH).bin
	$(call put-kept,$(wildcard configs/board/*.yaml),$(DESTDIR)$(SYSCONFDIR)/bulkhead/board)
	$(call put-kept,$(wildcard configs/vms/*.yaml),$(DESTDIR)$(SYSCONFDIR)/bulkhead/vms)
	$(Q)$(foreach m,$(man-pages),install -D -m 644 $(m) $(DESTDIR)$(PREFIX)/share/man/man$(patsubst .%,%,$(suffix $(m)))/$(notdir $(m)) &&) :
	$(Q)install -D -m 644 tools/completion/bulkhead.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/bulkhead
	$(Q)install -D -m 644 tools/completion/_bulkhead $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_bulkhead
	$(Q)install -D -m 644 tools/completion/bulkhead.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/bulkhead.fish
	$(Q)install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/bulkhead $(wildcard tools/schema/*.json)
	$(Q)for f in $(units); do mkdir -p $(DESTDIR)$(PREFIX)/lib/systemd/system; \
		sed -e 's|@PREFIX@|$(PREFIX)|g' -e 's|@SYSCONFDIR@|$(SYSCONFDIR)|g' $$f \
			> $(DESTDIR)$(PREFIX)/lib/systemd/system/$$(basename $$f); done
	$(Q)mk/stage-driver.sh $(install-dkms)
	$(Q)sed 's/@VERSION@/$(VERSION)/g' driver/dkms.conf.in > $(install-dkms)/dkms.conf
	@echo '  installed below $(or $(DESTDIR),/); the module: dkms install bulkhead/$(VERSION)'
