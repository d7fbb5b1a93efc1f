// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The APLIC of cells: the model of vaplic.c with the cell's lock around it. Claims of the running vCPU do not enter the
 * model unless a virtual device has something: the hart's own IDC answers.
 */
#include <asm/aplic_cell.h>

#include <arch/cpu.h>
#include <asm/aplic.h>
#include <asm/imsic.h>
#include <asm/intc.h>
#include <asm/interrupts.h>
#include <asm/percpu.h>
#include <asm/vaplic.h>
#include <core/cpu.h>
#include <core/image.h>
#include <lib/config.h>

uint64_t aplic_guest_size(uint32_t vcpus)
{
	return config_aplic_size(vcpus);
}

static struct vaplic *lock(struct cell_arch *cell)
{
	spin_lock(&cell->aplic.lock);
	return &cell->aplic.model;
}

#define LOOK_WORDS (sizeof(((struct vaplic *)0)->look) / sizeof(uint32_t))

/* Whom the model wants to look, looks now: that takes the lock, too. */
static void unlock(struct cell_arch *cell)
{
	uint32_t look[LOOK_WORDS] = { 0 };

	for (unsigned int word = 0; word < LOOK_WORDS; word++) {
		look[word] = cell->aplic.model.look[word];
		cell->aplic.model.look[word] = 0;
	}
	spin_unlock(&cell->aplic.lock);
	for (unsigned int word = 0; word < LOOK_WORDS; word++) {
		for (uint32_t bits = look[word]; bits; bits &= bits - 1)
			interrupts_send(word * 32 + (unsigned int)__builtin_ctz(bits), CPU_MAIL_EXTERNAL);
	}
}

/* Claims ------------------------------------------------------------------------------------------- */

int aplic_cell_has_pending(struct cell_arch *cell, unsigned int vcpu)
{
	int has;

	if (!__atomic_load_n(&cell->aplic.model.any_pending, __ATOMIC_ACQUIRE))
		return 0;
	has = vaplic_top(lock(cell), vcpu) != 0;
	unlock(cell);
	return has;
}

static uint32_t claim_line(struct cell_arch *cell)
{
	uint32_t top = vaplic_claim(lock(cell), percpu()->vcpu);

	unlock(cell);
	return top;
}

/*
 * Nothing completes an interrupt here: a level stays pending until its device takes it back. So ours stays masked, and
 * the guest's is shown, until there is nothing to claim any more.
 */
static uint32_t claim(void)
{
	struct cell_arch *cell = percpu()->cell;
	const uint32_t index = aplic_hart(cpu_self()->hwid);
	uint32_t top = 0;

	if (__atomic_load_n(&cell->aplic.model.any_pending, __ATOMIC_ACQUIRE))
		top = claim_line(cell);
	if (!top)
		top = aplic_read(aplic_idc(index, APLIC_IDC_CLAIMI));
	if (!aplic_read(aplic_idc(index, APLIC_IDC_TOPI)))
		interrupts_claimed();
	return top;
}

/* Is it the running vCPU's claim register? */
static int is_claim(const struct cell_arch *cell, uint64_t offset)
{
	const struct vaplic *model = &cell->aplic.model;

	return !model->is_msi && offset == aplic_idc(model->output[percpu()->vcpu].index, APLIC_IDC_CLAIMI);
}

static void access_locked(struct vaplic *model, uint32_t offset, struct mmio_access *access)
{
	if (access->is_write)
		vaplic_write(model, offset, (uint32_t)access->value);
	else
		access->value = vaplic_read(model, offset);
}

int aplic_cell_mmio(struct mmio_access *access)
{
	struct cell_arch *cell = percpu()->cell;
	uint64_t offset = access->address - cell->aplic.base;

	if (access->address < cell->aplic.base || offset >= cell->aplic.size)
		return 0;
	percpu_count(BH_STAT_INTC);
	if (access->size != 4 || (offset & 3)) {
		access->value = access->is_write ? access->value : 0;
		return 1;
	}
	if (!access->is_write && is_claim(cell, offset)) {
		access->value = claim();
		return 1;
	}
	access_locked(lock(cell), (uint32_t)offset, access);
	unlock(cell);
	return 1;
}

/* Life of a cell, and of a CPU --------------------------------------------------------------------- */

static void init_root(struct cell_arch *cell)
{
	const struct bh_config_riscv *board = &image_config()->riscv;
	struct vaplic *model = &cell->aplic.model;

	cell->aplic.base = board->domain.base;
	cell->aplic.size = board->domain.size;
	model->sources = board->sources;
	model->file = IMSIC_FILE_ROOT;
	model->is_lender = 1;
	model->priority_mask = aplic_priority_mask();
	for (unsigned int vcpu = 0; vcpu < cell->vcpu_count; vcpu++)
		model->output[vcpu].index = aplic_hart(cell->hwid[vcpu]);
	vaplic_adopt(model);
}

static void init_guest(struct cell_arch *cell, const struct bh_config_cell *config)
{
	struct vaplic *model = &cell->aplic.model;

	if (!config->riscv.intc)
		return;
	cell->aplic.base = config->riscv.domain;
	cell->aplic.size = aplic_guest_size(config->cpus.count);
	model->sources = config->riscv.sources;
	model->file = IMSIC_FILE_GUEST;
	model->priority_mask = aplic_priority_mask();
	for (unsigned int vcpu = 0; vcpu < cell->vcpu_count; vcpu++)
		model->output[vcpu].index = vcpu;
}

void aplic_cell_init(struct cell_arch *cell, const struct bh_config_cell *config)
{
	cell->aplic.model.vcpu_count = cell->vcpu_count;
	cell->aplic.model.is_msi = image_config()->riscv.intc == BH_RISCV_IMSIC;
	if (config)
		init_guest(cell, config);
	else
		init_root(cell);
}

void aplic_cell_reset(struct cell_arch *cell)
{
	vaplic_reset(lock(cell));
	unlock(cell);
}

static int has_source(const struct cell_arch *cell, uint32_t source)
{
	return source && source <= cell->aplic.model.sources;
}

void aplic_cell_assign(struct cell_arch *cell, uint32_t source)
{
	if (!has_source(cell, source))
		return;
	vaplic_assign(lock(cell), source);
	unlock(cell);
}

void aplic_cell_release(struct cell_arch *cell, uint32_t source)
{
	if (!has_source(cell, source))
		return;
	vaplic_release(lock(cell), source);
	unlock(cell);
}

void aplic_cell_add_line(struct cell_arch *cell, uint32_t source)
{
	if (!has_source(cell, source))
		return;
	vaplic_add_line(lock(cell), source);
	unlock(cell);
}

void aplic_cell_set_line(struct cell_arch *cell, uint32_t source, int level)
{
	vaplic_set_line(lock(cell), source, level);
	unlock(cell);
}

/* The domain as a whole is on from here: what is off for one cell, is off source by source. */
void aplic_cpu_load(struct cell_arch *cell, unsigned int vcpu, int adopt)
{
	struct vaplic *model = lock(cell);

	intc_note(percpu()->slot, cell);
	vaplic_load(model, vcpu, percpu()->slot, aplic_hart(cpu_self()->hwid), adopt);
	aplic_write(APLIC_DOMAINCFG, APLIC_DOMAINCFG_IE | (model->is_msi ? APLIC_DOMAINCFG_DM : 0));
	unlock(cell);
}

void aplic_cpu_unload(void)
{
	struct cell_arch *cell = percpu()->cell;

	vaplic_unload(lock(cell), percpu()->vcpu);
	intc_note(percpu()->slot, NULL);
	unlock(cell);
}

void aplic_system_leave(struct cell_arch *root)
{
	vaplic_give_back(lock(root));
	unlock(root);
}
