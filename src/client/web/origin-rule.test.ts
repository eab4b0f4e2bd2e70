import { expect, test } from "vitest";
import { judgeHost, judgeOrigin, parseOrigin } from "./origin-rule.ts";

const ALLOWED = ["https://chat.example"] as const;

test.each([
  "localhost",
  "localhost:8072",
  "127.0.0.1:8080",
  "10.6.1.153:8080",
  "[::1]:8080",
  "chat.example",
  "chat.example:443",
])("the host %j is this window's", (host) => {
  expect(judgeHost(host, ALLOWED)).toBeUndefined();
});

test.each([
  undefined,
  "",
  "evil.example",
  "evil.example:8080",
  "localhost.evil.example",
  "127.0.0.1.evil.example",
  "chat.example.evil.example",
  "user@localhost",
  "localhost/x",
  "localhost evil.example",
  "a".repeat(5000),
])("the host %j is refused with a reason", (host) => {
  expect(judgeHost(host, ALLOWED)).toMatch(/^(expected a Host header|this window is reached by).{0,200}$/);
});

test.each([
  ["http://localhost:8072", "localhost:8072"],
  ["http://127.0.0.1:8080", "127.0.0.1:8080"],
  ["http://localhost", "localhost:80"],
  ["http://[::1]:8080", "[::1]:8080"],
  ["https://chat.example", "chat.example"],
  ["https://chat.example", "127.0.0.1:8080"],
])("the origin %j on the host %j may open a session", (origin, host) => {
  expect(judgeOrigin(origin, host, ALLOWED)).toBeUndefined();
});

test.each([
  [undefined, "localhost:8072"],
  ["null", "localhost:8072"],
  ["http://evil.example", "localhost:8072"],
  ["http://localhost:9999", "localhost:8072"],
  ["https://localhost:8072", "localhost:8072"],
  ["http://127.0.0.1:8072", "localhost:8072"],
  ["http://evil.example", "evil.example"],
  ["http://chat.example.evil.example", "chat.example"],
])("the origin %j on the host %j may not, and hears why", (origin, host) => {
  expect(judgeOrigin(origin, host, ALLOWED)).toMatch(/got /);
});

test.each([
  ["https://chat.example/", "https://chat.example"],
  ["HTTP://Chat.Example:80", "http://chat.example"],
  ["https://chat.example/path", undefined],
  ["chat.example", undefined],
  ["ftp://chat.example", undefined],
  ["https://user@chat.example", undefined],
])("the origin %j is %j", (text, origin) => {
  expect(parseOrigin(text)).toBe(origin);
});
