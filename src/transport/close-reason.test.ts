import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { CloseCode } from "./close-reason.ts";

/** A code that is missing here does not compile. */
const CODES: Readonly<Record<CloseCode, true>> = {
  "peer-ended": true,
  "peer-reset": true,
  "peer-silent": true,
  "queue-full": true,
  "no-frame": true,
  "ended-here": true,
  "network-error": true,
};

test("PROTOCOL.md lists why a connection can have ended", () => {
  const document = readFileSync(new URL("../../PROTOCOL.md", import.meta.url), "utf8");
  const section = /^### 10\.2.*?(?=^##)/ms.exec(document)?.[0] ?? "";
  const listed = [...section.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, code]) => code);
  expect(listed.toSorted()).toEqual(Object.keys(CODES).toSorted());
});
