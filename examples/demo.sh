#!/bin/sh
# The first minute, on a copy of an example and an account inside this machine:
# no key, no network, nothing left behind.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
story=${1:-storefront-checks}
if [ ! -f "$here/$story/taskops.yaml" ]; then
    echo "there is no story \`$story\`; examples/README.md lists them" >&2
    exit 64
fi
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

# Secrets are made up here; where there are environments, the last one is shown.
# shellcheck disable=SC2013 # a name is a word
for name in $(grep -rhoE '\$\{env\.[A-Z_]+' tasks | sort -u | cut -d. -f2); do
    export "TASKOPS_VAR_$name=http://made.up.example"
done
names=$(sed -nE '/^environments:/,/^[a-z]/s/^  ([a-z0-9-]+):.*/\1/p' taskops.yaml)
last=$(echo "$names" | tail -n 1)
where="--emulator${last:+ --env $last}"

say taskops validate
# shellcheck disable=SC2086 # words of their own
{
    say taskops plan $where
    say taskops apply $where --yes
    say taskops plan $where
}

# A limit that is left to the dashboard would change nothing.
limit='(maxSteps|max_duration): [0-9]+'
changed=$(grep -rL '^ignore_changes:' tasks | sort | xargs grep -lE "$limit" | head -n 1)
[ -n "$changed" ] || exit 0
printf '\nNow somebody changes a limit in git:\n'
sed -i.before -E "s/$limit/\\1: 42/" "$changed"
rm -f "$changed.before"
# shellcheck disable=SC2086 # words of their own
{
    say taskops plan $where
    say taskops apply $where --yes
}
