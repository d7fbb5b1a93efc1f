// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hypercalls and power control on the fake machine: root's CPUs and guests' call anything with anything, in any order,
 * while cells are created from blobs that the input changes. After each step owners of memory, CPUs and interrupts
 * are compared with what is mapped and with what runs; at the end all cells are destroyed, and nothing may be missing.
 */
#include "fake_machine.h"

#include <cell/irq.h>

/* ---- calls ---- */

/* A CPU of root that can call; CPUS: none. */
static unsigned int root_cpu(void)
{
	for (unsigned int slot = 0; slot < CPUS; slot++) {
		if (is_on(slot) && cell_is_root(cpus_owner(cpu_get(slot))))
			return slot;
	}
	return CPUS;
}

static uint64_t take_handle(struct input *input)
{
	unsigned int which = (unsigned int)take(input, 1);

	return which & 0x80 ? take(input, 4) : info_cell(which % 4)->handle;
}

static uint64_t take_argument(struct input *input)
{
	static const uint64_t odd[] = { 0,
					1,
					2,
					3,
					24,
					~0ull,
					1ull << 63,
					FAKE_HV_BASE,
					FAKE_POOL_BASE,
					1ull << 32,
					MACHINE_BLOB,
					MACHINE_BLOB + PAGE_SIZE,
					1024,
					400 };
	unsigned int which = (unsigned int)take(input, 1);

	if (which < 0x60)
		return take_handle(input);
	return which < 0xc0 ? odd[which % 14] : take(input, 8);
}

static void any_call(struct input *input, unsigned int slot)
{
	struct hypercall call = { .number = take_below(input, BH_HC_COUNT + 2) };

	for (unsigned int i = 0; i < 5; i++)
		call.arg[i] = take_argument(input);
	/* Disabling is for all CPUs together; one alone waits for the others in vain, for long. */
	if (call.number == BH_HC_DISABLE && cell_is_root(cpus_owner(cpu_get(slot))))
		call.arg[0] = ~0ull;
	if (fake_hypercall(slot, &call) == FAKE_DONE)
		fuzz_check(call.result < BH_E_COUNT, "result %llu of %llu", (unsigned long long)call.result,
			   (unsigned long long)call.number);
}

static void life_call(struct input *input, unsigned int slot)
{
	static const uint8_t numbers[] = { BH_HC_CELL_LOAD,   BH_HC_CELL_START, BH_HC_CELL_SUSPEND,
					   BH_HC_CELL_RESUME, BH_HC_CELL_STOP,	BH_HC_CELL_DESTROY,
					   BH_HC_CELL_STATE,  BH_HC_CELL_START };
	uint64_t number = numbers[take_below(input, 8)];

	call_of(slot, number, take_handle(input), take_below(input, 2));
}

/* ---- blobs ---- */

static void create(struct input *input, unsigned int slot)
{
	static const char *const names[] = { "one", "two", "root", "x" };
	unsigned int how = (unsigned int)take(input, 1);
	struct machine_cell cell = machine_cell(names[how & 3], 2 + (how >> 2 & 1));
	uint64_t at = MACHINE_BLOB + (how & 3) * PAGE_SIZE;
	struct bh_config_header *header = fake_ram(hpa(at), PAGE_SIZE);
	uint32_t size;

	cell.body.cpus.count = 1 + (how >> 3 & 1);
	cell.cpus[1].hwid = FAKE_HWID(3 - (how >> 2 & 1));
	cell.memory[0].size = 2 * MACHINE_MIB << (how >> 4 & 1);
	cell.body.memory.count = 1 + (how >> 5 & 1);
	cell.memory[1] = (struct bh_config_memory){ .gpa = 0xb000000,
						    .hpa = 0x9040000,
						    .size = 0x2000,
						    .name = "mmio",
						    .flags = BH_MEM_READ | BH_MEM_WRITE | BH_MEM_DEVICE };
	cell.body.watchdog_ms = how & 0x40 ? 500 : 0;
	cell.body.irqs.count = 2;
	cell.irqs[1].intid = 50;
	size = machine_seal(&cell, (uint8_t *)header);
	for (unsigned int change = how & 0x80 ? 1 + take_below(input, 4) : 0; change; change--) {
		uint32_t byte = take_below(input, size);

		((uint8_t *)header)[byte] = (uint8_t)take(input, 1);
	}
	header->crc = 0;
	if (header->size >= sizeof(*header))
		header->crc = config_crc(header, header->size < PAGE_SIZE ? header->size : size);
	call_of(slot, BH_HC_CELL_CREATE, at, take_below(input, 16) ? size : take(input, 4));
}

/* ---- what else CPUs do ---- */

static void access_memory(struct input *input, unsigned int slot)
{
	static const uint64_t places[] = { MACHINE_ENTRY, MACHINE_UART,	  MACHINE_COMM, FAKE_POOL_BASE,
					   FAKE_HV_BASE,  FAKE_INTC_BASE, 0xb000000,	0x9040000,
					   FAKE_RAM_BASE, 1ull << 40 };
	unsigned int how = (unsigned int)take(input, 1);
	uint64_t address = places[(how & 15) % 10] + (take(input, 3) & ~7ull), value = take(input, 4);

	fake_access(slot, address, 1u << (how >> 4 & 3), how >> 6 & 1, &value);
	fuzz_check(address < FAKE_HV_BASE || address >= FAKE_HV_BASE + FAKE_HV_SIZE ||
			   cell_is_root(cell_get(0)),
		   "?");
}

static void power(struct input *input, unsigned int slot)
{
	enum power_result result;
	unsigned int what = take_below(input, 16);

	if (what < 8)
		fake_cpu_on(slot, take_below(input, CPUS + 1), MACHINE_ENTRY + (take(input, 1) << 16), 7,
			    &result);
	else if (what < 13)
		fake_cpu_off(slot);
	else if (!cell_is_root(cpus_owner(cpu_get(slot))))
		what & 1 ? fake_system_off(slot) : fake_system_reset(slot);
}

static void violate(struct input *input, unsigned int slot)
{
	struct bh_record record = { .kind = 1 + take_below(input, BH_REASON_COUNT - 1),
				    .address = take(input, 8) };

	fake_violation(slot, &record);
}

/* ---- who owns what ---- */

static void check_cpus(void)
{
	for (unsigned int slot = 0; slot < CPUS; slot++) {
		const struct cell *owner = cpus_owner(cpu_get(slot));
		struct fake_cpu_view view = fake_cpu_view(slot);
		unsigned int vcpu = cpu_get(slot)->vcpu;

		fuzz_check(owner && cell_state(owner) != BH_CELL_NONE, "CPU %u belongs to no cell", slot);
		fuzz_check(!view.has_context || view.cell_id == owner->id, "CPU %u of cell %u runs cell %u",
			   slot, owner->id, view.cell_id);
		fuzz_check(vcpu < owner->cpu_count && owner->slots[vcpu] == slot, "CPU %u, vCPU %u of %u",
			   slot, vcpu, owner->id);
	}
}

static int is_loaded(unsigned int id)
{
	return id != CELL_ROOT && cell_get(id)->loaded;
}

static void check_pool(void)
{
	struct page_table *root = &cell_root()->arch.stage2;
	hpa_t to;

	for (uint64_t at = FAKE_POOL_BASE; at < FAKE_POOL_BASE + FAKE_POOL_SIZE; at += BH_RAM_ALIGN) {
		int owner = memory_block_owner(at), mapped = pt_lookup(root, at, &to, NULL);

		fuzz_check(owner >= 0 && owner < BH_MAX_CELLS, "block 0x%llx of %d", (unsigned long long)at,
			   owner);
		fuzz_check(cell_state(cell_get((unsigned int)owner)) != BH_CELL_NONE,
			   "block 0x%llx of no cell", (unsigned long long)at);
		fuzz_check(mapped ? owner == CELL_ROOT || is_loaded((unsigned int)owner) : owner != CELL_ROOT,
			   "block 0x%llx of %d, mapped for root: %d", (unsigned long long)at, owner, mapped);
		fuzz_check(!mapped || to.value == at, "root's 0x%llx leads to 0x%llx", (unsigned long long)at,
			   (unsigned long long)to.value);
	}
}

static void check_regions(const struct cell *cell)
{
	const struct bh_config_memory *region = CONFIG_ARRAY(struct bh_config_memory, cell->config, memory);

	for (uint32_t i = 0; i < cell->config->memory.count; i++) {
		uint64_t step = region[i].flags & BH_MEM_DEVICE ? PAGE_SIZE : BH_RAM_ALIGN;

		for (uint64_t at = 0; at < region[i].size; at += step) {
			hpa_t mine, roots;

			fuzz_check(pt_lookup(&cell->arch.stage2, region[i].gpa + at, &mine, NULL),
				   "a hole in region %u", i);
			fuzz_check(mine.value == region[i].hpa + at, "region %u leads to 0x%llx", i,
				   (unsigned long long)mine.value);
			fuzz_check(mine.value < FAKE_HV_BASE || mine.value >= FAKE_HV_BASE + FAKE_HV_SIZE,
				   "region %u is the hypervisor", i);
			if (region[i].flags & BH_MEM_DEVICE)
				fuzz_check(!pt_lookup(&cell_root()->arch.stage2, mine.value, &roots, NULL),
					   "0x%llx is root's, too", (unsigned long long)mine.value);
			else
				fuzz_check(memory_block_owner(mine.value) == (int)cell->id,
					   "0x%llx is not its own", (unsigned long long)mine.value);
		}
	}
}

static void check_irqs(const struct cell *cell)
{
	const struct bh_config_irq *irqs = CONFIG_ARRAY(struct bh_config_irq, cell->config, irqs);

	for (uint32_t i = 0; i < cell->config->irqs.count; i++)
		fuzz_check(fake_irq_owner(irqs[i].intid) == (int)cell->id &&
				   irq_owner(irqs[i].intid) == cell->id,
			   "interrupt %u of cell %u belongs to %d", irqs[i].intid, cell->id,
			   fake_irq_owner(irqs[i].intid));
}

static void check_books(void)
{
	check_cpus();
	check_pool();
	for (unsigned int id = 1; id < BH_MAX_CELLS; id++) {
		const struct cell *cell = cell_get(id);
		uint32_t state = cell_state(cell);

		fuzz_check(state < BH_CELL_STATE_COUNT && cell->lock.next == cell->lock.owner, "cell %u", id);
		if (state == BH_CELL_NONE)
			continue;
		if (cell->committed) {
			check_irqs(cell);
			if (state != BH_CELL_DESTROYING)
				check_regions(cell);
		}
		fuzz_planted(state == BH_CELL_SUSPENDED);
	}
}

/*
 * Nothing is left behind by what is destroyed. Return: 1: the machine is as at the start and may serve once more; 0: it
 * is good, too, but CPUs are elsewhere, or root has left.
 */
static int check_end(const struct machine_snapshot *before)
{
	struct machine_snapshot after;
	unsigned int slot;

	/* Calls that ended when their CPU was switched on again are not collected yet. */
	for (slot = 0; slot < CPUS; slot++)
		fake_finish(slot, 0);
	slot = root_cpu();
	if (slot == CPUS)
		return 0;
	for (unsigned int id = 1; id < BH_MAX_CELLS; id++) {
		struct hypercall call;

		if (!info_cell(id)->handle)
			continue;
		call = call_of(slot, BH_HC_CELL_DESTROY, info_cell(id)->handle, 0);
		fuzz_check(call.result == BH_E_OK,
			   "cell %u cannot be destroyed: error %llu, %llx %llx %llx %llx", id,
			   (unsigned long long)call.result, (unsigned long long)call.value[0],
			   (unsigned long long)call.value[1], (unsigned long long)call.value[2],
			   (unsigned long long)call.value[3]);
	}
	after = machine_snapshot();
	fuzz_check(after.pages == before->pages, "%llu pages, before %llu", (unsigned long long)after.pages,
		   (unsigned long long)before->pages);
	fuzz_check(after.root_tables == before->root_tables, "root's tables have %llu pages, before %llu",
		   (unsigned long long)after.root_tables, (unsigned long long)before->root_tables);
	fuzz_check(after.root_ram == before->root_ram && after.root_map == before->root_map,
		   "root's memory differs");
	fuzz_check(after.pool_owners == before->pool_owners && after.irqs == before->irqs, "owners differ");
	for (slot = 0; slot < CPUS; slot++) {
		if (fake_cpu_view(slot).mode == FAKE_GUEST)
			fake_finish(slot, 0);
	}
	return after.cpus == before->cpus && is_on(0) && is_on(1);
}

/* ---- the machine ---- */

static void one_step(struct input *input)
{
	unsigned int what = (unsigned int)take(input, 1), slot = what >> 4 & 3;

	/* A CPU that switched itself off may be on again by now: its call is over then. */
	if (fake_cpu_view(slot).mode == FAKE_GUEST)
		fake_finish(slot, 0);
	if ((what & 15) == 15)
		fake_time_advance(take(input, 2) * 1000000ull);
	if (!is_on(slot))
		return;
	switch (what & 15) {
	case 0:
	case 1:
	case 2:
		any_call(input, slot);
		break;
	case 3:
	case 4:
	case 5:
	case 6:
		life_call(input, slot);
		break;
	case 7:
	case 8:
		create(input, slot);
		break;
	case 9:
	case 10:
		access_memory(input, slot);
		break;
	case 11:
	case 12:
		power(input, slot);
		break;
	case 13:
		violate(input, slot);
		break;
	default:
		break;
	}
	check_books();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	static struct machine_snapshot before;
	static int is_up;

	/* A machine that is as new serves again: to enable one takes longer than most inputs. */
	if (!is_up) {
		set_up();
		before = machine_snapshot();
	}
	for (unsigned int step = 0; input.left && step < 100; step++)
		one_step(&input);
	is_up = check_end(&before);
	if (!is_up)
		fake_power_off();
	return 0;
}
