// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guest's PLIC. Sources that are the cell's own are the real PLIC's business: what the guest programs for them
 * (priority, enable, threshold) is programmed there, for the contexts of the harts that the cell has, and claim and
 * complete are passed on. Sources that are lines of virtual devices are kept here.
 *
 * Searches go over at most 32 words.
 */
#include <asm/vplic.h>

#include <arch/cpu.h>
#include <asm/intc.h>
#include <asm/interrupts.h>
#include <asm/percpu.h>
#include <asm/plic.h>
#include <core/cpu.h>
#include <core/image.h>

#define PRIORITY_BITS 7u

static int get_bit(const uint32_t *words, uint32_t source)
{
	return (int)(words[source / 32] >> source % 32 & 1);
}

static void put_bit(uint32_t *words, uint32_t source, int value)
{
	uint32_t bit = 1u << source % 32;

	words[source / 32] = value ? words[source / 32] | bit : words[source / 32] & ~bit;
}

static uint32_t word_count(const struct vplic *plic)
{
	return plic->sources / 32 + 1;
}

static uint32_t hw_context(const struct cell_arch *cell, unsigned int vcpu)
{
	return plic_context(cpu_get(cell->slot[vcpu])->hwid);
}

/* Programming the real one ------------------------------------------------------------------------ */

/* Context: cell's lock. */
static void program_word(const struct cell_arch *cell, unsigned int vcpu, uint32_t word)
{
	const struct vplic *plic = &cell->plic;

	if (intc_cell_on(cell->slot[vcpu]) == cell)
		plic_write(plic_enable_offset(hw_context(cell, vcpu), word),
			   plic->context[vcpu].enable[word] & plic->owned[word]);
}

static void program_threshold(const struct cell_arch *cell, unsigned int vcpu)
{
	if (intc_cell_on(cell->slot[vcpu]) == cell)
		plic_write(plic_context_offset(hw_context(cell, vcpu), PLIC_THRESHOLD),
			   cell->plic.context[vcpu].threshold);
}

static void program_all(const struct cell_arch *cell, uint32_t word)
{
	for (unsigned int vcpu = 0; vcpu < cell->vcpu_count; vcpu++)
		program_word(cell, vcpu, word);
}

/* Virtual lines ----------------------------------------------------------------------------------- */

/* The most urgent one that is pending for a vCPU, lowest number first among equals. 0: none. */
static uint32_t best_line(const struct vplic *plic, unsigned int vcpu)
{
	const struct vplic_context *context = &plic->context[vcpu];
	uint32_t best = 0, most = context->threshold;

	for (uint32_t words = plic->pending_words; words; words &= words - 1) {
		uint32_t word = (uint32_t)__builtin_ctz(words);

		for (uint32_t bits = plic->pending[word] & context->enable[word]; bits; bits &= bits - 1) {
			uint32_t source = word * 32 + (uint32_t)__builtin_ctz(bits);

			if (plic->priority[source] > most) {
				most = plic->priority[source];
				best = source;
			}
		}
	}
	return best;
}

static void put_pending(struct vplic *plic, uint32_t source, int value)
{
	put_bit(plic->pending, source, value);
	put_bit(&plic->pending_words, source / 32, plic->pending[source / 32] != 0);
}

/* Something changed for a vCPU. It is told when that turns nothing into something, or back. Context: cell's lock. */
static void look_again(struct cell_arch *cell, unsigned int vcpu)
{
	struct vplic_context *context = &cell->plic.context[vcpu];
	uint32_t best = best_line(&cell->plic, vcpu), before = context->best;

	__atomic_store_n(&context->best, best, __ATOMIC_RELEASE);
	if (!best != !before && intc_cell_on(cell->slot[vcpu]) == cell)
		interrupts_send(cell->slot[vcpu], CPU_MAIL_EXTERNAL);
}

/* The vCPUs that have @source enabled. Context: cell's lock. */
static void look_again_at(struct cell_arch *cell, uint32_t source)
{
	for (unsigned int vcpu = 0; vcpu < cell->vcpu_count; vcpu++) {
		if (get_bit(cell->plic.context[vcpu].enable, source))
			look_again(cell, vcpu);
	}
}

void vplic_add_line(struct cell_arch *cell, uint32_t source)
{
	spin_lock(&cell->plic.lock);
	if (source && source <= cell->plic.sources) {
		put_bit(cell->plic.line, source, 1);
		put_bit(cell->plic.owned, source, 0);
	}
	spin_unlock(&cell->plic.lock);
}

void vplic_set_line(struct cell_arch *cell, uint32_t source, int level)
{
	struct vplic *plic = &cell->plic;
	int rises;

	if (!source || source > plic->sources)
		return;
	spin_lock(&plic->lock);
	rises = level && !get_bit(plic->level, source) && get_bit(plic->line, source);
	put_bit(plic->level, source, level);
	/* What is in service looks at the level when it is complete. */
	rises = rises && !get_bit(plic->claimed, source);
	if (rises) {
		put_pending(plic, source, 1);
		look_again_at(cell, source);
	}
	spin_unlock(&plic->lock);
}

/* Claim and complete ------------------------------------------------------------------------------- */

static uint32_t __attribute__((noinline)) claim_line(struct cell_arch *cell, unsigned int vcpu)
{
	struct vplic *plic = &cell->plic;
	uint32_t source;

	spin_lock(&plic->lock);
	source = plic->context[vcpu].best;
	if (source) {
		put_pending(plic, source, 0);
		put_bit(plic->claimed, source, 1);
		look_again_at(cell, source);
	}
	spin_unlock(&plic->lock);
	return source;
}

uint32_t vplic_claim(void)
{
	uint32_t source = 0;

	if (vplic_has_pending())
		source = claim_line(percpu()->cell, percpu()->vcpu);
	if (!source)
		source = *percpu()->claim_hw;
	return source;
}

static void __attribute__((noinline)) complete_line(struct cell_arch *cell, uint32_t source)
{
	struct vplic *plic = &cell->plic;
	int again;

	spin_lock(&plic->lock);
	again = get_bit(plic->claimed, source) && get_bit(plic->level, source);
	put_bit(plic->claimed, source, 0);
	if (again) {
		put_pending(plic, source, 1);
		look_again_at(cell, source);
	}
	spin_unlock(&plic->lock);
}

void vplic_complete(uint32_t source)
{
	struct cell_arch *cell = percpu()->cell;

	if (!source || source > cell->plic.sources)
		return;
	if (get_bit(cell->plic.owned, source))
		*percpu()->claim_hw = source;
	else if (get_bit(cell->plic.line, source))
		complete_line(cell, source);
}

/* Registers ---------------------------------------------------------------------------------------- */

/* vCPU of a context, vcpu_count: none (contexts of machine mode, harts that the cell has not). */
static unsigned int find_vcpu(const struct cell_arch *cell, uint32_t context)
{
	unsigned int vcpu;

	if (!cell->is_root)
		return context < cell->vcpu_count ? context : cell->vcpu_count;
	for (vcpu = 0; vcpu < cell->vcpu_count; vcpu++) {
		if (plic_context(cell->hwid[vcpu]) == context)
			break;
	}
	return vcpu;
}

static void access_priority(struct cell_arch *cell, uint32_t source, struct mmio_access *access)
{
	struct vplic *plic = &cell->plic;

	if (!source || source > plic->sources)
		return;
	if (get_bit(plic->owned, source)) {
		if (access->is_write)
			plic_write(PLIC_PRIORITY + source * 4, (uint32_t)access->value);
		else
			access->value = plic_read(PLIC_PRIORITY + source * 4);
	} else if (get_bit(plic->line, source)) {
		if (!access->is_write) {
			access->value = plic->priority[source];
			return;
		}
		plic->priority[source] = access->value & PRIORITY_BITS;
		look_again_at(cell, source);
	} else if (cell->is_root && access->is_write) {
		plic->priority[source] = access->value & PRIORITY_BITS; /* it is lent */
	}
}

static void access_pending(const struct vplic *plic, uint32_t word, struct mmio_access *access)
{
	if (!access->is_write && word < word_count(plic))
		access->value = (plic_read(PLIC_PENDING + word * 4) & plic->owned[word]) | plic->pending[word];
}

/*
 * Of what root has lent nothing is shown. What it enables meanwhile counts from when that is back; what it disables
 * does not: it writes zeros for its neighbours' sake, too.
 */
static void access_enable(struct cell_arch *cell, uint64_t offset, struct mmio_access *access)
{
	unsigned int vcpu = find_vcpu(cell, (uint32_t)(offset / PLIC_ENABLE_STRIDE));
	uint32_t word = offset % PLIC_ENABLE_STRIDE / 4, *enable, shown, kept;

	if (vcpu == cell->vcpu_count || word >= word_count(&cell->plic))
		return;
	enable = &cell->plic.context[vcpu].enable[word];
	shown = cell->plic.owned[word] | cell->plic.line[word];
	kept = cell->is_root ? *enable & ~shown : 0;
	if (!access->is_write) {
		access->value = *enable & shown;
		return;
	}
	*enable = ((uint32_t)access->value & (cell->is_root ? ~0u : shown)) | kept;
	program_word(cell, vcpu, word);
	look_again(cell, vcpu);
}

static void access_threshold(struct cell_arch *cell, unsigned int vcpu, struct mmio_access *access)
{
	if (!access->is_write) {
		access->value = cell->plic.context[vcpu].threshold;
		return;
	}
	cell->plic.context[vcpu].threshold = access->value & PRIORITY_BITS;
	program_threshold(cell, vcpu);
	look_again(cell, vcpu);
}

/* Everything but claim and complete. Context: the cell's lock. */
static void access_locked(struct cell_arch *cell, uint64_t offset, struct mmio_access *access)
{
	unsigned int vcpu;

	if (offset < PLIC_PENDING) {
		access_priority(cell, (uint32_t)offset / 4, access);
	} else if (offset < PLIC_ENABLE) {
		access_pending(&cell->plic, (uint32_t)(offset - PLIC_PENDING) / 4, access);
	} else if (offset < PLIC_CONTEXT) {
		access_enable(cell, offset - PLIC_ENABLE, access);
	} else if ((offset - PLIC_CONTEXT) % PLIC_CONTEXT_STRIDE == PLIC_THRESHOLD) {
		vcpu = find_vcpu(cell, (uint32_t)((offset - PLIC_CONTEXT) / PLIC_CONTEXT_STRIDE));
		if (vcpu < cell->vcpu_count)
			access_threshold(cell, vcpu, access);
	}
}

static void access_claim(struct mmio_access *access)
{
	if (access->is_write) {
		vplic_complete((uint32_t)access->value);
		return;
	}
	access->value = vplic_claim();
	interrupts_claimed();
}

/*
 * Claims of other vCPUs' contexts read as 0 and are no claims: nobody does that but by mistake, and the hart
 * concerned may be anybody's.
 */
int vplic_mmio(struct mmio_access *access)
{
	struct cell_arch *cell = percpu()->cell;
	uint64_t offset = access->address - cell->plic.base;

	if (access->address < cell->plic.base || offset >= cell->plic.size)
		return 0;
	percpu_count(BH_STAT_INTC);
	if (access->address == percpu()->claim && access->size == 4) {
		access_claim(access);
		return 1;
	}
	if (!access->is_write)
		access->value = 0;
	if (access->size != 4 || (offset & 3))
		return 1;
	spin_lock(&cell->plic.lock);
	access_locked(cell, offset, access);
	spin_unlock(&cell->plic.lock);
	return 1;
}

/* Life of a cell, and of a CPU --------------------------------------------------------------------- */

/* What the kernel has programmed is root's state. Nothing is written. */
static void adopt(struct cell_arch *cell)
{
	struct vplic *plic = &cell->plic;

	for (uint32_t source = 1; source <= plic->sources; source++)
		put_bit(plic->owned, source, 1);
	for (unsigned int vcpu = 0; vcpu < cell->vcpu_count; vcpu++) {
		uint32_t context = plic_context(cell->hwid[vcpu]);

		for (uint32_t word = 0; word < word_count(plic); word++)
			plic->context[vcpu].enable[word] = plic_read(plic_enable_offset(context, word));
		plic->context[vcpu].threshold = plic_read(plic_context_offset(context, PLIC_THRESHOLD));
	}
}

void vplic_cell_init(struct cell_arch *cell, const struct bh_config_cell *config)
{
	const struct bh_config_riscv *board = &image_config()->riscv;
	struct vplic *plic = &cell->plic;

	if (!config) {
		plic->base = board->domain.base;
		plic->size = board->domain.size;
		plic->sources = plic_sources();
		adopt(cell);
	} else if (config->riscv.intc) {
		plic->base = config->riscv.domain;
		plic->size = VPLIC_SIZE(config->cpus.count);
		plic->sources = config->riscv.sources;
	}
}

static void reset_source(struct cell_arch *cell, uint32_t source)
{
	struct vplic *plic = &cell->plic;

	plic->priority[source] = 0;
	put_pending(plic, source, 0);
	put_bit(plic->claimed, source, 0);
	for (unsigned int vcpu = 0; vcpu < cell->vcpu_count; vcpu++) {
		put_bit(plic->context[vcpu].enable, source, 0);
		look_again(cell, vcpu);
	}
}

/* Context: control lock, on a CPU of root, whose own context of the real PLIC serves. */
static void quiesce(uint32_t source)
{
	struct vplic *mine = &percpu()->cell->plic;

	spin_lock(&mine->lock);
	plic_quiesce(plic_context(cpu_self()->hwid), source);
	spin_unlock(&mine->lock);
}

void vplic_cell_reset(struct cell_arch *cell)
{
	for (uint32_t source = 1; source <= cell->plic.sources; source++) {
		reset_source(cell, source);
		if (get_bit(cell->plic.owned, source))
			quiesce(source);
	}
	for (unsigned int vcpu = 0; vcpu < cell->vcpu_count; vcpu++)
		cell->plic.context[vcpu].threshold = 0;
}

/* Root's driver may have stayed with a device that is lent: its source is as it left it when it has that again. */
static void lend(struct cell_arch *root, uint32_t source)
{
	if (get_bit(root->plic.owned, source))
		root->plic.priority[source] = plic_read(PLIC_PRIORITY + source * 4) & PRIORITY_BITS;
}

void vplic_assign(struct cell_arch *cell, uint32_t source)
{
	if (!source || source > cell->plic.sources)
		return;
	spin_lock(&cell->plic.lock);
	if (cell->is_root)
		plic_write(PLIC_PRIORITY + source * 4, cell->plic.priority[source]);
	else
		reset_source(cell, source);
	put_bit(cell->plic.owned, source, 1);
	program_all(cell, source / 32);
	spin_unlock(&cell->plic.lock);
}

void vplic_release(struct cell_arch *cell, uint32_t source)
{
	if (!source || source > cell->plic.sources)
		return;
	spin_lock(&cell->plic.lock);
	if (cell->is_root)
		lend(cell, source);
	else
		reset_source(cell, source);
	put_bit(cell->plic.owned, source, 0);
	program_all(cell, source / 32);
	spin_unlock(&cell->plic.lock);
	quiesce(source);
}

static void set_claim(struct cell_arch *cell, unsigned int vcpu)
{
	uint32_t context = cell->is_root ? plic_context(cell->hwid[vcpu]) : vcpu;

	percpu()->claim = cell->plic.size ? cell->plic.base + plic_context_offset(context, PLIC_CLAIM) : ~0ull;
	percpu()->claim_hw = plic_register(plic_context_offset(plic_context(cpu_self()->hwid), PLIC_CLAIM));
	percpu()->line = &cell->plic.context[vcpu].best;
}

void vplic_cpu_load(struct cell_arch *cell, unsigned int vcpu, int adopted)
{
	set_claim(cell, vcpu);
	spin_lock(&cell->plic.lock);
	intc_note(percpu()->slot, cell);
	if (!adopted) {
		for (uint32_t word = 0; word < word_count(&cell->plic); word++)
			program_word(cell, vcpu, word);
		program_threshold(cell, vcpu);
	}
	spin_unlock(&cell->plic.lock);
}

void vplic_cpu_unload(void)
{
	static const uint32_t no_line;
	struct cell_arch *cell = percpu()->cell;
	uint32_t context = plic_context(cpu_self()->hwid);

	percpu()->line = &no_line; /* mail for who was here may still come */
	spin_lock(&cell->plic.lock);
	intc_note(percpu()->slot, NULL);
	for (uint32_t word = 0; word <= plic_sources() / 32; word++)
		plic_write(plic_enable_offset(context, word), 0);
	plic_write(plic_context_offset(context, PLIC_THRESHOLD), PLIC_THRESHOLD_ALL_OFF);
	spin_unlock(&cell->plic.lock);
}
