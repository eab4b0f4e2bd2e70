#!/bin/sh
# A question's tests/run.sh, beside its rubric.yaml: PrairieLearn runs it in a container of its own for each submission.
root=${GRADE:-/grade}
work=$(mktemp -d)
mkdir -p "$work/class" "$root/results"
cp -r "$root/student" "$work/class/student"
howdy-lab grade "$work/class" --rubric "$root/tests/rubric.yaml" --out "$work/out" --testbed local --unsafe \
  --format prairielearn
cp "$work/out/hand-ins/student/prairielearn.json" "$root/results/results.json"
