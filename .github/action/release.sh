#!/usr/bin/env bash
# Builds a release from a tag: the tag, the version and the changelog must agree.
set -euo pipefail
cd "$(dirname "$0")/../.."

refuse() {
  printf 'error: %s\n  hint: %s\n' "$1" "$2" >&2
  printf '**No release**: %s; %s.\n' "$1" "$2" >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
  exit 1
}

version=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' taskops/__init__.py)
if [[ "$GITHUB_REF_NAME" != "v$version" ]]; then
  refuse "the tag is $GITHUB_REF_NAME, but the version is $version" \
    "set \`__version__\` in taskops/__init__.py, and tag the commit that has it"
fi
# Until then everything stands under [Unreleased], and no tag is meant to pass.
if ! grep -qxE "## (\[${version//./\\.}\]|${version//./\\.})( - .*)?" CHANGELOG.md; then
  refuse "CHANGELOG.md has no section for $version" \
    "write \`## [$version] - DATE\` above what stands under [Unreleased], and tag that commit"
fi

venv="$RUNNER_TEMP/release"
python3 -m venv "$venv"
"$venv/bin/python" -m pip --disable-pip-version-check install --quiet \
  --require-hashes --only-binary=:all: -r .github/action/release.txt

# The workflows that this release writes for users name this very commit.
printf '%s@%s # %s\n' "$GITHUB_REPOSITORY" "$GITHUB_SHA" "$GITHUB_REF_NAME" \
  >taskops/cli/workflows/action.txt

SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
"$venv/bin/python" -m build --no-isolation --outdir dist .
"$venv/bin/cyclonedx-py" requirements .github/action/requirements.txt -o sbom.cdx.json
