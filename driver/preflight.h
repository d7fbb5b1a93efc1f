/* SPDX-License-Identifier: GPL-2.0-only */
/* Preflight: every reason against enabling, found before anything changes, all at once. */
#ifndef DRIVER_PREFLIGHT_H
#define DRIVER_PREFLIGHT_H

#include <bulkhead/config.h>
#include <bulkhead/errors.h>
#include <bulkhead/ioctl.h>
#include <linux/types.h>

struct image;

/** struct preflight - reasons so far; goes back to the user in @ioc. @error: what is no preflight bit. */
struct preflight {
	struct bh_ioc_enable *ioc;
	struct bh_error error;
};

/** preflight_add() - note reason @bit (BH_PRE_*) with @value as evidence; of several the first stays. */
void preflight_add(struct preflight *preflight, u32 bit, u64 value);

/** preflight_refuse() - note an error that is not one of the reasons. */
void preflight_refuse(struct preflight *preflight, u32 code, u32 object);

/** preflight_kvm_device() - has KVM initialised itself in this kernel? */
bool preflight_kvm_device(void);

/** preflight_command_line() - was the kernel started with this word? */
bool preflight_command_line(const char *word);

/** preflight_system_ram() - does Linux call any of it System RAM? It may be offline. */
bool preflight_system_ram(u64 base, u64 size);

/**
 * preflight_run() - look at everything
 * @system: checked blob.  @image: filled in if there is a fitting image.  @ioc: reasons and values go there.
 * Return: BH_E_OK, or an error if there is any reason; @error says the first.
 */
int preflight_run(const struct bh_config_system *system, struct image *image, struct bh_ioc_enable *ioc,
		  struct bh_error *error);

#endif
