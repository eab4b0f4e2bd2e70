import { randomBytes } from "node:crypto";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { writeTar, writeZip } from "./fixtures/archives.ts";
import { INTAKE_LIMITS } from "./intake.ts";
import { findHandIns, takeIn } from "./take-in.ts";

const FILES = [
  { name: "server.yaml", content: "name: a\n" },
  { name: "src/main.py", content: "print('hi')\n" },
];

test("the same files give the same digest, as a folder, a zip, a tar and a tar.gz", async () => {
  const root = fresh();
  mkdirSync(join(root, "folder/src"), { recursive: true });
  for (const { name, content } of FILES) writeFileSync(join(root, "folder", name), content);
  mkdirSync(join(root, "folder/.git"));
  writeFileSync(join(root, "folder/.git/HEAD"), "differs");
  const paths = [
    join(root, "folder"),
    writeZip(join(root, "a.zip"), FILES),
    await writeTar(join(root, "a.tar"), FILES.toReversed()),
    await writeTar(join(root, "a.tgz"), FILES),
  ];
  const taken = await Promise.all(paths.map((path, at) => takeIn({ name: "a", path }, join(root, `out-${at}`))));
  const digests = taken.map((each) => (each.kind === "taken" ? each.digest : each.why));
  expect(digests[0]).toMatch(/^[0-9a-f]{64}$/);
  expect(new Set(digests).size).toBe(1);
  for (const at of paths.keys()) {
    expect(readFileSync(join(root, `out-${at}/src/main.py`), "utf8")).toBe("print('hi')\n");
  }
});

test("another content, another name or another right to execute is another digest", async () => {
  const root = fresh();
  const digestOf = async (name: string, content: string, mode: number): Promise<string> => {
    const path = join(root, "one");
    rmSync(path, { recursive: true, force: true });
    mkdirSync(path);
    writeFileSync(join(path, name), content);
    chmodSync(join(path, name), mode);
    const taken = await takeIn({ name: "one", path }, join(root, "out"));
    return taken.kind === "taken" ? taken.digest : taken.why;
  };
  const digests = [
    await digestOf("a", "1", 0o644),
    await digestOf("a", "2", 0o644),
    await digestOf("b", "1", 0o644),
    await digestOf("a", "1", 0o755),
  ];
  expect(new Set(digests).size).toBe(4);
});

test("the one folder that an archive holds is the hand-in", async () => {
  const root = fresh();
  const path = writeZip(join(root, "a.zip"), [
    { name: "anna-hw3/server.yaml", content: "x" },
    { name: "__MACOSX/._server.yaml", content: "x" },
  ]);
  await takeIn({ name: "a", path }, join(root, "out"));
  expect(readdirSync(join(root, "out"))).toEqual(["server.yaml"]);
});

test.each<[string, (root: string) => string | Promise<string>, RegExp]>([
  ["a way out of the folder", (root) => writeZip(join(root, "a.zip"), [{ name: "../../etc/x" }]), /\.\.\/.*x/],
  ["a way out in a tar", (root) => writeTar(join(root, "a.tar"), [{ name: "a/../../x" }]), /leads out/],
  ["an absolute path", (root) => writeTar(join(root, "a.tar"), [{ name: "/etc/x" }]), /no path below/],
  ["a drive's path", (root) => writeTar(join(root, "a.tar"), [{ name: "C:/x" }]), /no path below/],
  [
    "a link in a zip",
    (root) => writeZip(join(root, "a.zip"), [{ name: "l", content: "/etc/passwd", mode: 0o120777 }]),
    /"l" is a link/,
  ],
  [
    "a link in a tar",
    (root) => writeTar(join(root, "a.tar"), [{ name: "l", type: "symlink", linkname: "/etc/passwd" }]),
    /"l" is a link/,
  ],
  [
    "a hard link",
    (root) => writeTar(join(root, "a.tar"), [{ name: "l", type: "link", linkname: "../../x" }]),
    /"l" is a link/,
  ],
  ["a link in a folder", linkIn, /"l" is a link/],
  ["a device", (root) => writeTar(join(root, "a.tar"), [{ name: "d", type: "block-device" }]), /no plain file/],
  ["a pipe", (root) => writeTar(join(root, "a.tar"), [{ name: "d", type: "fifo" }]), /no plain file/],
  [
    "an encrypted file",
    (root) => writeZip(join(root, "a.zip"), [{ name: "s", content: "x", isEncrypted: true }]),
    /"s" is encrypted/,
  ],
  ["a file twice", (root) => writeZip(join(root, "a.zip"), [{ name: "s" }, { name: "s" }]), /"s" twice/],
  [
    "a file that is a folder",
    (root) => writeZip(join(root, "a.zip"), [{ name: "s" }, { name: "s/t" }]),
    /"s\/t" twice/,
  ],
  ["a huge name", (root) => writeTar(join(root, "a.tar"), [{ name: "n".repeat(300) }]), /too long: 255 bytes/],
  ["a deep folder", (root) => writeTar(join(root, "a.tar"), [{ name: `${"d/".repeat(40)}x` }]), /32 folders/],
  [
    "a name that commands a terminal",
    (root) => writeTar(join(root, "a.tar"), [{ name: "\u001b[2J" }]),
    /‹U\+001B›|u001b/,
  ],
  ["no archive", (root) => write(join(root, "a.zip"), "not one"), /cannot be read/],
  ["half a tar", (root) => write(join(root, "a.tar"), "x".repeat(1000)), /cannot be read/],
  ["half a gzip", (root) => write(join(root, "a.tgz"), "x".repeat(1000)), /cannot be read/],
  [
    "a zip whose file is more than it says",
    (root) => lie(writeZip(join(root, "a.zip"), [{ name: "s", content: "x".repeat(100_000) }])),
    /cannot be read/,
  ],
  [
    "a zip that was damaged on its way",
    (root) => damage(writeZip(join(root, "a.zip"), [{ name: "s", content: randomBytes(1_000) }]), 31),
    /cannot be read/,
  ],
  [
    "a gzip that was cut",
    async (root) =>
      cut(await writeTar(join(root, "a.tgz"), [{ name: "s", content: randomBytes(9_000).toString("hex") }])),
    /^the archive breaks off in "s": it was cut/,
  ],
  [
    "a tar that was cut",
    async (root) => cut(await writeTar(join(root, "a.tar"), [{ name: "s", content: "x".repeat(9_000) }])),
    /^the archive breaks off in "s": it was cut/,
  ],
  ["nothing", (root) => writeZip(join(root, "a.zip"), []), /no file in it/],
])("refused with the reason: %s", async (_what, make, why) => {
  const root = fresh();
  const taken = await takeIn({ name: "a", path: await make(root) }, join(fresh(), "out"));
  expect(taken).toMatchObject({ kind: "refused", why: expect.stringMatching(why) });
  if (taken.kind === "refused") expect(taken.why).not.toMatch(/\p{Cc}/u);
});

test.each([
  ["zip", (path: string, content: string) => writeZip(`${path}.zip`, [{ name: "bomb", content }])],
  ["tar.gz", (path: string, content: string) => writeTar(`${path}.tar.gz`, [{ name: "bomb", content }])],
])("a few bytes that are unpacked to many are refused before they are written: %s", async (_what, make) => {
  const root = fresh();
  const limits = { ...INTAKE_LIMITS, bytesMax: 100_000 };
  const path = await make(join(root, "a"), "0".repeat(50_000_000));
  const taken = await takeIn({ name: "a", path }, join(root, "out"), limits);
  expect(taken).toMatchObject({ kind: "refused", why: expect.stringMatching(/more than .*unpacked/) });
});

test("more files than anybody hands in are refused, and so is an archive that is too large", async () => {
  const root = fresh();
  const path = writeZip(
    join(root, "a.zip"),
    Array.from({ length: 11 }, (_, at) => ({ name: `f${at}` })),
  );
  const few = await takeIn({ name: "a", path }, join(root, "out"), { ...INTAKE_LIMITS, entriesMax: 10 });
  expect(few).toEqual({ kind: "refused", why: "it holds more than 10 files and folders" });
  const small = await takeIn({ name: "a", path }, join(root, "out"), { ...INTAKE_LIMITS, archiveBytesMax: 500 });
  expect(small).toMatchObject({ kind: "refused", why: expect.stringContaining("the archive is more than") });
});

test("folders and archives are hand-ins, in the order of their names; what else there is is told", async () => {
  const root = fresh();
  for (const name of ["cleo", "anna"]) mkdirSync(join(root, name));
  for (const name of ["bob.tar.gz", "anna.zip", "notes.pdf", ".hidden.zip"]) writeFileSync(join(root, name), "");
  const { handIns, passedOver } = await findHandIns(root);
  expect(handIns.map(({ name }) => name)).toEqual(["anna", "anna.zip", "bob", "cleo"]);
  expect(passedOver).toEqual(["notes.pdf"]);
});

/** Says in both of its headers that the only file has ten bytes. */
function lie(path: string): string {
  const bytes = readFileSync(path);
  bytes.writeUInt32LE(10, 22);
  bytes.writeUInt32LE(10, bytes.indexOf("PK\x01\x02") + 24);
  writeFileSync(path, bytes);
  return path;
}

function damage(path: string, at: number): string {
  const bytes = readFileSync(path);
  bytes.fill(0xff, at, at + 100);
  writeFileSync(path, bytes);
  return path;
}

function cut(path: string): string {
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.subarray(0, bytes.length / 2));
  return path;
}

function linkIn(root: string): string {
  symlinkSync("/etc", join(root, "l"));
  return root;
}

function write(path: string, content: string): string {
  writeFileSync(path, content);
  return path;
}

function fresh(): string {
  const folder = mkdtempSync(join(tmpdir(), "howdy-intake-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
