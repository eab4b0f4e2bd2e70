import { expect, test } from "vitest";
import { readBuilderLines, readFailure, readImageId } from "./builder-event.ts";

const ID = `sha256:${"0123456789abcdef".repeat(4)}`;

test.each([
  ["what a step prints", `${base64("one\ntwo")}\n`, ["one", "two"]],
  [
    "a warning",
    `WARNING: ${base64("JSONArgsRecommended: JSON arguments for CMD")}\n`,
    ["WARNING: JSONArgsRecommended: JSON arguments for CMD"],
  ],
  ["a step's name", "[0123456789ab] [1/2] FROM debian\n", ["[0123456789ab] [1/2] FROM debian"]],
  ["an error", "ERROR: process did not complete: exit code: 1\n", ["ERROR: process did not complete: exit code: 1"]],
  ["a line that is drawn over, in colours", `${base64("10%\r20%\r\u001b[32m30%\u001b[0m")}\n`, ["30%"]],
])("of BuildKit, %s is told in words", (_, stream, lines) => {
  expect(readBuilderLines({ stream }, true)).toEqual(lines);
});

test("of the builder without BuildKit nothing is decoded, and a download's bar is left out", () => {
  expect(readBuilderLines({ stream: `${base64("one")}\n` }, false)).toEqual([base64("one")]);
  expect(readBuilderLines({ status: "Downloading", progress: "[=>  ]" }, false)).toEqual([]);
  expect(readBuilderLines({ status: "Pull complete" }, false)).toEqual(["Pull complete"]);
  expect(readBuilderLines(null, false)).toEqual([]);
});

test("the image's id and a failure are read of either builder", () => {
  expect(readImageId({ aux: { ID } })).toBe(ID);
  expect(readImageId({ stream: `Built image: ${ID}\n` })).toBe(ID);
  expect(readImageId({ stream: "Built image: none" })).toBeUndefined();
  expect([readFailure({ error: "no such file" }), readFailure({ stream: "x" })]).toEqual(["no such file", null]);
});

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
