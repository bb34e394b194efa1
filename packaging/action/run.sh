#!/usr/bin/env bash
# Plans or applies. The plan goes to a file for the comment and to the summary of the job, findings become annotations.
set -euo pipefail

fail() {
    echo "::error title=octoDNS::$1"
    exit 1
}

markdown="$RUNNER_TEMP/octodns-plan.md"
flags=(--config-file "$CONFIG_FILE" --format github)
program=(octodns)

# The variables of the environment that the config must have, one a line.
needed() {
    grep -ohE 'env/[A-Za-z_][A-Za-z0-9_]*/?' "$CONFIG_FILE" | grep -v '/$' | cut -c5- | sort -u || true
}

# For strangers: nothing of this job's environment, no Python, and no files outside of the repository.
if [[ "$IS_FORK" == true ]]; then
    [[ "$MODE" == plan ]] || fail "mode: pull requests of forks are never applied"
    if grep -qE 'includes.*anywhere' "$CONFIG_FILE"; then
        fail "$CONFIG_FILE lets zones include files from anywhere, which it may not for pull requests of forks"
    fi
    PYTHON=off
    program=(env -i "PATH=$PATH" "HOME=$RUNNER_TEMP")
    # A variable that is missing is an error, although validating asks nobody anything with it.
    while read -r name; do
        case "$name" in
            "" | PATH | HOME | LD_* | DYLD_*) ;;
            *) program+=("$name=none") ;;
        esac
    done < <(needed)
    program+=("$(command -v octodns)")
fi
if [[ -n "$PYTHON" ]]; then
    flags+=(--python "$PYTHON")
fi

# A text for the comment, and in the summary of the job.
show() {
    cat "$markdown" >>"$GITHUB_STEP_SUMMARY"
    echo "markdown-file=$markdown" >>"$GITHUB_OUTPUT"
}

say() {
    printf '<!-- octodns-plan -->\n### octoDNS: %s\n\n%s\n' "$1" "$2" >"$markdown"
    show
}

# The lines of an input.
lines() {
    tr -d '\r' <<<"$1" | grep -v '^[[:space:]]*$' || true
}

arguments=(sync "${flags[@]}" --detailed-exitcode --plan-format markdown)
while read -r what; do
    arguments+=(--allow "$what")
done < <(lines "$ALLOW")
case "$MODE" in
    plan)
        # What failed replaces the plan of an earlier commit, which nobody is to review any more.
        if ! "${program[@]}" validate "${flags[@]}"; then
            say "no plan" "The config or a zone file has errors: annotations and the log of the job have them."
            exit 1
        fi
        if [[ "$IS_FORK" == true && "$FORK" != plan ]]; then
            say "valid" "For a pull request of a fork no plan is made, since it gets no secrets."
            exit
        fi
        arguments+=(--plan-out "$PLAN_FILE" --)
        while read -r zone; do
            arguments+=("$zone")
        done < <(lines "$ZONES")
        ;;
    apply)
        arguments+=(--plan "$PLAN_FILE" --doit)
        # Where journals are unless the config says so, for the artifact that has them.
        export XDG_STATE_HOME="$RUNNER_TEMP/octodns-state"
        if [[ "$VERIFY" == true ]]; then
            arguments+=(--verify)
        fi
        ;;
    *) fail "mode: plan or apply" ;;
esac

code=0
"${program[@]}" "${arguments[@]}" >"$markdown" || code=$?
# A plan that is not safe to apply is shown as well, and fails.
if [[ -s "$markdown" ]]; then
    show
elif [[ "$code" != 0 ]]; then
    say "failed" "The log of the job says why."
fi
case "$code" in
    0) echo "changes=false" >>"$GITHUB_OUTPUT" ;;
    2) echo "changes=true" >>"$GITHUB_OUTPUT" ;;
    *) exit "$code" ;;
esac
if [[ "$MODE" == plan ]]; then
    echo "plan-file=$PLAN_FILE" >>"$GITHUB_OUTPUT"
fi
