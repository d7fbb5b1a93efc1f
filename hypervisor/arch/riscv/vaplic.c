// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sources that are the cell's own are the real APLIC's business: what the guest programs for them is programmed there,
 * with the hart that its vCPU has in place of the guest's hart index; a source whose target does not run is off. Lines
 * of virtual devices are kept here; where interrupts are messages, they are sent to the hart's guest file.
 *
 * Searches go over at most 32 words.
 */
#include "asm/vaplic.h"

#include "asm/aplic.h"
#include "asm/imsic_send.h"

#define MODE_MASK 7u
#define HARTS_MASK 0x3fffu
#define TARGET_MSI (HARTS_MASK << APLIC_HART_SHIFT | APLIC_EIID_MASK)
#define IDC_OFF 0u

static int get_bit(const uint32_t *words, uint32_t source)
{
	return (int)(words[source / 32] >> source % 32 & 1);
}

static void put_bit(uint32_t *words, uint32_t source, int value)
{
	uint32_t bit = 1u << source % 32;

	words[source / 32] = value ? words[source / 32] | bit : words[source / 32] & ~bit;
}

static uint32_t word_count(const struct vaplic *aplic)
{
	return aplic->sources / 32 + 1;
}

static int exists(const struct vaplic *aplic, uint32_t source)
{
	return source && source <= aplic->sources && (get_bit(aplic->owned, source) || get_bit(aplic->line, source));
}

/* What a lender programs meanwhile for a source that it has lent counts from when that is back. */
static int is_kept(const struct vaplic *aplic, uint32_t source)
{
	return exists(aplic, source) || (aplic->is_lender && source && source <= aplic->sources);
}

/* What of a target register can be written. */
static uint32_t target_mask(const struct vaplic *aplic)
{
	return aplic->is_msi ? TARGET_MSI : HARTS_MASK << APLIC_HART_SHIFT | aplic->priority_mask;
}

static int is_level(unsigned int mode)
{
	return mode == APLIC_LEVEL1 || mode == APLIC_LEVEL0;
}

static int is_edge(unsigned int mode)
{
	return mode == APLIC_EDGE1 || mode == APLIC_EDGE0;
}

/* The vCPU with a hart index, NULL: there is none. */
static struct vaplic_output *find_output(struct vaplic *aplic, uint32_t index)
{
	for (uint32_t vcpu = 0; vcpu < aplic->vcpu_count; vcpu++) {
		if (aplic->output[vcpu].index == index)
			return &aplic->output[vcpu];
	}
	return NULL;
}

/* The vCPU that takes a source, NULL: none that runs. */
static struct vaplic_output *taker(struct vaplic *aplic, uint32_t source)
{
	struct vaplic_output *output = find_output(aplic, aplic->target[source] >> APLIC_HART_SHIFT);

	return output && output->is_loaded ? output : NULL;
}

/* Sources with hardware --------------------------------------------------------------------------- */

static uint32_t real_target(const struct vaplic *aplic, const struct vaplic_output *output, uint32_t target)
{
	uint32_t rest = target & (aplic->is_msi ? APLIC_EIID_MASK : APLIC_PRIORITY_MASK);

	return output->real << APLIC_HART_SHIFT | (aplic->is_msi ? aplic->file << APLIC_GUEST_SHIFT : 0) | rest;
}

/* Off while the target changes: what comes meanwhile is pending. */
static void program(struct vaplic *aplic, uint32_t source)
{
	const struct vaplic_output *output = taker(aplic, source);

	if (!get_bit(aplic->owned, source) || aplic->config[source] == APLIC_INACTIVE)
		return;
	aplic_write(APLIC_CLRIENUM, source);
	if (!output)
		return;
	aplic_write(APLIC_TARGET(source), real_target(aplic, output, aplic->target[source]));
	if (aplic->is_on && get_bit(aplic->enabled, source))
		aplic_write(APLIC_SETIENUM, source);
}

static void program_all(struct vaplic *aplic, const struct vaplic_output *output)
{
	for (uint32_t source = 1; source <= aplic->sources; source++) {
		if (!output || aplic->target[source] >> APLIC_HART_SHIFT == output->index)
			program(aplic, source);
	}
}

/* Neither pending nor enabled afterwards: an inactive source cannot be. */
static void quiesce(uint32_t source)
{
	aplic_write(APLIC_CLRIENUM, source);
	aplic_write(APLIC_CLRIPNUM, source);
	aplic_write(APLIC_TARGET(source), 0);
	aplic_write(APLIC_SOURCECFG(source), APLIC_INACTIVE);
}

/* Lines of virtual devices ------------------------------------------------------------------------ */

/* The line as the source mode sees it. */
static int input(const struct vaplic *aplic, uint32_t source)
{
	switch (aplic->config[source]) {
	case APLIC_EDGE1:
	case APLIC_LEVEL1:
		return get_bit(aplic->level, source);
	case APLIC_EDGE0:
	case APLIC_LEVEL0:
		return !get_bit(aplic->level, source);
	default:
		return 0;
	}
}

static void put_pending(struct vaplic *aplic, uint32_t source, int value)
{
	uint32_t any = 0;

	put_bit(aplic->pending, source, value);
	for (uint32_t word = 0; word < word_count(aplic); word++)
		any |= aplic->pending[word];
	__atomic_store_n(&aplic->any_pending, any != 0, __ATOMIC_RELEASE);
}

static int is_deliverable(const struct vaplic *aplic, uint32_t source)
{
	return aplic->is_on && get_bit(aplic->pending, source) && get_bit(aplic->enabled, source);
}

/* A pending line goes to its vCPU: as a message, or the vCPU looks itself. */
static void deliver(struct vaplic *aplic, uint32_t source)
{
	const struct vaplic_output *output = taker(aplic, source);

	if (!output || !is_deliverable(aplic, source))
		return;
	if (!aplic->is_msi) {
		put_bit(aplic->look, output->slot, 1);
		return;
	}
	put_pending(aplic, source, 0);
	imsic_send(output->slot, aplic->file, aplic->target[source] & APLIC_EIID_MASK);
}

static void deliver_all(struct vaplic *aplic)
{
	for (uint32_t word = 0; word < word_count(aplic); word++) {
		uint32_t bits = aplic->pending[word] & aplic->enabled[word];

		for (; bits; bits &= bits - 1)
			deliver(aplic, word * 32 + (uint32_t)__builtin_ctz(bits));
	}
}

void vaplic_set_line(struct vaplic *aplic, uint32_t source, int level)
{
	unsigned int mode;
	int before, now;

	if (!source || source > aplic->sources || !get_bit(aplic->line, source))
		return;
	mode = aplic->config[source];
	before = input(aplic, source);
	put_bit(aplic->level, source, level);
	now = input(aplic, source);
	if (!before && now)
		put_pending(aplic, source, 1);
	else if (is_level(mode) && !now)
		put_pending(aplic, source, 0);
	if (!before && now)
		deliver(aplic, source);
}

/* Of direct mode: the lowest number is the most urgent, and of equal ones the lowest source. */
static uint32_t best(const struct vaplic *aplic, unsigned int vcpu)
{
	const struct vaplic_output *output = &aplic->output[vcpu];
	uint32_t found = 0, least = output->threshold ? output->threshold : APLIC_PRIORITY_MASK + 1;

	for (uint32_t word = 0; word < word_count(aplic); word++) {
		uint32_t bits = aplic->pending[word] & aplic->enabled[word];

		for (; bits; bits &= bits - 1) {
			uint32_t source = word * 32 + (uint32_t)__builtin_ctz(bits);
			uint32_t priority = aplic->target[source] & APLIC_PRIORITY_MASK;

			if (aplic->target[source] >> APLIC_HART_SHIFT == output->index && priority < least) {
				least = priority;
				found = source;
			}
		}
	}
	return found;
}

uint32_t vaplic_top(const struct vaplic *aplic, unsigned int vcpu)
{
	uint32_t source;

	if (aplic->is_msi || !aplic->is_on || !aplic->output[vcpu].delivery)
		return 0;
	source = best(aplic, vcpu);
	return source ? source << APLIC_TOPI_SHIFT | (aplic->target[source] & APLIC_PRIORITY_MASK) : 0;
}

/* In direct mode a level is pending as long as it is there. */
uint32_t vaplic_claim(struct vaplic *aplic, unsigned int vcpu)
{
	uint32_t top = vaplic_top(aplic, vcpu), source = top >> APLIC_TOPI_SHIFT;

	if (top && !is_level(aplic->config[source]))
		put_pending(aplic, source, 0);
	return top;
}

/* Registers of sources ---------------------------------------------------------------------------- */

static void forget(struct vaplic *aplic, uint32_t source)
{
	aplic->config[source] = APLIC_INACTIVE;
	aplic->target[source] = 0;
	put_bit(aplic->enabled, source, 0);
	put_pending(aplic, source, 0);
}

/* Delegation to a child domain is not offered: there is none. */
static unsigned int legal_mode(uint32_t value)
{
	unsigned int mode = value & MODE_MASK;

	return value & APLIC_SOURCECFG_D || mode == 2 || mode == 3 ? APLIC_INACTIVE : mode;
}

static void write_config(struct vaplic *aplic, uint32_t source, uint32_t value)
{
	unsigned int mode = legal_mode(value);

	if (!is_kept(aplic, source))
		return;
	if (mode == APLIC_INACTIVE)
		forget(aplic, source);
	aplic->config[source] = (uint8_t)mode;
	if (get_bit(aplic->owned, source)) {
		aplic_write(APLIC_SOURCECFG(source), mode);
		program(aplic, source);
		return;
	}
	if (!get_bit(aplic->line, source))
		return;
	put_pending(aplic, source, is_level(mode) && input(aplic, source));
	deliver(aplic, source);
}

static void write_target(struct vaplic *aplic, uint32_t source, uint32_t value)
{
	if (!is_kept(aplic, source) || aplic->config[source] == APLIC_INACTIVE)
		return;
	value &= target_mask(aplic);
	if (!aplic->is_msi && !(value & APLIC_PRIORITY_MASK))
		value |= 1;
	aplic->target[source] = value;
	program(aplic, source);
	deliver(aplic, source);
}

static void write_enable(struct vaplic *aplic, uint32_t source, int on)
{
	if (!is_kept(aplic, source) || (on && aplic->config[source] == APLIC_INACTIVE))
		return;
	put_bit(aplic->enabled, source, on);
	program(aplic, source);
	deliver(aplic, source);
}

/* Software may not contradict a level: of a message's it may ask for it again, of a direct one's nothing. */
static void write_pending(struct vaplic *aplic, uint32_t source, int on)
{
	unsigned int mode;

	if (!exists(aplic, source))
		return;
	if (get_bit(aplic->owned, source)) {
		aplic_write(on ? APLIC_SETIPNUM : APLIC_CLRIPNUM, source);
		return;
	}
	mode = aplic->config[source];
	if (is_edge(mode) || mode == APLIC_DETACHED)
		put_pending(aplic, source, on);
	else if (is_level(mode) && aplic->is_msi)
		put_pending(aplic, source, on && input(aplic, source));
	deliver(aplic, source);
}

static void write_bits(struct vaplic *aplic, uint32_t word, uint32_t bits,
		       void (*write)(struct vaplic *aplic, uint32_t source, int on), int on)
{
	for (; bits && word < word_count(aplic); bits &= bits - 1)
		write(aplic, word * 32 + (uint32_t)__builtin_ctz(bits), on);
}

static uint32_t inputs(const struct vaplic *aplic, uint32_t word)
{
	uint32_t found = aplic_read(APLIC_CLRIP + word * 4) & aplic->owned[word];

	for (uint32_t bits = aplic->line[word]; bits; bits &= bits - 1) {
		uint32_t bit = (uint32_t)__builtin_ctz(bits);

		found |= (uint32_t)input(aplic, word * 32 + bit) << bit;
	}
	return found;
}

/* Registers of the domain and of harts ------------------------------------------------------------- */

static void write_domain(struct vaplic *aplic, uint32_t value)
{
	aplic->is_on = (value & APLIC_DOMAINCFG_IE) != 0;
	program_all(aplic, NULL);
	deliver_all(aplic);
}

/* A message that software asks for; it waits for no source. */
static void send_message(struct vaplic *aplic, uint32_t value)
{
	const struct vaplic_output *output = find_output(aplic, value >> APLIC_HART_SHIFT);

	if (aplic->is_msi && output && output->is_loaded)
		imsic_send(output->slot, aplic->file, value & APLIC_EIID_MASK);
}

static void write_idc(struct vaplic *aplic, uint32_t offset, uint32_t value)
{
	struct vaplic_output *output = find_output(aplic, offset / APLIC_IDC_STRIDE);
	uint32_t reg = offset % APLIC_IDC_STRIDE;

	if (aplic->is_msi || !output)
		return;
	if (reg == APLIC_IDC_DELIVERY)
		output->delivery = value &= 1;
	else if (reg == APLIC_IDC_THRESHOLD)
		output->threshold = value &= aplic->priority_mask;
	else if (reg == APLIC_IDC_FORCE)
		value &= 1;
	else
		return;
	if (!output->is_loaded)
		return;
	aplic_write(aplic_idc(output->real, reg), value);
	put_bit(aplic->look, output->slot, 1);
}

static uint32_t read_idc(struct vaplic *aplic, uint32_t offset)
{
	struct vaplic_output *output = find_output(aplic, offset / APLIC_IDC_STRIDE);
	uint32_t reg = offset % APLIC_IDC_STRIDE, top;

	if (aplic->is_msi || !output)
		return 0;
	switch (reg) {
	case APLIC_IDC_DELIVERY:
		return output->delivery;
	case APLIC_IDC_THRESHOLD:
		return output->threshold;
	case APLIC_IDC_TOPI:
		top = vaplic_top(aplic, (unsigned int)(output - aplic->output));
		return top || !output->is_loaded ? top : aplic_read(aplic_idc(output->real, reg));
	case APLIC_IDC_FORCE:
		return output->is_loaded ? aplic_read(aplic_idc(output->real, reg)) : 0;
	default:
		return 0;
	}
}

/* The map of the window ---------------------------------------------------------------------------- */

#define ARRAY_BYTES (APLIC_WORDS * 4u)

/* Word of @offset in the array of words at @start; APLIC_WORDS: elsewhere. */
static uint32_t word_in(const struct vaplic *aplic, uint32_t offset, uint32_t start)
{
	uint32_t word = (offset - start) / 4;

	return offset >= start && offset < start + ARRAY_BYTES && word < word_count(aplic) ? word : APLIC_WORDS;
}

/* Source of @offset in the array of registers whose first is that of source 1; 0: elsewhere. */
static uint32_t source_in(const struct vaplic *aplic, uint32_t offset, uint32_t start)
{
	uint32_t source = (offset - start) / 4 + 1;

	return offset >= start && source <= aplic->sources ? source : 0;
}

static const struct array {
	uint32_t start;
	uint32_t number; /* of a source, to the same purpose */
	void (*write)(struct vaplic *aplic, uint32_t source, int on);
	int on;
} arrays[] = {
	{ APLIC_SETIP, APLIC_SETIPNUM, write_pending, 1 },
	{ APLIC_SETIP, APLIC_SETIPNUM_LE, write_pending, 1 },
	{ APLIC_CLRIP, APLIC_CLRIPNUM, write_pending, 0 },
	{ APLIC_SETIE, APLIC_SETIENUM, write_enable, 1 },
	{ APLIC_CLRIE, APLIC_CLRIENUM, write_enable, 0 },
};

static void write_array(struct vaplic *aplic, uint32_t offset, uint32_t value)
{
	for (unsigned int i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++) {
		uint32_t word = word_in(aplic, offset, arrays[i].start);

		if (offset == arrays[i].number) {
			arrays[i].write(aplic, value, arrays[i].on);
			return;
		}
		if (word < APLIC_WORDS) {
			write_bits(aplic, word, value, arrays[i].write, arrays[i].on);
			return;
		}
	}
}

void vaplic_write(struct vaplic *aplic, uint32_t offset, uint32_t value)
{
	if (offset >= APLIC_IDC)
		write_idc(aplic, offset - APLIC_IDC, value);
	else if (source_in(aplic, offset, APLIC_TARGET(1)))
		write_target(aplic, source_in(aplic, offset, APLIC_TARGET(1)), value);
	else if (offset == APLIC_GENMSI)
		send_message(aplic, value);
	else if (offset == APLIC_DOMAINCFG)
		write_domain(aplic, value);
	else if (source_in(aplic, offset, APLIC_SOURCECFG(1)))
		write_config(aplic, source_in(aplic, offset, APLIC_SOURCECFG(1)), value);
	else
		write_array(aplic, offset, value);
}

static uint32_t read_array(const struct vaplic *aplic, uint32_t offset)
{
	uint32_t word = word_in(aplic, offset, APLIC_SETIP);

	if (word < APLIC_WORDS)
		return (aplic_read(APLIC_SETIP + word * 4) & aplic->owned[word]) | aplic->pending[word];
	word = word_in(aplic, offset, APLIC_CLRIP);
	if (word < APLIC_WORDS)
		return inputs(aplic, word);
	word = word_in(aplic, offset, APLIC_SETIE);
	return word < APLIC_WORDS ? aplic->enabled[word] & (aplic->owned[word] | aplic->line[word]) : 0;
}

uint32_t vaplic_read(struct vaplic *aplic, uint32_t offset)
{
	uint32_t source;

	if (offset >= APLIC_IDC)
		return read_idc(aplic, offset - APLIC_IDC);
	if (offset == APLIC_DOMAINCFG)
		return APLIC_DOMAINCFG_TOP | (aplic->is_on ? APLIC_DOMAINCFG_IE : 0) |
		       (aplic->is_msi ? APLIC_DOMAINCFG_DM : 0);
	source = source_in(aplic, offset, APLIC_TARGET(1));
	if (source)
		return exists(aplic, source) ? aplic->target[source] : 0;
	source = source_in(aplic, offset, APLIC_SOURCECFG(1));
	if (source)
		return exists(aplic, source) ? aplic->config[source] : 0;
	return read_array(aplic, offset);
}

/* Life of a cell, and of a CPU --------------------------------------------------------------------- */

/* A lender's driver may have stayed with its device: it finds the source as it left it. */
void vaplic_assign(struct vaplic *aplic, uint32_t source)
{
	if (!aplic->is_lender)
		forget(aplic, source);
	put_bit(aplic->owned, source, 1);
	quiesce(source);
	if (aplic->config[source] == APLIC_INACTIVE)
		return;
	aplic_write(APLIC_SOURCECFG(source), aplic->config[source]);
	program(aplic, source);
}

void vaplic_release(struct vaplic *aplic, uint32_t source)
{
	if (!aplic->is_lender)
		forget(aplic, source);
	if (get_bit(aplic->owned, source))
		quiesce(source);
	put_bit(aplic->owned, source, 0);
}

void vaplic_add_line(struct vaplic *aplic, uint32_t source)
{
	vaplic_release(aplic, source);
	forget(aplic, source);
	put_bit(aplic->line, source, 1);
}

void vaplic_reset(struct vaplic *aplic)
{
	for (uint32_t source = 1; source <= aplic->sources; source++) {
		forget(aplic, source);
		if (get_bit(aplic->owned, source))
			quiesce(source);
	}
	for (uint32_t vcpu = 0; vcpu < aplic->vcpu_count; vcpu++)
		aplic->output[vcpu].delivery = aplic->output[vcpu].threshold = 0;
	aplic->is_on = 0;
}

static void adopt_source(struct vaplic *aplic, uint32_t source)
{
	uint32_t config = aplic_read(APLIC_SOURCECFG(source));

	if (config & APLIC_SOURCECFG_D)
		return; /* another domain's */
	put_bit(aplic->owned, source, 1);
	aplic->config[source] = (uint8_t)legal_mode(config);
	aplic->target[source] = aplic_read(APLIC_TARGET(source)) & target_mask(aplic);
}

void vaplic_adopt(struct vaplic *aplic)
{
	aplic->is_on = (aplic_read(APLIC_DOMAINCFG) & APLIC_DOMAINCFG_IE) != 0;
	for (uint32_t source = 1; source <= aplic->sources; source++)
		adopt_source(aplic, source);
	for (uint32_t word = 0; word < word_count(aplic); word++)
		aplic->enabled[word] = aplic_read(APLIC_SETIE + word * 4) & aplic->owned[word];
	for (uint32_t vcpu = 0; vcpu < aplic->vcpu_count && !aplic->is_msi; vcpu++) {
		struct vaplic_output *output = &aplic->output[vcpu];

		output->delivery = aplic_read(aplic_idc(output->index, APLIC_IDC_DELIVERY));
		output->threshold = aplic_read(aplic_idc(output->index, APLIC_IDC_THRESHOLD));
	}
}

static void program_idc(const struct vaplic *aplic, const struct vaplic_output *output, uint32_t delivery,
			uint32_t threshold)
{
	if (aplic->is_msi)
		return;
	aplic_write(aplic_idc(output->real, APLIC_IDC_DELIVERY), delivery);
	aplic_write(aplic_idc(output->real, APLIC_IDC_THRESHOLD), threshold);
}

void vaplic_load(struct vaplic *aplic, unsigned int vcpu, unsigned int slot, uint32_t real, int adopt)
{
	struct vaplic_output *output = &aplic->output[vcpu];

	output->slot = slot;
	output->real = real;
	output->is_loaded = 1;
	program_idc(aplic, output, output->delivery, output->threshold);
	program_all(aplic, adopt ? NULL : output);
	deliver_all(aplic);
}

void vaplic_unload(struct vaplic *aplic, unsigned int vcpu)
{
	struct vaplic_output *output = &aplic->output[vcpu];

	output->is_loaded = 0;
	program_all(aplic, output);
	program_idc(aplic, output, IDC_OFF, 0);
	if (!aplic->is_msi)
		aplic_write(aplic_idc(output->real, APLIC_IDC_FORCE), 0);
}

void vaplic_give_back(const struct vaplic *aplic)
{
	for (uint32_t source = 1; source <= aplic->sources; source++) {
		if (!get_bit(aplic->owned, source))
			continue;
		aplic_write(APLIC_CLRIENUM, source);
		aplic_write(APLIC_TARGET(source), aplic->target[source]);
		if (get_bit(aplic->enabled, source))
			aplic_write(APLIC_SETIENUM, source);
	}
	if (!aplic->is_on)
		aplic_write(APLIC_DOMAINCFG, aplic->is_msi ? APLIC_DOMAINCFG_DM : 0);
}
