#!/usr/bin/env bash
# Installs taskops from this checkout: one pin for the action, the tool and, by
# their hashes, everything that it needs.
set -Eeuo pipefail

failed() {
  printf '**taskops could not be installed**: the log of this step says why. %s\n\n' \
    'Nothing was asked or changed. To try again: Re-run failed jobs.' \
    >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
}
trap failed ERR

checkout=$(cd "$(dirname "$0")/../.." && pwd)
venv="$RUNNER_TEMP/taskops"
[[ -x "$venv/bin/taskops" ]] && exit 0

# `-I`: a file of the repository that is named like a module of Python's must not run.
"${TASKOPS_PYTHON:-python3}" -I -m venv "$venv"
pip=("$venv/bin/python" -I -m pip --disable-pip-version-check install --quiet)
"${pip[@]}" --require-hashes --only-binary=:all: -r "$checkout/.github/action/requirements.txt"
# A copy, because building leaves files beside the sources.
cp -R "$checkout/." "$RUNNER_TEMP/taskops-source"
"${pip[@]}" --no-index --no-deps --no-build-isolation "$RUNNER_TEMP/taskops-source"
"$venv/bin/taskops" --version
