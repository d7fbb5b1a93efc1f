// SPDX-License-Identifier: GPL-2.0-or-later
#include <core/log.h>

void ring_init(struct bh_ring *ring, uint32_t data_size)
{
	ring->magic = BH_RING_MAGIC;
	ring->size = data_size;
	ring->lost = 0;
	ring->reserved = 0;
	__atomic_store_n(&ring->head, 0, __ATOMIC_RELEASE);
}

/* At most RING_STRIDE bytes, and then the head: that is what readers count on. */
static void put_stride(struct bh_ring *ring, const uint8_t *bytes, uint32_t count)
{
	uint8_t *data = (uint8_t *)(ring + 1);
	uint64_t head = ring->head;

	/*
	 * A reader may look at the same bytes and finds out later that they are gone: single stores, no race.
	 */
	for (uint32_t i = 0; i < count; i++)
		__atomic_store_n(&data[(head + i) & (ring->size - 1)], bytes[i], __ATOMIC_RELAXED);
	__atomic_store_n(&ring->head, head + count, __ATOMIC_RELEASE);
}

void ring_put(struct bh_ring *ring, const void *bytes, uint32_t count)
{
	const uint8_t *from = bytes;

	while (count) {
		uint32_t stride = count < RING_STRIDE ? count : RING_STRIDE;

		put_stride(ring, from, stride);
		from += stride;
		count -= stride;
	}
}
