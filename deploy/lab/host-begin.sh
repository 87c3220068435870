# host-begin.sh RECORD COMMAND…: writes down who I am in RECORD, then becomes COMMAND.
# Standard input is the lab's lock: it is let go only when the record is there.
set -eu
read -r me < /proc/$$/stat
printf '%s\n' "$me" > "$1.new"
mv "$1.new" "$1"
shift
exec "$@" < /dev/null
