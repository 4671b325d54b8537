#!/bin/sh
# Runs the parts of `make verify`: verify.sh MAKE PART… Those named with a + run beside the others, with their output in
# .tools/out/PART.log: they wait more than they work (e2e for unpaid orders to expire, the browser for pages). Says how
# long each took. The first part that fails ends the rest, and its output is shown.
set -u
make=$1
shift
out=.tools/out
mkdir -p "$out"
beside=""

# end stops what still runs, whatever way this ends.
end() {
  for part in $beside; do kill "$(cat "$out/$part.pid")" 2>/dev/null; done
}
trap end EXIT
trap 'exit 1' INT TERM

# ended tells whether PART, which runs beside, has ended: its exit code is a file then.
ended() { [ -s "$out/$1.exit" ]; }

# stop_if_failed ends everything when a part that runs beside has failed.
stop_if_failed() {
  for part in $beside; do
    if ended "$part" && [ "$(cat "$out/$part.exit")" != 0 ]; then
      tail -n 150 "$out/$part.log"
      echo "make $part failed; all its output is in $out/$part.log" >&2
      exit 1
    fi
  done
}

for part in "$@"; do
  case $part in +*) ;; *) continue ;; esac
  part=${part#+}
  rm -f "$out/$part.exit"
  echo "== make $part runs beside the rest; its output is $out/$part.log"
  # The program itself is asked to end, not this shell around it.
  (
    began=$(date +%s)
    "$make" "$part" >"$out/$part.log" 2>&1 &
    echo $! >"$out/$part.pid"
    wait $!
    code=$?
    echo "== make $part took $(($(date +%s) - began)) s" >>"$out/$part.log"
    echo "$code" >"$out/$part.exit"
  ) &
  beside="$beside $part"
done

for part in "$@"; do
  case $part in +*) continue ;; esac
  began=$(date +%s)
  "$make" "$part" || exit 1
  echo "== make $part took $(($(date +%s) - began)) s"
  stop_if_failed
done

for part in $beside; do
  ended "$part" || echo "== waiting for make $part"
  until ended "$part"; do sleep 1; done
  stop_if_failed
  tail -n 80 "$out/$part.log"
done
