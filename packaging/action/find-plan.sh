#!/usr/bin/env bash
# Brings the plan file that was reviewed: the artifact of the run that a workflow made for the pull request from which
# this commit comes. Without an artifact, an earlier step has brought the file.
set -euo pipefail

fail() {
    echo "::error title=octoDNS::$1"
    exit 1
}

if [[ -z "$ARTIFACT" ]]; then
    [[ -f "$PLAN_FILE" ]] || fail "there is no file $PLAN_FILE, and no artifact is named"
    exit
fi

run="$PLAN_RUN"
if [[ -z "$run" ]]; then
    head="$(gh api "repos/$GITHUB_REPOSITORY/commits/$GITHUB_SHA/pulls" \
        --jq '[.[] | select(.merged_at != null)] | first | .head.sha // empty')"
    [[ -n "$head" ]] || fail "no merged pull request has this commit: name the run of its plan (plan-run)"
    run="$(gh run list --repo "$GITHUB_REPOSITORY" --workflow "$PLAN_WORKFLOW" --commit "$head" --status success \
        --limit 1 --json databaseId --jq '.[0].databaseId // empty')"
    [[ -n "$run" ]] || fail "$PLAN_WORKFLOW has no successful run for $head, the last commit of the pull request"
fi
[[ "$run" =~ ^[0-9]+$ ]] || fail "plan-run: this is not the id of a run"

folder="$RUNNER_TEMP/octodns-plan"
rm -rf "$folder"
gh run download "$run" --repo "$GITHUB_REPOSITORY" --name "$ARTIFACT" --dir "$folder" ||
    fail "run $run has no artifact $ARTIFACT: nothing was planned, or it is a pull request of a fork"
mkdir -p "$(dirname "$PLAN_FILE")"
mv "$folder/$(basename "$PLAN_FILE")" "$PLAN_FILE" || fail "the artifact $ARTIFACT of run $run has no $PLAN_FILE"
echo "the plan of run $run is applied"
