#!/usr/bin/env bash
# Runs one command of taskops. What to say afterwards is left in files, because
# after `exec` nothing else can run.
set -euo pipefail

# Said in words of our own alone: what was given stands in neither place.
refuse() {
  echo "error: $1" >&2
  printf '**The options cannot be understood**: %s\n\n' "$1" >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
  exit 64
}

taskops="$RUNNER_TEMP/taskops/bin/taskops"
rm -rf "$RUNNER_TEMP/taskops-said" && mkdir -p "$RUNNER_TEMP/taskops-said"
said="$RUNNER_TEMP/taskops-said/text.md"
plan="$RUNNER_TEMP/taskops-said/plan.json"

# An option's value that begins with a dash stays a value.
words=("--directory=${TASKOPS_DIRECTORY:-.}")
[[ -z "${TASKOPS_ENV:-}" ]] || words+=("--env=$TASKOPS_ENV")
read -r -d '' -a more <<<"${TASKOPS_ARGS:-}" || true
[[ ${#more[@]} -eq 0 ]] || words+=("${more[@]}")

case "${TASKOPS_COMMAND:-}" in
  validate)
    exec "$taskops" validate --format github "${words[@]}"
    ;;
  plan)
    code=0
    "$taskops" plan --out "$plan" "${words[@]}" || code=$?
    if [[ -s "$plan" ]]; then
      "$taskops" show --format markdown "$plan" >"$said" || rm -f "$said"
    fi
    exit "$code"
    ;;
  drift)
    code=0
    "$taskops" drift --pending --format markdown "${words[@]}" >"$said" || code=$?
    cat "$said"
    # Drift is told by an issue; only an error is one of the job.
    [[ $code -ne 2 ]] || code=0
    exit "$code"
    ;;
  apply)
    if [[ -z "${TASKOPS_DIGEST:-}" ]]; then
      exec "$taskops" apply --yes "${words[@]}"
    fi
    if [[ ! "$TASKOPS_DIGEST" =~ ^[0-9a-f]{32,64}$ ]]; then
      refuse "the digest is not one; copy 32 to 64 hex digits of it"
    fi
    exec "$taskops" apply --expect-digest "$TASKOPS_DIGEST" "${words[@]}"
    ;;
  *)
    refuse "\`command\` must be validate, plan, apply or drift"
    ;;
esac
