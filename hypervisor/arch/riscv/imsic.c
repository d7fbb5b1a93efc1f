// SPDX-License-Identifier: GPL-2.0-or-later
#include <asm/imsic.h>

#include <arch/cell.h>
#include <arch/mmu.h>
#include <asm/csr.h>
#include <asm/percpu.h>
#include <asm/types.h>
#include <core/cpu.h>
#include <core/image.h>
#include <core/log.h>
#include <core/pagetable.h>
#include <lib/config.h>
#include <lib/errors.h>

#define FILE_SIZE CONFIG_IMSIC_FILE
#define FILES_NEEDED ((1ull << IMSIC_FILE_ROOT) | (1ull << IMSIC_FILE_GUEST))
#define SETEIPNUM_LE 0u

/* Behind (v)siselect. Of arrays a 64-bit hart has the even numbers only, each with 64 identities. */
#define SELECT_DELIVERY 0x70u
#define SELECT_THRESHOLD 0x72u
#define SELECT_PENDING 0x80u
#define SELECT_ENABLE 0xc0u
#define STOPEI_SHIFT 16

static volatile uint8_t *files;

static const struct bh_config_riscv *board(void)
{
	return &image_config()->riscv;
}

/* Offset in the window of a hart's file @file; 0 is the supervisor's. */
static uint64_t file_offset(uint64_t hwid, unsigned int file)
{
	return board()->imsic_stride * hwid + (uint64_t)file * FILE_SIZE;
}

static unsigned int word_count(void)
{
	return (board()->imsic_ids + 1) / 64;
}

int imsic_probe(void)
{
	if (board()->imsic_guests < IMSIC_FILE_GUEST) {
		log_error("enable: the IMSIC has %u guest interrupt files for each hart: %u are needed",
			  board()->imsic_guests, IMSIC_FILE_GUEST);
		return BH_E_HARDWARE;
	}
	files = arch_map_device(hpa(board()->imsic.base), board()->imsic.size);
	return files ? BH_E_OK : BH_E_NO_MEMORY;
}

void imsic_unprobe(void)
{
	files = NULL;
}

void imsic_send(unsigned int slot, unsigned int file, uint32_t id)
{
	if (id && id <= board()->imsic_ids)
		*(volatile uint32_t *)(files + file_offset(cpu_get(slot)->hwid, file) + SETEIPNUM_LE) = id;
}

/* One hart's files: the supervisor's, and the guest's that hstatus.VGEIN selects ------------------------ */

static void own_write(unsigned int select, uint64_t value)
{
	csr_write(CSR_SISELECT, select);
	csr_write(CSR_SIREG, value);
}

static uint64_t own_swap(unsigned int select, uint64_t value)
{
	csr_write(CSR_SISELECT, select);
	return csr_swap(CSR_SIREG, value);
}

static void own_set(unsigned int select, uint64_t bits)
{
	csr_write(CSR_SISELECT, select);
	csr_set(CSR_SIREG, bits);
}

static void guest_write(unsigned int select, uint64_t value)
{
	csr_write(CSR_VSISELECT, select);
	csr_write(CSR_VSIREG, value);
}

static uint64_t guest_swap(unsigned int select, uint64_t value)
{
	csr_write(CSR_VSISELECT, select);
	return csr_swap(CSR_VSIREG, value);
}

static void guest_set(unsigned int select, uint64_t bits)
{
	csr_write(CSR_VSISELECT, select);
	csr_set(CSR_VSIREG, bits);
}

static void select_file(uint64_t file)
{
	csr_clear(CSR_HSTATUS, HSTATUS_VGEIN);
	csr_set(CSR_HSTATUS, file << HSTATUS_VGEIN_SHIFT);
}

static void empty_guest(void)
{
	guest_write(SELECT_DELIVERY, 0);
	guest_write(SELECT_THRESHOLD, 0);
	for (unsigned int i = 0; i < word_count(); i++) {
		guest_write(SELECT_ENABLE + 2 * i, 0);
		guest_write(SELECT_PENDING + 2 * i, 0);
	}
	csr_write(CSR_VSISELECT, 0);
}

/* Everything that comes to the supervisor's file is ours to pass on. */
static void open_own(void)
{
	for (unsigned int i = 0; i < word_count(); i++)
		own_write(SELECT_ENABLE + 2 * i, ~0ull);
	own_write(SELECT_THRESHOLD, 0);
	own_write(SELECT_DELIVERY, 1);
}

static void empty_own(void)
{
	own_write(SELECT_DELIVERY, 0);
	for (unsigned int i = 0; i < word_count(); i++) {
		own_write(SELECT_ENABLE + 2 * i, 0);
		own_write(SELECT_PENDING + 2 * i, 0);
	}
}

int imsic_check(void)
{
	const uint64_t old = csr_read(CSR_HGEIE);
	uint64_t found;

	csr_write(CSR_HGEIE, ~0ull);
	found = csr_read(CSR_HGEIE);
	csr_write(CSR_HGEIE, old);
	if ((found & FILES_NEEDED) != FILES_NEEDED) {
		log_error("CPU %u: guest interrupt files 0x%llx: the first %u are needed", percpu()->slot,
			  (unsigned long long)found, IMSIC_FILE_GUEST);
		return BH_E_HARDWARE;
	}
	for (uint64_t file = IMSIC_FILE_ROOT; file <= IMSIC_FILE_GUEST; file++) {
		select_file(file);
		empty_guest();
	}
	select_file(0);
	return BH_E_OK;
}

/*
 * What the kernel has enabled and what waits for it goes to the guest's file; there may be something already, from
 * harts that came before. A message that comes meanwhile stays in the supervisor's file and is passed on later.
 */
static void adopt(void)
{
	uint64_t delivery = own_swap(SELECT_DELIVERY, 0), threshold = own_swap(SELECT_THRESHOLD, 0);

	for (unsigned int i = 0; i < word_count(); i++) {
		guest_write(SELECT_ENABLE + 2 * i, own_swap(SELECT_ENABLE + 2 * i, 0));
		guest_set(SELECT_PENDING + 2 * i, own_swap(SELECT_PENDING + 2 * i, 0));
	}
	guest_write(SELECT_THRESHOLD, threshold);
	guest_write(SELECT_DELIVERY, delivery);
}

void imsic_cpu_load(const struct cell_arch *cell, int adopted)
{
	if (!cell->aplic.size) { /* it wants none: its accesses are illegal */
		empty_own();
		open_own();
		return;
	}
	select_file(cell->is_root ? IMSIC_FILE_ROOT : IMSIC_FILE_GUEST);
	if (adopted) {
		adopt();
	} else {
		empty_guest();
		empty_own();
	}
	open_own();
}

/* Parked: messages to it are nobody's. */
void imsic_cpu_unload(void)
{
	if (csr_read(CSR_HSTATUS) & HSTATUS_VGEIN)
		empty_guest();
	select_file(0);
	empty_own();
}

void imsic_cpu_leave(void)
{
	uint64_t delivery, threshold;

	own_write(SELECT_DELIVERY, 0);
	delivery = guest_swap(SELECT_DELIVERY, 0);
	threshold = guest_swap(SELECT_THRESHOLD, 0);
	for (unsigned int i = 0; i < word_count(); i++) {
		own_write(SELECT_ENABLE + 2 * i, guest_swap(SELECT_ENABLE + 2 * i, 0));
		own_set(SELECT_PENDING + 2 * i, guest_swap(SELECT_PENDING + 2 * i, 0));
	}
	own_write(SELECT_THRESHOLD, threshold);
	own_write(SELECT_DELIVERY, delivery);
	select_file(0);
}

/* A cell's devices reach its own files; a message here is root's, or late. */
void imsic_forward(void)
{
	const int is_root = percpu()->cell->is_root != 0;

	for (uint32_t i = 0; i <= board()->imsic_ids; i++) {
		uint32_t id = (uint32_t)(csr_swap(CSR_STOPEI, 0) >> STOPEI_SHIFT);

		if (!id)
			return;
		if (is_root)
			imsic_send(percpu()->slot, IMSIC_FILE_ROOT, id);
	}
}

/* Stage 2 ---------------------------------------------------------------------------------------------- */

static int map_file(struct cell_arch *cell, uint64_t guest, uint64_t hwid, unsigned int file)
{
	const hpa_t real = hpa(board()->imsic.base + file_offset(hwid, file));

	return pt_map(arch_cell_stage2(cell), guest, real, FILE_SIZE, PT_READ | PT_WRITE, PT_DEVICE);
}

/* Of a hart that is lent to a cell root's own file stays, which nobody reads. */
int imsic_root_map(struct cell_arch *root)
{
	for (unsigned int vcpu = 0; vcpu < root->vcpu_count; vcpu++) {
		uint64_t hwid = root->hwid[vcpu];
		int code = map_file(root, board()->imsic.base + file_offset(hwid, 0), hwid, IMSIC_FILE_ROOT);

		if (code)
			return code;
	}
	return BH_E_OK;
}

int imsic_cell_check(const struct bh_config_cell *config, struct bh_error *error)
{
	const uint64_t space_end = 1ull << arch_phys_bits();
	const uint64_t size = (uint64_t)config->cpus.count * FILE_SIZE;

	if (config->riscv.imsic < space_end && size <= space_end - config->riscv.imsic)
		return BH_E_OK;
	return error_set(error, BH_E_RANGE, BH_OBJ_INTC, 0, config->riscv.imsic, space_end - 1);
}

int imsic_cell_map(struct cell_arch *cell, const struct bh_config_cell *config)
{
	const struct bh_config_cpu *cpus = CONFIG_ARRAY(struct bh_config_cpu, config, cpus);

	for (uint32_t i = 0; i < config->cpus.count; i++) {
		int code = map_file(cell, config->riscv.imsic + (uint64_t)i * FILE_SIZE, cpus[i].hwid,
				    IMSIC_FILE_GUEST);

		if (code)
			return code;
	}
	return BH_E_OK;
}
