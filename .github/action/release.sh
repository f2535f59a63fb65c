#!/usr/bin/env bash
# Builds a release from a tag: the tag, the version and the changelog must agree.
set -euo pipefail
cd "$(dirname "$0")/../.."

version=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' taskops/__init__.py)
if [[ "$GITHUB_REF_NAME" != "v$version" ]]; then
  echo "error: the tag is $GITHUB_REF_NAME, but the version is $version" >&2
  exit 1
fi
if ! grep -qF "## [$version]" CHANGELOG.md && ! grep -qF "## $version" CHANGELOG.md; then
  echo "error: CHANGELOG.md has no section for $version" >&2
  exit 1
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
