# Shared by the scripts in this folder. Source it; do not run it.
# shellcheck shell=bash

tools=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(dirname "$tools")
readonly tools project
export LC_ALL=C.UTF-8

if [[ -t 2 && -z ${NO_COLOR:-} && ${TERM:-dumb} != dumb ]]; then
  bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'
else
  bold='' dim='' plain=''
fi
readonly bold dim plain

say() { printf '%s\n' "$*" >&2; }
die() { printf '%s: %s\n' "tools/$(basename "$0")" "$*" >&2; exit 1; }
usage_error() { printf 'tools/%s: %s\nTry: tools/%s --help\n' "$(basename "$0")" "$*" "$(basename "$0")" >&2; exit 2; }

check_port() { # text
  [[ $1 =~ ^[0-9]{1,5}$ ]] && ((10#$1 >= 1 && 10#$1 <= 65535)) ||
    usage_error "a port is a number from 1 to 65535, not '$1'"
}
check_value() { # option count value: options that need a value
  [[ $2 -ge 2 && -n $3 ]] || usage_error "$1 needs a value"
}

seconds_text() { # seconds: "8 s", "2 min 5 s"
  if (($1 < 60)); then printf '%d s' "$1"; else printf '%d min %d s' $(($1 / 60)) $(($1 % 60)); fi
}

# Runs a command whose output goes to a file, and shows that time passes. On failure it shows the end
# of the file and returns the command's exit code.
#   run_step "Fetching Node" LOGFILE command…
run_step() {
  local words=$1 log=$2 began=$SECONDS pid status=0 tick=0
  shift 2
  mkdir -p "$(dirname "$log")"
  "$@" >"$log" 2>&1 </dev/null &
  pid=$!
  if [[ -t 2 ]]; then
    while kill -0 "$pid" 2>/dev/null; do
      printf '\r%s … %s %s' "$words" "$(seconds_text $((SECONDS - began)))" "$(step_progress "$log")" >&2
      printf '\e[K' >&2
      sleep 0.5
    done
    printf '\r\e[K' >&2
  else
    say "$words …"
    while kill -0 "$pid" 2>/dev/null; do
      sleep 0.5
      ((++tick % 60)) || say "  $(seconds_text $((SECONDS - began))) $(step_progress "$log")"
    done
  fi
  wait "$pid" || status=$?
  if ((status == 0)); then
    say "$words: done (${dim}$(seconds_text $((SECONDS - began)))${plain})"
  else
    say "$words: failed. The last lines of $log:"
    { grep -E -m 12 'error|Error|FAILED|^E:' "$log" || tail -n 15 "$log"; } | sed 's/^/  /' >&2
  fi
  return "$status"
}

# How far a step is, from its output: ninja's "[12/240]", what apt does now, or nothing.
step_progress() {
  tail -c 2000 "$1" 2>/dev/null |
    grep -oE '^\[[0-9]+/[0-9]+\]|^(Get:[0-9]+|Unpacking|Setting up) *[^ ]*' | tail -n 1 | cut -c 1-60 || true
}

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
