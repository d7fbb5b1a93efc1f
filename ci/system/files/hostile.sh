#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Run rows of the hostile cell: usage: hostile.sh FIRST LAST FIRST-OF-EACH-CLASS(0|1) [CLASS]
#
# Prints what the cell's console shows, and after each run of it one line for its end and one for its victim:
#	end JSON of 'bulkhead cell show hostile'
#	victim-then, victim JSON of 'bulkhead cell show victim', and the same when it has beaten again (or not for long)
victim() {
	bulkhead cell show victim --json | tr -d '\n'
}

beats() {
	victim | sed -n 's/.*"heartbeat": *\([0-9]*\).*/\1/p'
}

next=$1
verb="boot /etc/bulkhead/test/hostile.yaml"
while :; do
	echo "$next $2 $3 $4" > /tmp/hostile.rows
	# shellcheck disable=SC2086
	bulkhead cell $verb --quiet > /dev/null || exit 1
	verb="restart hostile"
	bulkhead cell wait hostile --timeout 60 > /dev/null || exit 1
	# The ring is the cell's for its whole life: show what is new.
	bulkhead console --dump hostile | tac | sed '/^begin /q' | tac > /tmp/hostile.new
	cat /tmp/hostile.new
	echo "end $(bulkhead cell show hostile --json | tr -d '\n')"
	echo "victim-then $(victim)"
	before=$(beats)
	tries=0
	while [ "$(beats)" = "$before" ] && [ $tries -lt 500 ]; do
		usleep 20000
		tries=$((tries + 1))
	done
	echo "victim $(victim)"
	grep -q '^done ' /tmp/hostile.new && break
	last=$(sed -n 's/^row \([0-9]*\) .*/\1/p' /tmp/hostile.new | tail -n 1)
	[ -n "$last" ] && [ "$last" -ge "$next" ] || exit 1
	next=$((last + 1))
done
