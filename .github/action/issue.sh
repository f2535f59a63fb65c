#!/usr/bin/env bash
# One issue per environment and folder: open while something has drifted or waits
# to be applied, closed when nothing does. An error is neither, and touches none.
set -euo pipefail
export LC_ALL=C

said="$RUNNER_TEMP/taskops-said/text.md"
body="$RUNNER_TEMP/taskops-said/issue.md"
issues="repos/$GITHUB_REPOSITORY/issues"
run="$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID"
label=taskops-drift

case "${TASKOPS_RESULT:-}" in
  ok | changes) ;;
  *)
    echo "nothing is known of drift, so the issue stays as it is" >&2
    exit 0
    ;;
esac

checksum() {
  if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi
}

# A name could end the HTML comment; its checksum cannot.
name=$(printf '%s\n%s' "${TASKOPS_ENV:-}" "${TASKOPS_DIRECTORY:-.}" | checksum)
export MARK="<!-- taskops drift ${name:0:32} -->"
LOGIN=$(gh api graphql -f query='{viewer{login}}' --jq .data.viewer.login) || LOGIN=""
export LOGIN="${LOGIN:-github-actions[bot]}"

# Newest first; anybody may write the mark into an issue, so the author counts too.
found=$(gh api --paginate "$issues?state=all&labels=$label&per_page=100" --jq \
  '.[] | select(.user.login == env.LOGIN and .pull_request == null
     and ((.body // "") | startswith(env.MARK))) | "\(.number) \(.state)"')
read -r number state <<<"${found%%$'\n'*}" || true
[[ "${number:-}" =~ ^[0-9]*$ ]] || exit 1

if [[ "$TASKOPS_RESULT" == ok ]]; then
  if [[ "${state:-}" == open ]]; then
    gh api --method POST --silent "$issues/$number/comments" \
      -f body="The service is what git says again, as [this run]($run) saw."
    gh api --method PATCH --silent "$issues/$number" \
      -f state=closed -f state_reason=completed
  fi
  exit 0
fi

# Of names only what has no meaning in a title, nor in a code span.
env=${TASKOPS_ENV:-} && env=${env//[^A-Za-z0-9._-]/}
folder=${TASKOPS_DIRECTORY:-} && folder=${folder//[^A-Za-z0-9._\/-]/}
[[ "$folder" != . ]] || folder=""

{ echo "$MARK"; cat "$said"; } >"$body"
printf '\n<sub>%s[run](%s) · kept up to date, and closed when nothing differs any more</sub>\n' \
  "${folder:+\`$folder\` · }" "$run" >>"$body"
if [[ -z "${number:-}" ]]; then
  title="taskops: ${env:-the service}${folder:+ ($folder)} is not what git says"
  gh api --method POST --silent "$issues" \
    -f title="$title" -F body=@"$body" -f "labels[]=$label"
else
  # An update rings no bell; only a state that changes does.
  gh api --method PATCH --silent "$issues/$number" -f state=open -F body=@"$body"
fi
