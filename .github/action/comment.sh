#!/usr/bin/env bash
# One comment per environment and folder on the pull request, updated in place.
# Nothing is read out of a comment but the mark at its beginning, and only where
# this workflow itself is the author. Whatever goes wrong, the plan stays good.
set -uo pipefail
export LC_ALL=C

said="$RUNNER_TEMP/taskops-said/text.md"
body="$RUNNER_TEMP/taskops-said/comment.md"
comments="repos/$GITHUB_REPOSITORY/issues"
run="$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID"

give_up() {
  echo "::warning title=taskops::the plan could not be put on the pull request ($1); the summary of this run has it"
  exit 0
}

# Changed settings and adoptions deserve a look though nothing on the service changes.
worth_a_comment() {
  [[ "${TASKOPS_COMMENT:-}" == always || "${TASKOPS_CHANGES:-}" != false ]] ||
    grep -q '^### ' "$said"
}

digits() { [[ "$1" =~ ^[0-9]+$ ]]; }

checksum() {
  if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi
}

# A name could end the HTML comment; its checksum cannot.
name=$(printf '%s\n%s' "${TASKOPS_ENV:-}" "${TASKOPS_DIRECTORY:-.}" | checksum)
MARK="<!-- taskops plan ${name:0:32} -->"
export MARK

digits "${TASKOPS_PULL:-}" || give_up "this run belongs to none"
LOGIN=$(gh api graphql -f query='{viewer{login}}' --jq .data.viewer.login) || LOGIN=""
export LOGIN="${LOGIN:-github-actions[bot]}"

# Oldest first, as GitHub lists them.
found=$(gh api --paginate "$comments/$TASKOPS_PULL/comments?per_page=100" --jq \
  '.[] | select(.user.login == env.LOGIN and (.body | startswith(env.MARK))) | "\(.id) \(.node_id)"') ||
  give_up "its comments cannot be read"
ids=() nodes=()
while read -r id node; do
  digits "$id" || continue
  ids+=("$id")
  nodes+=("$node")
done <<<"$found"
last=$((${#ids[@]} - 1))

# Of a name only what has no meaning in a code span.
folder=${TASKOPS_DIRECTORY:-} && folder=${folder//[^A-Za-z0-9._\/-]/}
[[ "$folder" != . ]] || folder=""

if [[ -s "$said" ]]; then
  { echo "$MARK"; cat "$said"; } >"$body"
  printf '\n<sub>%scommit %s · [run](%s)</sub>\n' \
    "${folder:+\`$folder\` · }" "${TASKOPS_COMMIT:0:12}" "$run" >>"$body"
else
  printf '%s\n**Outdated**: there is no plan for commit %s; [the run](%s) says why.\n' \
    "$MARK" "${TASKOPS_COMMIT:0:12}" "$run" >"$body"
fi

if [[ $last -ge 0 ]]; then
  gh api --method PATCH --silent "$comments/comments/${ids[$last]}" -F body=@"$body" ||
    give_up "the comment cannot be changed"
elif [[ -s "$said" ]] && worth_a_comment; then
  gh api --method POST --silent "$comments/$TASKOPS_PULL/comments" -F body=@"$body" ||
    give_up "the token may not, as on a pull request from a fork"
fi

# Two runs at once may have left two: the older ones must not look like plans.
printf '%s\n**Outdated**: a newer comment has the plan.\n' "$MARK" >"$body"
for ((i = 0; i < last; i++)); do
  gh api --method PATCH --silent "$comments/comments/${ids[$i]}" -F body=@"$body" ||
    give_up "an outdated comment cannot be changed"
  # shellcheck disable=SC2016 # $id is GraphQL's
  gh api graphql --silent -f id="${nodes[$i]}" -f query='mutation($id: ID!) {
    minimizeComment(input: {subjectId: $id, classifier: OUTDATED}) { clientMutationId }
  }' || true
done
exit 0
