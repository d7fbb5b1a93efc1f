// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The configuration check on arbitrary blobs. An input is the size of a system blob (4 bytes), that blob, and a cell
 * blob. What is accepted is looked at once more by plain loops that share no code with the check.
 */
#include "fuzz.h"

#include "config_parts.h"

#define FIXED_PART 4u

/* ---- what must hold of accepted blobs ---- */

/** Copies that end where the blob ends, so that a byte too far is seen. */
static void *copy_of(const uint8_t *data, size_t size)
{
	void *copy = malloc(size);

	fuzz_check(copy, "no memory");
	if (size)
		memcpy(copy, data, size);
	return copy;
}

static int meet(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
	return a_size && b_size && a < b + b_size && b < a + a_size;
}

static int inside(uint64_t a, uint64_t a_size, const struct bh_config_range *list, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (a >= list[i].base && a + a_size <= list[i].base + list[i].size)
			return 1;
	}
	return 0;
}

static void check_record(int code, const struct bh_error *error, const void *blob, size_t size)
{
	fuzz_check(code >= 0 && code < BH_E_COUNT, "code %d", code);
	fuzz_check(error->code == (uint32_t)code, "record says %u, result is %d", error->code, code);
	fuzz_check(error->object < BH_OBJ_COUNT, "object %u", error->object);
	fuzz_check(!code || error->field <= 0x10000, "field %u of %zu bytes", error->field, size);
	fuzz_check(config_blob_field_name(blob, (uint32_t)size, error->field) != NULL, "no name");
}

/* What firmware keeps is nobody's, and windows onto RAM lie outside of it. */
static void check_good_reserved(const struct bh_config_system *system, const struct bh_config_range *pool)
{
	const struct bh_config_range *firmware = CONFIG_ARRAY(struct bh_config_range, system, firmware);
	const struct bh_config_alias *aliases = CONFIG_ARRAY(struct bh_config_alias, system, aliases);
	const struct bh_config_range *dram = CONFIG_ARRAY(struct bh_config_range, system, dram);
	const struct bh_config_range *hv = &system->hv_memory;

	for (uint32_t i = 0; i < system->firmware.count; i++) {
		fuzz_check(!meet(firmware[i].base, firmware[i].size, hv->base, hv->size), "reserved %u", i);
		for (uint32_t j = 0; j < system->pool.count; j++)
			fuzz_check(!meet(firmware[i].base, firmware[i].size, pool[j].base, pool[j].size),
				   "reserved %u, pool %u", i, j);
	}
	for (uint32_t i = 0; i < system->aliases.count; i++) {
		for (uint32_t j = 0; j < system->dram.count && aliases[i].size; j++)
			fuzz_check(!meet(aliases[i].at, aliases[i].size, dram[j].base, dram[j].size),
				   "alias %u, bank %u", i, j);
	}
}

static void check_good_system(const struct bh_config_system *system)
{
	const struct bh_config_range *dram = CONFIG_ARRAY(struct bh_config_range, system, dram);
	const struct bh_config_range *pool = CONFIG_ARRAY(struct bh_config_range, system, pool);
	const struct bh_config_range *hv = &system->hv_memory;

	fuzz_check(inside(hv->base, hv->size, dram, system->dram.count), "hypervisor at 0x%llx",
		   (unsigned long long)hv->base);
	for (uint32_t i = 0; i < system->pool.count; i++) {
		fuzz_check(inside(pool[i].base, pool[i].size, dram, system->dram.count), "pool %u", i);
		fuzz_check(!meet(pool[i].base, pool[i].size, hv->base, hv->size), "pool %u, hypervisor", i);
		for (uint32_t j = 0; j < i; j++)
			fuzz_check(!meet(pool[i].base, pool[i].size, pool[j].base, pool[j].size),
				   "pools %u, %u", i, j);
	}
	fuzz_check(memchr(system->board, 0, BH_NAME_SIZE), "board name has no end");
	check_good_reserved(system, pool);
}

/* No cell maps the interrupt controller: distributor, PLIC or APLIC; local and I/O APICs. */
static void check_controller(const struct bh_config_system *system, const struct bh_config_memory *m,
			     uint32_t i)
{
	const struct bh_config_ioapic *ioapics = CONFIG_ARRAY(struct bh_config_ioapic, system, x86.ioapics);
	const struct bh_config_range *window =
		system->header.arch == BH_ARCH_RISCV64 ? &system->riscv.domain : &system->gic.gicd;

	if (system->header.arch != BH_ARCH_X86_64) {
		fuzz_check(!meet(m->hpa, m->size, window->base, window->size), "region %u, distributor", i);
		return;
	}
	fuzz_check(!meet(m->hpa, m->size, CONFIG_LAPIC, CONFIG_LAPIC_SIZE), "region %u, local APIC", i);
	for (uint32_t j = 0; j < system->x86.ioapics.count; j++)
		fuzz_check(!meet(m->hpa, m->size, ioapics[j].base, 0x1000), "region %u, I/O APIC %u", i, j);
}

static void check_good_memory(const struct bh_config_system *system, const struct bh_config_cell *cell)
{
	const struct bh_config_memory *memory = CONFIG_ARRAY(struct bh_config_memory, cell, memory);
	const struct bh_config_device *devices = CONFIG_ARRAY(struct bh_config_device, cell, devices);
	const struct bh_config_range *pool = CONFIG_ARRAY(struct bh_config_range, system, pool);
	const struct bh_config_range *dram = CONFIG_ARRAY(struct bh_config_range, system, dram);
	const struct bh_config_alias *aliases = CONFIG_ARRAY(struct bh_config_alias, system, aliases);

	for (uint32_t i = 0; i < cell->memory.count; i++) {
		const struct bh_config_memory *m = &memory[i];

		fuzz_check(m->size && m->gpa + m->size > m->gpa, "region %u wraps", i);
		if (m->flags & BH_MEM_DEVICE) {
			for (uint32_t j = 0; j < system->dram.count; j++)
				fuzz_check(!meet(m->hpa, m->size, dram[j].base, dram[j].size),
					   "region %u, DRAM", i);
			for (uint32_t j = 0; j < system->aliases.count; j++)
				fuzz_check(!aliases[j].size ||
						   !meet(m->hpa, m->size, aliases[j].at, aliases[j].size),
					   "region %u, alias %u", i, j);
			check_controller(system, m, i);
		} else if (!(m->flags & BH_MEM_AUTO)) {
			fuzz_check(inside(m->hpa, m->size, pool, system->pool.count), "region %u, pool", i);
		}
		for (uint32_t j = 0; j < i; j++)
			fuzz_check(!meet(m->gpa, m->size, memory[j].gpa, memory[j].size), "regions %u, %u", i,
				   j);
		for (uint32_t j = 0; j < cell->devices.count; j++)
			fuzz_check(devices[j].type > BH_DEV_HPET || /* at I/O ports */
					   !meet(m->gpa, m->size, devices[j].gpa, devices[j].size),
				   "region %u, device %u", i, j);
		fuzz_check(!cell->comm_page || !meet(m->gpa, m->size, cell->comm_page, 0x1000),
			   "region %u, page", i);
	}
}

static void check_good_cell(const struct bh_config_system *system, const struct bh_config_cell *cell)
{
	const struct bh_config_cpu *cpus = CONFIG_ARRAY(struct bh_config_cpu, cell, cpus);
	const struct bh_config_cpu *all = CONFIG_ARRAY(struct bh_config_cpu, system, cpus);
	const struct bh_config_irq *irqs = CONFIG_ARRAY(struct bh_config_irq, cell, irqs);

	for (uint32_t i = 0; i < cell->cpus.count; i++) {
		uint32_t slot = 0;

		while (slot < system->cpus.count && all[slot].hwid != cpus[i].hwid)
			slot++;
		fuzz_check(slot < system->cpus.count, "CPU %u is not on the board", i);
		for (uint32_t j = 0; j < i; j++)
			fuzz_check(cpus[j].hwid != cpus[i].hwid, "CPUs %u and %u", i, j);
	}
	for (uint32_t i = 0; i < cell->irqs.count; i++) {
		fuzz_check(irqs[i].intid < 1024 && irqs[i].intid != system->event_irq, "interrupt %u",
			   irqs[i].intid);
		for (uint32_t j = 0; j < i; j++)
			fuzz_check(irqs[j].intid != irqs[i].intid, "interrupts %u and %u", i, j);
	}
	check_good_memory(system, cell);
}

static void check_names(const void *blob, size_t size, uint32_t field)
{
	const struct bh_config_header *header = blob;

	fuzz_check(config_blob_field_name(blob, (uint32_t)size, field) != NULL, "no name of %u", field);
	fuzz_check(config_field_name(size >= sizeof(*header) ? header->kind : 0, field) != NULL,
		   "no name of %u", field);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	size_t first = (size_t)take(&input, FIXED_PART), second;
	struct bh_config_system *system;
	struct bh_config_cell *cell;
	struct bh_error error = { 0 };
	uint16_t arch;
	int code;

	first = first < input.left ? first : input.left;
	second = input.left - first;
	system = copy_of(input.at, first);
	cell = copy_of(input.at + first, second);
	arch = first >= sizeof(system->header) ? system->header.arch : 0;
	check_names(system, first, (uint32_t)size * 8);
	check_names(cell, second, (uint32_t)second / 2);
	for (unsigned int kind = 0; kind < 4; kind++) {
		if (config_layout(kind))
			config_check_layout(cell, (uint32_t)second, kind, &error);
	}
	code = config_check_system(system, (uint32_t)first, arch, &error);
	check_record(code, &error, system, first);
	config_check_system(system, (uint32_t)first, (uint16_t)(arch + 1), NULL);
	if (!code) {
		check_good_system(system);
		code = config_check_cell(cell, (uint32_t)second, system, &error);
		check_record(code, &error, cell, second);
		if (!code)
			check_good_cell(system, cell);
		fuzz_planted(!code && cell->irqs.count > 1);
	}
	free(system);
	free(cell);
	return 0;
}

/* ---- mutation that keeps magic, sizes, offsets and checksum right most of the time ---- */

static uint32_t state;

static uint32_t chance(uint32_t limit)
{
	state = state * 1664525u + 1013904223u;
	return (state >> 8) % limit;
}

static void put(uint8_t *at, uint64_t value, unsigned int size)
{
	for (unsigned int i = 0; i < size; i++)
		at[i] = (uint8_t)(value >> (i * 8));
}

/* Offsets and counts as they must be: counts are kept as far as there are bytes for them. */
static uint32_t arrange(uint8_t *blob, uint32_t size, const struct layout *layout)
{
	const struct bh_config_header *header = (const void *)blob;
	uint32_t offset = layout->body_size;

	for (unsigned int i = 0; i < layout->array_count; i++) {
		const struct array *array = &layout->arrays[i];
		struct bh_config_array at;

		if (!arch_has(array->arch, header->arch))
			continue;
		memcpy(&at, blob + array->descriptor, sizeof(at));
		if (at.count > (size - offset) / array->element_size)
			at.count = (size - offset) / array->element_size;
		at.offset = offset;
		memcpy(blob + array->descriptor, &at, sizeof(at));
		offset += at.count * array->element_size;
	}
	return offset;
}

/** Return: the blob's size now; never more than before. */
static uint32_t seal(uint8_t *blob, uint32_t size, unsigned int kind, uint16_t arch)
{
	const struct layout *layout = config_layout(kind);
	struct bh_config_header header;

	if (size < layout->body_size)
		return size;
	memcpy(&header, blob, sizeof(header));
	header.arch = arch;
	memcpy(blob, &header, sizeof(header));
	size = arrange(blob, size, layout);
	header.magic = BH_CONFIG_MAGIC;
	header.major = BH_ABI_MAJOR;
	header.minor = BH_ABI_MINOR;
	header.kind = (uint16_t)kind;
	header.size = size;
	header.reserved = 0;
	memcpy(blob, &header, sizeof(header));
	header.crc = config_crc(blob, size);
	memcpy(blob, &header, sizeof(header));
	return size;
}

/* One number of the blob: a small one, or another number of either blob, or near what it was. */
static void change_number(uint8_t *bytes, uint32_t size)
{
	static const uint64_t distance[] = { 1, 4, 0x1000, 0x10000, 0x20000, 0x200000, 1ull << 40 };
	const unsigned int width = 4u << chance(2);
	uint64_t value = 0;
	uint8_t *at;

	if (size < 64)
		return;
	at = bytes + chance((size - 8) / 4) * 4;
	memcpy(&value, at, width);
	switch (chance(4)) {
	case 0:
		value = chance(64);
		break;
	case 1:
		memcpy(&value, bytes + chance((size - 8) / 4) * 4, width);
		break;
	case 2:
		value += distance[chance(7)];
		break;
	default:
		value -= distance[chance(7)];
	}
	put(at, value, width);
}

/* An element more, as a copy of its neighbour, or one less. Return: new size. */
static uint32_t change_count(uint8_t *blob, uint32_t size, uint32_t most, unsigned int kind)
{
	const struct layout *layout = config_layout(kind);
	const struct array *array = &layout->arrays[chance(layout->array_count)];
	struct bh_config_array at;
	uint32_t end;

	if (size < layout->body_size || !arch_has(array->arch, ((const struct bh_config_header *)blob)->arch))
		return size;
	size = arrange(blob, size, layout);
	memcpy(&at, blob + array->descriptor, sizeof(at));
	end = at.offset + at.count * array->element_size;
	if (chance(2) && at.count && size + array->element_size <= most) {
		memmove(blob + end + array->element_size, blob + end, size - end);
		memcpy(blob + end, blob + end - array->element_size, array->element_size);
		at.count++;
		size += array->element_size;
	} else if (at.count) {
		memmove(blob + end - array->element_size, blob + end, size - end);
		at.count--;
		size -= array->element_size;
	}
	memcpy(blob + array->descriptor, &at, sizeof(at));
	return size;
}

/** Two blobs apart from each other. */
struct pair {
	uint8_t part[2][0x4000];
	uint32_t size[2];
};

static void mutate_part(struct pair *pair, unsigned int which)
{
	uint8_t *part = pair->part[which];

	switch (chance(4)) {
	case 0:
		pair->size[which] = change_count(part, pair->size[which], sizeof(pair->part[0]), which + 1);
		break;
	case 1:
		pair->size[which] =
			(uint32_t)LLVMFuzzerMutate(part, pair->size[which], sizeof(pair->part[0]));
		break;
	default:
		change_number(part, pair->size[which]);
	}
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned int seed)
{
	static const uint16_t archs[] = { BH_ARCH_AARCH64, BH_ARCH_RISCV64, BH_ARCH_X86_64, BH_ARCH_FAKE };
	static struct pair pair;
	struct input input = { data, size };
	uint32_t first = (uint32_t)take(&input, FIXED_PART);
	uint16_t arch;

	state = seed;
	if (size < FIXED_PART + 8 || chance(32) == 0)
		return LLVMFuzzerMutate(data, size, most);
	first = first < input.left ? first : (uint32_t)input.left;
	pair.size[0] = first < sizeof(pair.part[0]) ? first : sizeof(pair.part[0]);
	memcpy(pair.part[0], input.at, pair.size[0]);
	input.left -= first;
	pair.size[1] = input.left < sizeof(pair.part[1]) ? (uint32_t)input.left : sizeof(pair.part[1]);
	memcpy(pair.part[1], input.at + first, pair.size[1]);
	for (unsigned int turn = 0; turn <= chance(4); turn++)
		mutate_part(&pair, chance(3) != 0);
	memcpy(&arch, pair.part[0] + offsetof(struct bh_config_header, arch), sizeof(arch));
	if (chance(8) == 0) /* else what it says stays: tables of one architecture make no sense to another */
		arch = archs[chance(4)];
	for (unsigned int which = 0; which < 2 && chance(16); which++)
		pair.size[which] = seal(pair.part[which], pair.size[which], which + 1, arch);
	if (FIXED_PART + pair.size[0] + pair.size[1] > most)
		return size;
	put(data, pair.size[0], FIXED_PART);
	memcpy(data + FIXED_PART, pair.part[0], pair.size[0]);
	memcpy(data + FIXED_PART + pair.size[0], pair.part[1], pair.size[1]);
	return FIXED_PART + pair.size[0] + pair.size[1];
}
