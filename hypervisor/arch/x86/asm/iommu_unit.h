/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What VT-d's and AMD-Vi's units have in common: registers in memory, a ring of commands of 16 bytes, the last of which
 * stores a number where the hypervisor waits for it, and a kind's own way of all else. Nobody but the files of IOMMUs
 * includes it.
 */
#ifndef ASM_IOMMU_UNIT_H
#define ASM_IOMMU_UNIT_H

#include <arch/msi.h>
#include <arch/upcall.h>
#include <bulkhead/config.h>
#include <core/lock.h>
#include <core/pci.h>

struct page_table;
struct pt_format;
struct iommu_unit;

#define IOMMU_UNITS 16u
#define IOMMU_RING_ENTRIES 256u /* a page */

/*
 * Units tell of faults by an NMI of the first CPU, which root's kernel keeps (it started there): an NMI exits whatever
 * the guest does, and whoever has the CPU does not see it.
 */
#define IOMMU_REPORT_SLOT 0u
#define IOMMU_REPORT_MESSAGE (4u << 8) /* delivery mode of the message's data: NMI */

/** struct iommu_command - VT-d's invalidation descriptors, AMD-Vi's commands */
struct iommu_command {
	uint64_t low;
	uint64_t high;
};

/** struct iommu_vector - where a guest's message goes: @vector of the CPU with @id; 0: nowhere */
struct iommu_vector {
	uint32_t vector;
	uint32_t id;
};

#define IOMMU_NO_VECTOR ((struct iommu_vector){ 0, 0 })

/**
 * struct iommu_kind - how a kind of units does it
 * @name: for the log.  @tail: register of the ring's end, in bytes.
 * @why_not: look at a unit that is mapped; NULL: it can be used.
 * @format: of the tables, for all units at once; NULL: they have none in common, said in the log.
 * @tables_init, @tables_exit: whose table functions use: all @root's at first. Units are off.
 * @start, @stop: take the unit over and let it translate, and give it back as it was.
 * @wait: the command that stores @number at @done (physical).  @is_stuck: it will carry out no more.
 * @publish: before @tail is written: the unit sees what is in memory.
 * @forget: the command by which translations of domain @tag are forgotten.
 * @prepare: may be NULL. As arch_iommu_prepare(), @attach as arch_iommu_attach(), with NULL for no table.
 * @message, @route: as arch_msi_message() and arch_msi_route(), for a unit that is on.
 * @poll: report what it has recorded, if it is on. Return: 1 if there was anything.
 * @access: root's to the registers, at @offset.
 */
struct iommu_kind {
	const char *name;
	uint32_t tail;
	const char *(*why_not)(struct iommu_unit *unit);
	const struct pt_format *(*format)(void);
	int (*tables_init)(const struct page_table *root);
	void (*tables_exit)(void);
	int (*start)(struct iommu_unit *unit);
	void (*stop)(struct iommu_unit *unit);
	struct iommu_command (*wait)(uint32_t number, uint64_t done);
	int (*is_stuck)(const struct iommu_unit *unit);
	void (*publish)(struct iommu_unit *unit);
	struct iommu_command (*forget)(uint32_t tag);
	int (*prepare)(uint32_t function);
	void (*attach)(const struct page_table *table, uint32_t function);
	int (*message)(const struct iommu_unit *unit, unsigned int index, struct msi_message *message);
	void (*route)(struct iommu_unit *unit, uint32_t function, unsigned int index, struct iommu_vector to);
	int (*poll)(struct iommu_unit *unit);
	void (*access)(struct iommu_unit *unit, uint32_t offset, struct mmio_access *access);
};

#define IOMMU_VIEW_WORDS 64u

/** struct iommu_vtd - of VT-d's units alone
 * @cap, @ecap: what it can.  @has_queue, @has_table: root's kernel used them when it was taken over.
 * @shadow: remapping table that the unit uses, @shadow_pages of it.
 * @last: highest entry of root's table that was ever looked at.
 * @guests: the first entry of those that are guests' (MSI_ENTRIES), whatever root's table says; 0: there are none.
 * @looked: entries looked at since root moved its queue's end.
 * @view: root's registers, by word.
 */
struct iommu_vtd {
	uint64_t cap;
	uint64_t ecap;
	uint32_t has_queue;
	uint32_t has_table;
	uint64_t *shadow;
	uint32_t shadow_pages;
	uint32_t last;
	uint32_t guests;
	uint32_t looked;
	uint32_t view[IOMMU_VIEW_WORDS];
};

/** struct iommu_amdvi - of AMD-Vi's units alone
 * @head: next event, bytes.  @is_wide: vectors are of 128 bits.
 * @message: place of MSI in its configuration space, 0: none, @found_message: what was there.
 * @found: its first registers as they were.
 */
struct iommu_amdvi {
	uint32_t head;
	uint32_t is_wide;
	uint32_t message;
	struct pci_message found_message;
	uint64_t found[6];
};

/**
 * struct iommu_unit - a unit
 * @lock: ring, registers, and what is the kind's own.  @reg: its registers.  @config: what the board says.
 * @is_on: ours, and translates (atomic).
 * @is_broken: it missed a deadline: said once, and not waited for again (atomic).
 * @queue: the ring, a page.  @tail: the next place in it.
 * @done: where it stores @number when it has carried out all so far.  @page: a page more, for the kind.
 */
struct iommu_unit {
	struct spinlock lock;
	const struct iommu_kind *kind;
	const struct bh_config_iommu *config;
	volatile uint8_t *reg;
	uint32_t is_on;
	uint32_t is_broken;
	uint32_t tail;
	uint32_t number;
	struct iommu_command *queue;
	volatile uint64_t *done;
	struct iommu_command *page;
	union {
		struct iommu_vtd vtd;
		struct iommu_amdvi amdvi;
	};
};

extern const struct iommu_kind vtd_kind, amdvi_kind;

/** Unit @index of those that can be used, NULL: no more. */
struct iommu_unit *iommu_unit(unsigned int index);

/** The unit in front of @function, NULL: none that is on. */
struct iommu_unit *iommu_serving(uint32_t function);

uint32_t iommu_read32(const struct iommu_unit *unit, uint32_t offset);
uint64_t iommu_read64(const struct iommu_unit *unit, uint32_t offset);
void iommu_write32(const struct iommu_unit *unit, uint32_t offset, uint32_t value);
void iommu_write64(const struct iommu_unit *unit, uint32_t offset, uint64_t value);

/** Where the unit's registers are, for the log. */
unsigned long long iommu_base(const struct iommu_unit *unit);

/** The unit does not @what in time: said once, and remembered. Return: BH_E_TIMEOUT. */
int iommu_is_dead(struct iommu_unit *unit, const char *what);

/** Make an empty ring, and free it. Return: 0 or BH_E_NO_MEMORY. */
int iommu_ring_init(struct iommu_unit *unit);
void iommu_ring_exit(struct iommu_unit *unit);

/**
 * iommu_submit_locked() - have the unit carry out @count commands, few enough for the ring, and wait
 * Context: unit->lock. Return: 0 or BH_E_TIMEOUT.
 */
int iommu_submit_locked(struct iommu_unit *unit, const struct iommu_command *command, unsigned int count);

/** The same in all units that are on. */
void iommu_submit_all(const struct iommu_command *command, unsigned int count);

#endif
