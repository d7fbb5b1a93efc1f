/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Upcalls: what arch code asks of the layers above. Declared here, defined above (the file is
 * named with each); direct external calls, and the only symbols of upper layers that arch may
 * reference: ci/checks takes its allow-list from this file.
 *
 * Context of all: on the CPU concerned, inside an exit, interrupts masked, full frame saved
 * (so that arch_vcpu_start() may rewrite it) unless said otherwise.
 */
#ifndef ARCH_UPCALL_H
#define ARCH_UPCALL_H

#include <bulkhead/info.h>
#include <bulkhead/types.h>

/**
 * struct hypercall - one hypercall, decoded from registers by arch
 * @number: enum bh_hypercall or anything else.  @arg: five arguments.
 * @result: enum bh_error_code.  @value: five results.
 */
struct hypercall {
	uint64_t number;
	uint64_t arg[5];
	uint64_t result;
	uint64_t value[5];
};

/** control/hypercall.c. (BH_HC_PING may be answered in arch without coming here.) */
void upcall_hypercall(struct hypercall *call);

/** What an access has done besides: whoever brought it goes on so, when the instruction is over. */
enum mmio_effect { MMIO_NO_EFFECT = 0, MMIO_SYSTEM_OFF = 1, MMIO_SYSTEM_RESET = 2 };

/** One access of the guest to an address that stage 2 does not map, or to an I/O port. @size: 1, 2, 4 or 8. */
struct mmio_access {
	uint64_t address; /* guest-physical, or number of the port */
	uint64_t value;	  /* in: for writes; out: for reads, zero-extended */
	uint8_t size;
	uint8_t is_write;
	uint8_t is_change; /* a read by an instruction that writes the same place next */
	uint8_t effect; /* out: enum mmio_effect; only devices at ports have one */
};

/** A device answers with its whole register, a load takes as many bytes as it asked for. */
static inline void mmio_cut(struct mmio_access *access)
{
	if (access->size < sizeof(access->value))
		access->value &= (1ull << access->size * 8) - 1;
}

enum mmio_result {
	MMIO_HANDLED = 0,
	MMIO_RETRY = 1,	 /* stage 2 maps it by now: run the instruction again */
	MMIO_REFUSED = 2 /* nobody's: call upcall_violation() */
};

/** device/mmio.c. Called with full frame or less; never parks. */
enum mmio_result upcall_mmio(struct mmio_access *access);

/** The same for an I/O port of machines that have them; never MMIO_RETRY. */
enum mmio_result upcall_port(struct mmio_access *access);

/**
 * upcall_map_hold() - keep the memory map of the caller's cell as it is until upcall_map_release() (control/lock.c)
 * For who looks up a page of a guest and then uses it. A guest's map is as it is while one of its vCPUs runs; root's
 * changes with every cell that comes and goes, so for root this takes the control lock.
 * Return: 1; 0: a control operation is under way, the guest has to try again.
 */
int upcall_map_hold(void);
void upcall_map_release(void);

enum violation_result {
	VIOLATION_INJECT = 0, /* the caller injects the architecture's fault and goes on */
	VIOLATION_HANDLED =
		1 /* the cell was stopped; the CPU has a new context or was parked meanwhile: just return */
};

/**
 * upcall_violation() - the guest did what it may not (control/violation.c)
 * @record: kind, pc, syndrome, address, value, what; cpu is filled in above.
 * Root is always answered with INJECT, other cells are stopped as failed, with this record as reason.
 */
enum violation_result upcall_violation(const struct bh_record *record);

/** One access to configuration space. @function: segment << 16 | requester id.  @offset: aligned to @size. */
struct pci_access {
	uint32_t function;
	uint32_t value; /* in: for writes; out: for reads, zero-extended */
	uint16_t offset;
	uint8_t size; /* 1, 2 or 4 */
	uint8_t is_write;
};

/** device/pci.c. What is not the caller's reads as ones, and writes go nowhere. */
void upcall_pci(struct pci_access *access);

/**
 * upcall_msi_route() - a vCPU of the caller's cell has come or gone (device/msi.c)
 * Messages of the cell's functions find their way anew. Context: this CPU's cell is still that one; no lock is held.
 */
void upcall_msi_route(void);

/** What a device tried. DMA_ACCESS: the unit does not say whether it was a read or a write. */
enum dma_kind { DMA_ACCESS, DMA_READ, DMA_WRITE, DMA_INTERRUPT };

/**
 * struct dma_fault - an access of a device that a unit did not let through
 * @function: segment << 16 | requester id.  @reason: as the hardware says it.
 * @kind: enum dma_kind; DMA_INTERRUPT: a message that is no valid interrupt, @address may be its index then.
 */
struct dma_fault {
	uint64_t address;
	uint32_t function;
	uint32_t reason;
	uint8_t kind;
};

/**
 * upcall_dma_fault() - say whose device it was, and stop the cell if it is a guest (control/violation.c)
 * Any CPU, any context; no lock of a unit is held.
 */
void upcall_dma_fault(const struct dma_fault *fault);

/**
 * upcall_service() - this CPU was kicked: look at its requests (control/service.c)
 * Parks, suspends, starts as asked; returns when the CPU shall (re)enter its guest.
 */
void upcall_service(void);

/**
 * upcall_enter() - a CPU came in through the image's entry (control/enable.c)
 * @argument: the entry argument: slot, flags, generation (bulkhead/image.h).
 * Context: boot stack, boot page tables, MMU on; slot is already checked against cpu_count.
 * Return: 0: arch_cpu_activate() was done, go to the kernel as guest; else the error code: go back to the
 * kernel with everything as found.
 */
int upcall_enter(uint64_t argument);

/**
 * upcall_arrive() - a CPU came in because of arch_cpu_boot() (control/enable.c)
 * Runs the CPU steps and then as upcall_service(): returns when the CPU shall enter its guest.
 */
void upcall_arrive(void);

/* Power control of vCPUs (control/power.c): PSCI, SBI HSM, INIT/SIPI all end here. */
enum power_result {
	POWER_OK = 0,
	POWER_ALREADY_ON = 1,
	POWER_ON_PENDING = 2,
	POWER_INVALID = 3, /* no such vCPU */
	POWER_DENIED = 4,  /* belongs to a guest cell at the moment */
	POWER_BAD_ADDRESS = 5
};
enum power_state {
	POWER_STATE_ON = 0,
	POWER_STATE_OFF = 1,
	POWER_STATE_ON_PENDING = 2,
	POWER_STATE_NONE = 3
};

/** Start vCPU @vcpu of the caller's cell at @entry with @arg. For the root cell @vcpu is the slot. */
enum power_result upcall_cpu_on(unsigned int vcpu, uint64_t entry, uint64_t arg);
enum power_state upcall_cpu_info(unsigned int vcpu);
/**
 * Switch the calling vCPU off. Returns when it has been switched on again, with the new context in the frame.
 */
void upcall_cpu_off(void);
/**
 * The caller's cell goes off, or is reset. Root: as the board's on-reset says. May return with a new context
 * in the frame.
 */
void upcall_system_off(void);
void upcall_system_reset(void);

#endif
