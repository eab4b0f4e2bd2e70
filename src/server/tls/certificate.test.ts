import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ownCertificate, readCertificate } from "./certificate.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "howdy-tls-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

test("a server's own certificate is made once, and only its user can read the key", async () => {
  const first = await ownCertificate(folder);
  expect(first.fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  expect(readdirSync(folder)).toEqual(["tls.pem"]);
  expect(statSync(join(folder, "tls.pem")).mode & 0o777).toBe(0o600);
  expect((await ownCertificate(folder)).fingerprint).toBe(first.fingerprint);
  const pem = join(folder, "tls.pem");
  expect(readCertificate(pem, pem).fingerprint).toBe(first.fingerprint);
});

test("files that are no certificate are told with their names and what is wrong", async () => {
  const file = join(folder, "no.pem");
  writeFileSync(file, "no certificate\n");
  expect(() => readCertificate(file, file)).toThrow(/^expected a certificate and its key, in PEM; got \S+no\.pem and /);
  expect(() => readCertificate(join(folder, "none"), file)).toThrow(
    /^--tls-cert: cannot read \S+none: there is nothing/,
  );
  await expect(ownCertificate(join(folder, "none"))).rejects.toThrow(/^cannot write \S+tls\.pem: /);
});
