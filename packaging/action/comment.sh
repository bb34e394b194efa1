#!/usr/bin/env bash
# Keeps one comment on the pull request for each config: the first plan makes it, later ones replace its text.
set -euo pipefail

if command -v sha256sum >/dev/null; then
    id="$(printf %s "$CONFIG_FILE" | sha256sum)"
else
    id="$(printf %s "$CONFIG_FILE" | shasum -a 256)"
fi
marker="<!-- octodns-plan ${id:0:16} -->"
body="$RUNNER_TEMP/octodns-comment.md"
{
    echo "$marker"
    # The first line is the marker of the program, which is the same for all configs.
    tail -n +2 "$MARKDOWN_FILE"
} >"$body"

# Anybody may write a comment that starts like ours, so only those of this token count.
# shellcheck disable=SC2016 # variables of GraphQL
query='query($owner: String!, $name: String!, $number: Int!, $endCursor: String) {
  repository(owner: $owner, name: $name) { pullRequest(number: $number) {
    comments(first: 100, after: $endCursor) {
      nodes { databaseId viewerDidAuthor body }
      pageInfo { hasNextPage endCursor }
    } } } }'
comment="$(gh api graphql --paginate -f query="$query" -f owner="${GITHUB_REPOSITORY%%/*}" \
    -f name="${GITHUB_REPOSITORY#*/}" -F number="$PULL_REQUEST" \
    --jq ".data.repository.pullRequest.comments.nodes[]
        | select(.viewerDidAuthor and (.body | startswith(\"$marker\"))) | .databaseId" | sed -n 1p)"

if [[ -n "$comment" ]]; then
    gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$comment" -F body="@$body"
else
    gh api --silent --method POST "repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments" -F body="@$body"
fi
