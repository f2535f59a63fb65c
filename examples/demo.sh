#!/bin/sh
# The first minute, on a copy of an example and an account inside this machine:
# no key, no network, nothing left behind.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
story=${1:-storefront-checks}
PATH="${BIN:-}${BIN:+:}$PATH"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -R "$here/$story/." "$work/"
rm -rf "$work/.taskops"
cd "$work"

say() {
    printf '\n\033[1m$ %s\033[0m\n' "$*"
    "$@"
}

say taskops validate
say taskops plan --emulator
say taskops apply --emulator --yes
say taskops plan --emulator

printf '\nNow somebody changes a timeout in git:\n'
first=$(grep -rl 'max_duration:' tasks | sort | head -n 1)
sed -i.before 's/max_duration: [0-9]*/max_duration: 42/' "$first"
rm -f "$first.before"
say taskops plan --emulator
say taskops apply --emulator --yes
