// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Root's ITS (IHI 0069, 5 and 12.19).
 *
 * Tables: the kernel was trusted until enable, so what its tables hold then is right, and from then on root can only
 * read them. Their format is the implementation's own; nothing here depends on it, but on the pointers of
 * two-level tables, which the architecture defines. Root's view of such a pointer table is a copy: what a kernel
 * adds there has no effect, since the second level would be memory that root may have named as something else before.
 *
 * Queue: root writes to a copy at the same address. Commands go from there, one by one and checked, to the real
 * queue, at the same offset, so that GITS_CREADR means the same for both. A refused command becomes one that does
 * nothing.
 */
#include <asm/its.h>

#include <arch/mmu.h>
#include <arch/upcall.h>
#include <asm/gic_hw.h>
#include <asm/gic_priv.h>
#include <asm/its_command.h>
#include <asm/lpi.h>
#include <asm/percpu.h>
#include <core/cpu.h>
#include <core/log.h>
#include <core/pool.h>
#include <core/stage2.h>
#include <lib/string.h>

#define GITS_CTLR 0x0000u
#define GITS_IIDR 0x0004u
#define GITS_TYPER 0x0008u
#define GITS_CBASER 0x0080u
#define GITS_CWRITER 0x0088u
#define GITS_CREADR 0x0090u
#define GITS_BASER 0x0100u
#define GITS_BASERS 8u
#define GITS_IDREGS 0xffd0u
#define GITS_CONTROL_SIZE 0x10000u
#define CTLR_ENABLED 1u
#define TYPER_VLPIS (1ull << 1)
#define TYPER_PTA (1ull << 19)
#define BASER_VALID (1ull << 63)
#define BASER_INDIRECT (1ull << 62)
#define BASER_TYPE_DEVICES 1u
#define QUEUE_ADDRESS 0x000ffffffffff000ull
#define QUEUE_OFFSET 0xfffe0ull
#define QUEUE_RETRY 1ull
#define POINTER_ADDRESS 0x000ffffffffff000ull
#define BATCH 64u /* commands handed on in one exit; whoever waits for them asks again and again */

/** A copy in the hypervisor's memory of pages of root. */
struct shadow {
	uint8_t *pages;
	unsigned int count;
};

/**
 * struct its - the ITS
 * @frame: its registers, NULL: none.  @base, @size: where root sees it.
 * @typer: GITS_TYPER.  @on: it was running at enable; else root cannot start it.
 * @lock: @copied, @wanted, the real queue.
 * @queue: host-physical address of the real queue, @queue_size bytes.  @commands: root's copy.
 * @copied: offset up to which commands are in the real queue.  @wanted: GITS_CWRITER as root wrote it.
 * @devices: GITS_BASER of the device table, 0: none.
 */
static struct {
	volatile uint8_t *frame;
	uint64_t base;
	uint64_t size;
	uint64_t typer;
	uint32_t on;
	struct spinlock lock;
	uint64_t queue;
	uint64_t queue_size;
	const uint8_t *commands;
	uint64_t copied;
	uint64_t wanted;
	uint64_t devices;
	struct shadow shadows[GITS_BASERS + 1];
	unsigned int shadow_count;
} its;

static uint64_t read64(uint32_t offset)
{
	return *(volatile uint64_t *)(its.frame + offset);
}

/* What a GITS_BASER<n> says ------------------------------------------------------------------------------ */

static uint64_t baser_page_size(uint64_t baser)
{
	unsigned int code = baser >> 8 & 3;

	return code == 0 ? 0x1000 : code == 1 ? 0x4000 : 0x10000;
}

/* With pages of 64 KiB, bits 15:12 hold the bits 51:48 of the address. */
static uint64_t baser_address(uint64_t baser)
{
	uint64_t address = baser & 0x0000fffffffff000ull;

	if (baser_page_size(baser) == 0x10000)
		return (address & ~0xffffull) | (address >> 12 & 0xf) << 48;
	return address;
}

static uint64_t baser_size(uint64_t baser)
{
	return ((baser & 0xff) + 1) * baser_page_size(baser);
}

static uint64_t baser_entry_size(uint64_t baser)
{
	return (baser >> 48 & 0x1f) + 1;
}

static unsigned int baser_type(uint64_t baser)
{
	return baser >> 56 & 7;
}

/* Taking over --------------------------------------------------------------------------------------------- */

int its_probe(const struct bh_config_gic *config)
{
	memset(&its, 0, sizeof(its));
	if (!config->its.size)
		return 0;
	its.frame = arch_map_device(hpa(config->its.base), GITS_CONTROL_SIZE);
	if (!its.frame)
		return BH_E_NO_MEMORY;
	its.base = config->its.base;
	its.size = config->its.size;
	its.typer = read64(GITS_TYPER);
	return 0;
}

static int refuse_table(const char *what, uint64_t address, uint64_t size)
{
	log_error("ITS: its %s at 0x%llx, 0x%llx bytes, is not in root's memory outside of the pool", what,
		  (unsigned long long)address, (unsigned long long)size);
	return BH_E_NOT_OWNED;
}

/* Root may go on reading. */
static int protect(struct cell_arch *root, const char *what, uint64_t address, uint64_t size)
{
	if (!lpi_root_keeps(root, address, size))
		return refuse_table(what, address, size);
	return pt_map(&root->stage2, address, hpa(address), size, PT_READ, PT_NORMAL);
}

/* From here on root has a copy at @address. */
static int replace(struct cell_arch *root, const char *what, uint64_t address, uint64_t size)
{
	struct shadow *shadow = &its.shadows[its.shadow_count];

	if (!lpi_root_keeps(root, address, size))
		return refuse_table(what, address, size);
	shadow->count = (unsigned int)(size / PAGE_SIZE);
	shadow->pages = pool_alloc(shadow->count, 1);
	if (!shadow->pages)
		return BH_E_NO_MEMORY;
	its.shadow_count++;
	stage2_copy_root(address, shadow->pages, size);
	return pt_map(&root->stage2, address, arch_hv_hpa(shadow->pages), size, PT_READ | PT_WRITE, PT_NORMAL);
}

/* The tables of the second level, from the copy of the first. */
static int protect_second_level(struct cell_arch *root, uint64_t baser)
{
	const struct shadow *first = &its.shadows[its.shadow_count - 1];
	const uint64_t *pointer = (const uint64_t *)first->pages;
	uint64_t entries = baser_size(baser) / sizeof(*pointer);
	int code = BH_E_OK;

	for (uint64_t i = 0; i < entries && !code; i++) {
		if (pointer[i] & BASER_VALID)
			code = protect(root, "second-level table", pointer[i] & POINTER_ADDRESS,
				       baser_page_size(baser));
	}
	return code;
}

static int adopt_table(struct cell_arch *root, uint64_t baser)
{
	int code;

	if (!(baser & BASER_VALID) || !baser_type(baser))
		return BH_E_OK;
	if (baser_type(baser) == BASER_TYPE_DEVICES)
		its.devices = baser;
	if (!(baser & BASER_INDIRECT))
		return protect(root, "table", baser_address(baser), baser_size(baser));
	code = replace(root, "first-level table", baser_address(baser), baser_size(baser));
	return code ? code : protect_second_level(root, baser);
}

static int adopt_queue(struct cell_arch *root)
{
	uint64_t cbaser = read64(GITS_CBASER);
	int code;

	its.queue = cbaser & QUEUE_ADDRESS;
	its.queue_size = ((cbaser & 0xff) + 1) * PAGE_SIZE;
	its.copied = its.wanted = read64(GITS_CWRITER) & QUEUE_OFFSET;
	if (!(cbaser & BASER_VALID) || its.copied >= its.queue_size)
		return refuse_table("command queue", its.queue, its.queue_size);
	code = replace(root, "command queue", its.queue, its.queue_size);
	if (!code)
		its.commands = its.shadows[its.shadow_count - 1].pages;
	return code;
}

static int adopt_all(struct cell_arch *root)
{
	int code = BH_E_OK;

	its.on = mmio_read32(its.frame + GITS_CTLR) & CTLR_ENABLED;
	if (!its.on) {
		log_info("ITS: not in use, and stays off");
		return BH_E_OK;
	}
	for (unsigned int i = 0; i < GITS_BASERS && !code; i++)
		code = adopt_table(root, read64(GITS_BASER + i * 8));
	return code ? code : adopt_queue(root);
}

int its_adopt(struct cell_arch *root)
{
	int code = its.frame ? adopt_all(root) : BH_E_OK;

	if (code)
		its_release();
	return code;
}

void its_release(void)
{
	while (its.shadow_count > 0) {
		its.shadow_count--;
		pool_free(its.shadows[its.shadow_count].pages, its.shadows[its.shadow_count].count);
	}
	its.on = 0;
}

/* What commands may name (its_command.c) -------------------------------------------------------------------- */

unsigned int its_event_bits(void)
{
	return (its.typer >> 8 & 0x1f) + 1;
}

unsigned int its_entry_size(void)
{
	return (its.typer >> 4 & 0xf) + 1;
}

/* The real first level, which root cannot write. */
int its_has_device(uint32_t device)
{
	uint64_t per_page = baser_page_size(its.devices) / baser_entry_size(its.devices);
	uint64_t index = device / per_page;
	const uint64_t *pointer;
	int is_valid;

	if (!its.devices)
		return 1; /* the ITS has a table inside */
	if (!(its.devices & BASER_INDIRECT))
		return device < baser_size(its.devices) / baser_entry_size(its.devices);
	if (index >= baser_size(its.devices) / sizeof(*pointer))
		return 0;
	pointer = arch_window_open(hpa(baser_address(its.devices) + index * sizeof(*pointer)), sizeof(*pointer));
	is_valid = *pointer >> 63;
	arch_window_close();
	return is_valid;
}

int its_may_write(uint64_t address, uint64_t size)
{
	return lpi_root_keeps(percpu()->cell, address, size);
}

/* RDbase: the redistributor's address or number, as GITS_TYPER.PTA says. */
static uint64_t target_of(const struct cpu *cpu)
{
	if (its.typer & TYPER_PTA)
		return cpu->arch.gic.redist_base;
	return (*(volatile uint64_t *)(cpu->arch.gic.redist + GICR_TYPER) >> 8 & 0xffff) << 16;
}

static const struct cpu *find_target(uint64_t target)
{
	for (unsigned int slot = 0; slot < cpu_count(); slot++) {
		if (target_of(cpu_get(slot)) == target)
			return cpu_get(slot);
	}
	return NULL;
}

int its_is_cpu(uint64_t target)
{
	return find_target(target) != NULL;
}

int its_may_target(uint64_t target)
{
	const struct cpu *cpu = find_target(target);

	return cpu && cpu->cell == cpu_self()->cell;
}

/* The queue --------------------------------------------------------------------------------------------------- */

static void check(struct its_command *command)
{
	static struct log_limit limit;
	const char *why = its_command_check(command);

	if (!why)
		return;
	log_limited(&limit, LOG_WARNING, "ITS: command 0x%llx %llx %llx %llx of root is left out: %s",
		    (unsigned long long)command->word[0], (unsigned long long)command->word[1],
		    (unsigned long long)command->word[2], (unsigned long long)command->word[3], why);
	*command = its_command_nothing(target_of(cpu_self()));
}

/* Root may write to its copy at the same time: what is checked is what is handed on. */
static void copy_command(uint64_t offset)
{
	struct its_command command;
	void *real;

	memcpy(&command, its.commands + offset, sizeof(command));
	check(&command);
	real = arch_window_open(hpa(its.queue + offset), sizeof(command));
	memcpy(real, &command, sizeof(command));
	arch_cache_flush(real, sizeof(command));
	arch_window_close();
}

/*
 * Never up to the command that the ITS reads: it would see half of one and half of another. Where root asks for that,
 * or for more than a batch, the rest follows when it looks how far the ITS is.
 */
static void hand_on_locked(uint64_t retry)
{
	for (unsigned int count = 0; count < BATCH && its.copied != its.wanted; count++) {
		uint64_t next = (its.copied + ITS_COMMAND_SIZE) % its.queue_size;

		if (next == (read64(GITS_CREADR) & QUEUE_OFFSET))
			break;
		copy_command(its.copied);
		its.copied = next;
	}
	gic_complete_writes();
	*(volatile uint64_t *)(its.frame + GITS_CWRITER) = its.copied | retry;
}

static void write_cwriter(uint64_t value)
{
	if (!its.on || (value & QUEUE_OFFSET) >= its.queue_size)
		return;
	spin_lock(&its.lock);
	its.wanted = value & QUEUE_OFFSET;
	hand_on_locked(value & QUEUE_RETRY);
	spin_unlock(&its.lock);
}

static void hand_on_rest(void)
{
	if (!its.on || __atomic_load_n(&its.copied, __ATOMIC_RELAXED) == its.wanted)
		return;
	spin_lock(&its.lock);
	hand_on_locked(0);
	spin_unlock(&its.lock);
}

void its_leave(void)
{
	for (uint64_t turn = 0; its.on && its.copied != its.wanted && turn < its.queue_size / ITS_COMMAND_SIZE; turn++)
		hand_on_rest();
	its.on = 0;
}

/* Registers --------------------------------------------------------------------------------------------------- */

static uint64_t read_register(uint32_t offset)
{
	switch (offset) {
	case GITS_CTLR: /* and GITS_IIDR */
		return mmio_read32(its.frame + GITS_CTLR) | (uint64_t)mmio_read32(its.frame + GITS_IIDR) << 32;
	case GITS_TYPER:
		return its.typer & ~TYPER_VLPIS;
	case GITS_CWRITER:
		return its.wanted;
	case GITS_CREADR:
		hand_on_rest();
		return read64(offset);
	case GITS_CBASER:
		return read64(offset);
	default:
		break;
	}
	if (offset >= GITS_BASER && offset < GITS_BASER + GITS_BASERS * 8)
		return read64(offset);
	if (offset >= GITS_IDREGS && offset < GITS_CONTROL_SIZE)
		return mmio_read32(its.frame + offset) | (uint64_t)mmio_read32(its.frame + offset + 4) << 32;
	return 0;
}

/* All but the queue's end is as it was at enable: nothing else makes sense while the ITS runs. */
void its_mmio(uint64_t offset, struct mmio_access *access)
{
	unsigned int shift = offset % 8 * 8;

	if (!access->is_write)
		access->value = 0;
	if ((access->size != 4 && access->size != 8) || offset % access->size || offset >= GITS_CONTROL_SIZE)
		return;
	if (!access->is_write)
		access->value = access->size == 8 ? read_register((uint32_t)offset) :
						    (uint32_t)(read_register((uint32_t)(offset - offset % 8)) >> shift);
	else if (offset == GITS_CWRITER)
		write_cwriter(access->value);
}

int its_is_at(uint64_t address, uint64_t *offset)
{
	*offset = address - its.base;
	return *offset < its.size;
}
