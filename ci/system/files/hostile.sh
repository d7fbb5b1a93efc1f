#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Run rows of the hostile cell: usage: [HOSTILE_CELL=FILE] hostile.sh FIRST LAST FIRST-OF-EACH-CLASS(0|1) [CLASS]
#
# Prints what the cell's console shows, and after each run of it its end and its victim, each on lines of its own:
#	end
#	JSON of 'bulkhead cell show hostile'
#	victim-then
#	JSON of 'bulkhead cell show victim'
#	victim
#	the same when it has beaten again (or not for long)
# There is a run for each row that fails the cell: the shell itself does what it can without starting programs.
newline='
'
victim() {
	victim=$(bulkhead cell show victim --json)
	beats=${victim#*\"heartbeat\":}
	beats=${beats%%,*}
}

next=$1
verb="boot /etc/bulkhead/test/${HOSTILE_CELL:-hostile.yaml}"
while :; do
	echo "$next $2 $3 $4" > /tmp/hostile.rows
	# shellcheck disable=SC2086
	bulkhead cell $verb --quiet > /dev/null || exit 1
	verb="restart hostile"
	# One that hangs has failed its row: the next one starts as after any other end.
	bulkhead cell wait hostile --timeout 60 > /dev/null || bulkhead cell kill hostile --quiet > /dev/null || exit 1
	# The ring is the cell's for its whole life: show what is new.
	new=$(bulkhead console --dump hostile)
	new=${new##*begin }
	echo "begin $new"
	echo "end"
	bulkhead cell show hostile --json
	victim
	echo "victim-then"
	echo "$victim"
	before=$beats
	tries=0
	victim
	while [ "$beats" = "$before" ] && [ $tries -lt 500 ]; do
		usleep 20000
		tries=$((tries + 1))
		victim
	done
	echo "victim"
	echo "$victim"
	case $new in *"${newline}done "*) break ;; esac
	last=${new##*"${newline}row "}
	last=${last%% *}
	[ "$last" -ge "$next" ] 2> /dev/null || exit 1
	next=$((last + 1))
done
