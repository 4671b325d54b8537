#!/bin/sh
# Runs the parts of `make verify`: verify.sh MAKE PART… Those named with a + run beside the others, with their output in
# .tools/out/PART.log: they wait more than they work (e2e for unpaid orders to expire, the browser for pages). The others run one
# after another and are shown as they run. The first part that fails ends the rest. A table says in the end how long each part took
# and which one failed, and the last lines of that one stand below it.
set -u
make=$1
shift
out=.tools/out
mkdir -p "$out"
beside=""
all="$*"
failed=""
for part in $all; do rm -f "$out/${part#+}.exit" "$out/${part#+}.took"; done

# ended tells whether PART has ended: its exit code is a file then.
ended() { [ -s "$out/$1.exit" ]; }

# table says of each part how it ended.
table() {
  printf '\n%-16s %8s\n' part seconds
  for part in $all; do
    note=""
    case $part in +*) note=" beside the rest" ;; esac
    part=${part#+}
    if ! [ -s "$out/$part.began" ]; then
      printf '%-16s %8s  not run\n' "$part" -
    elif ! ended "$part"; then
      printf '%-16s %8s  stopped\n' "$part" "$(($(date +%s) - $(cat "$out/$part.began")))"
    elif [ "$(cat "$out/$part.exit")" != 0 ]; then
      printf '%-16s %8s  FAILED%s\n' "$part" "$(cat "$out/$part.took")" "$note"
    else
      printf '%-16s %8s  passed%s\n' "$part" "$(cat "$out/$part.took")" "$note"
    fi
  done
  if [ -n "$failed" ]; then
    printf '\nmake %s failed; all its output is in %s/%s.log and ends so:\n' "$failed" "$out" "$failed"
    tail -n 150 "$out/$failed.log"
  fi
}

# end stops what still runs, whatever way this ends.
end() {
  table
  for part in $beside; do ended "$part" || kill "$(cat "$out/$part.pid")" 2>/dev/null; done
  wait # What they leave behind is gone then, and the next run's files are its own.
}

# stop_if_failed ends everything when one of these parts has failed.
stop_if_failed() {
  for part in "$@"; do
    if ended "$part" && [ "$(cat "$out/$part.exit")" != 0 ]; then
      failed=$part
      exit 1
    fi
  done
}

# clocked runs COMMAND… for PART, and leaves how long that took and its exit code, in this order.
clocked() {
  name=$1
  shift
  "$@"
  code=$?
  echo "$(($(date +%s) - $(cat "$out/$name.began")))" >"$out/$name.took"
  echo "$code" >"$out/$name.exit"
}

# apart runs PART with its output in its log, and leaves the id of the program itself, which is asked to end, not the shell around it.
apart() {
  "$make" "$1" >"$out/$1.log" 2>&1 &
  echo $! >"$out/$1.pid"
  wait $!
}

for part in $all; do rm -f "$out/${part#+}.began"; done
trap end EXIT
trap 'exit 1' INT TERM

for part in $all; do
  case $part in +*) ;; *) continue ;; esac
  part=${part#+}
  echo "== make $part runs beside the rest; its output is $out/$part.log"
  date +%s >"$out/$part.began"
  clocked "$part" apart "$part" &
  beside="$beside $part"
done

for part in $all; do
  case $part in +*) continue ;; esac
  echo "== make $part"
  date +%s >"$out/$part.began"
  clocked "$part" "$make" "$part" 2>&1 | tee "$out/$part.log"
  echo "== make $part took $(cat "$out/$part.took") s"
  stop_if_failed "$part" $beside
done

for part in $beside; do
  ended "$part" || echo "== waiting for make $part"
  until ended "$part"; do
    stop_if_failed $beside
    sleep 1
  done
  stop_if_failed "$part"
  tail -n 80 "$out/$part.log"
done
