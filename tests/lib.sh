# Sourced by the test scripts: where things are, and how a result is told. tests/run counts lines that
# begin with 'ok ', 'FAIL ' and 'SKIP '.
# shellcheck shell=bash
set -euo pipefail
export LC_ALL=C.UTF-8

source=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${TATTLER_BUILD:-$source/build}
tattler=$build/tattler
# shellcheck disable=SC2034 # for the scripts
captures=${TATTLER_CAPTURES:-$source/../shared/captures}
export TATTLER_STATE=${TATTLER_STATE:-${XDG_CACHE_HOME:-$HOME/.cache}/tattler/state}
export TATTLER_DATA=${TATTLER_DATA:-$source/geo}
export TATTLER_RULES=${TATTLER_RULES:-$source/rules}
export TATTLER_LUA=${TATTLER_LUA:-$source/lua}
export TATTLER_LIB=${TATTLER_LIB:-$build/.libs}

failed=0
ok() { echo "ok $*"; }
fail() { echo "FAIL $*"; failed=1; }
skip() { echo "SKIP $*"; }

# What a check printed, below the line that tells its result.
detail() { sed 's/^/    /' | head -n 20; }

# ok if the command succeeds.
check() { # NAME COMMAND...
    local name=$1 said
    shift
    if said=$("$@" 2>&1); then ok "$name"; else fail "$name: $*"; detail <<<"$said"; fi
}

# Until the command succeeds, or so late that no machine can be that busy.
wait_for() { # COMMAND...
    local until=$((SECONDS + 60))
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -le "$until" ] || return 1
        sleep 0.05
    done
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

[ -x "$tattler" ] || { fail "$tattler is missing: ./dev build makes it"; exit 1; }
