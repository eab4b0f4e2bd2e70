import { expect, test } from "vitest";
import { adviceFor } from "./builder-advice.ts";

const REFUSAL = "dockerfile parse error line 5: unknown instruction: ECHO";

test.each(["RUN <<EOF\necho hello\nEOF\n", "COPY --chown=1000 <<-'TEXT' /notes\n\tsome\nTEXT\n"])(
  "an engine that takes the lines of a heredoc for instructions is told how to know them: %j",
  (dockerfile) => {
    expect(adviceFor(REFUSAL, `FROM scratch\n${dockerfile}`)).toContain("# syntax=docker/dockerfile:1");
  },
);

test("an instruction that is misspelt, and a heredoc that is not the reason, bring no advice", () => {
  expect(adviceFor(REFUSAL, "FROM scratch\nECHO hello\nRUN x=$((1 << 2))\n")).toBeUndefined();
  expect(adviceFor("no space left on device", "FROM scratch\nRUN <<EOF\nEOF\n")).toBeUndefined();
});
