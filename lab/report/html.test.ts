import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { HOSTILE_TEXT, sampleReport } from "./fixtures/sample-run.ts";
import { renderHtml } from "./html.ts";
import { toScriptJson } from "./page-file.ts";

const DATA = /<script type="application\/json" id="data">(.*?)<\/script>/s;

describe("the HTML report", () => {
  it("holds the whole run, and nothing of it as markup", async () => {
    const html = await renderHtml(sampleReport());
    expect(JSON.parse(DATA.exec(html)?.[1] ?? "")).toEqual(sampleReport());
    expect(html).not.toContain("<img src=x");
    expect(html).not.toContain(HOSTILE_TEXT);
  });

  it("permits its own script and style by their digests, and nothing from elsewhere", async () => {
    const html = await renderHtml(sampleReport());
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? "";
    const digest = (tag: string) => {
      const content = new RegExp(`<${tag}>(.*?)</${tag}>`, "s").exec(html)?.[1] ?? "";
      return `'sha256-${createHash("sha256").update(content).digest("base64")}'`;
    };
    expect(policy.split("; ")).toEqual([
      "default-src 'none'",
      `script-src ${digest("script")}`,
      `style-src ${digest("style")}`,
      "img-src data:",
      "base-uri 'none'",
      "form-action 'none'",
    ]);
  });

  it("costs little beside the run itself", async () => {
    const html = await renderHtml(sampleReport());
    expect(html.length - toScriptJson(sampleReport()).length).toBeLessThan(100_000);
  });
});

it("JSON in a script element ends no element, and is the same JSON", () => {
  const hostile = ["</script><!--", "\u2028\u2029", "<\u0000\ud800"];
  const json = toScriptJson(hostile);
  expect(json).not.toMatch(/[<\u2028\u2029]/);
  expect(JSON.parse(json)).toEqual(hostile);
});
