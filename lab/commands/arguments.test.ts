import { expect, test } from "vitest";
import { readArguments } from "./arguments.ts";

test("no arguments mean the report's cases on whichever bed there is, with five seconds for anything", () => {
  expect(readArguments([])).toEqual({
    kind: "run",
    selection: [],
    testbed: "auto",
    client: "headless",
    implementations: {},
    level: undefined,
    protocol: [],
    wire: "auto",
    out: undefined,
    reports: 10,
    keep: false,
    repeat: 1,
    subnet: undefined,
    timeoutMs: 5000,
    verbose: false,
    bare: false,
  });
});

test("everything that may be said is taken", () => {
  const args = [
    "08",
    "--testbed",
    "docker",
    "--client",
    "web",
    "--out",
    "x",
    "--keep",
    "--wire",
    "relay",
    "--repeat",
    "20",
    "--verbose",
    "--subnet",
    "10.8.0.0/23",
    "--timeout",
    "0.5",
    "a.yaml",
    "--protocol",
    "own.ts",
  ];
  expect(readArguments(args)).toEqual({
    kind: "run",
    selection: ["08", "a.yaml"],
    testbed: "docker",
    client: "web",
    implementations: {},
    level: undefined,
    protocol: ["own.ts"],
    wire: "relay",
    out: "x",
    reports: 10,
    keep: true,
    repeat: 20,
    subnet: "10.8.0.0/23",
    timeoutMs: 500,
    verbose: true,
    bare: false,
  });
  expect(readArguments(["--list", "whisper"])).toEqual({
    kind: "list",
    selection: ["whisper"],
    protocol: [],
    level: undefined,
  });
  expect(readArguments(["--bare"])).toMatchObject({ bare: true, wire: "off" });
  expect(readArguments(["diff", "a", "b/result.json"])).toEqual({ kind: "diff", before: "a", after: "b/result.json" });
  expect(readArguments(["--clean"])).toEqual({ kind: "clean" });
  expect(readArguments(["08", "-h"])).toEqual({ kind: "help" });
});

test("--limits are some of those that a file may say, within the same bounds, where anything is limited", () => {
  const limits = { memoryMib: 256, processes: 64, cpus: 0.5 };
  const said = "memory-mib=256,processes=64,cpus=0.5";
  expect(readArguments(["--limits", said])).toMatchObject({ kind: "run", limits });
  for (const words of [["probe", "a.yaml"], ["matrix"], ["reduce", "08"], ["grade", "x", "--rubric", "r"]]) {
    expect(readArguments([...words, "--limits", said])).toMatchObject({ kind: words[0], limits });
  }
  for (const wrong of ["memory", "memory-mib=", "memory-mib=1", "cpus=0.5,", "memory-mib=256=3", "disk=3", ""]) {
    expect(readArguments(["--limits", wrong]), wrong).toMatchObject({
      kind: "wrong",
      message: expect.stringContaining("--limits: expected some of memory-mib=N"),
    });
  }
  expect(readArguments(["--limits", said, "--testbed", "loopback"])).toEqual({
    kind: "wrong",
    message: "--limits: expected another bed than loopback, where nothing is limited",
  });
});

test("--help behind a command that is a word asks for that command's help, whatever else is said", () => {
  expect(readArguments(["matrix", "--help"])).toEqual({ kind: "help", of: "matrix" });
  expect(readArguments(["diff", "--timeout", "0", "-h"])).toEqual({ kind: "help", of: "diff" });
});

test("--server and --client name what is under test; a client may be a kind and a file at once", () => {
  expect(readArguments(["--server", "my.yaml", "--client", "c/x"])).toMatchObject({
    client: "headless",
    implementations: { server: "my.yaml", client: "c/x" },
  });
  expect(readArguments(["--client", "web", "--client", "./c"])).toMatchObject({
    client: "web",
    implementations: { client: "./c" },
  });
  expect(readArguments(["--client", "headless"])).toMatchObject({ client: "headless", implementations: {} });
  expect(readArguments(["--client", "terminal"])).toMatchObject({
    client: "headless",
    implementations: { client: "terminal" },
  });
});

test("--level leaves conformance cases of one level, to run and to list", () => {
  expect(readArguments(["conformance", "--level", "must"])).toMatchObject({ kind: "run", level: "must" });
  const listed = { kind: "list", selection: ["conformance"], protocol: [], level: "strict" };
  expect(readArguments(["--list", "conformance", "--level", "strict"])).toEqual(listed);
});

test("probe takes one file, and what its bed is to be", () => {
  expect(readArguments(["probe", "my-server"])).toEqual({
    kind: "probe",
    file: "my-server",
    testbed: "auto",
    subnet: undefined,
    timeoutMs: 5000,
  });
  const args = ["probe", "--testbed", "local", "x.yaml", "--subnet", "10.8.0.0/23", "--timeout", "9"];
  expect(readArguments(args)).toEqual({
    kind: "probe",
    file: "x.yaml",
    testbed: "local",
    subnet: "10.8.0.0/23",
    timeoutMs: 9000,
  });
});

test("matrix is every server with every client, the project's own where none is named, one pair at a time", () => {
  expect(readArguments(["matrix"])).toEqual({
    kind: "matrix",
    selection: [],
    servers: [],
    clients: [],
    level: undefined,
    testbed: "auto",
    wire: "auto",
    out: undefined,
    reports: 10,
    parallel: 1,
    subnet: undefined,
    timeoutMs: 5000,
  });
  const sides = ["--server", "a.yaml", "--server", "./b", "--client", "c.yaml"];
  const rest = ["--parallel", "16", "--level", "must", "--wire", "off", "--out", "x", "--testbed", "docker"];
  expect(readArguments(["matrix", "conformance", "03", ...sides, ...rest])).toMatchObject({
    selection: ["conformance", "03"],
    servers: ["a.yaml", "./b"],
    clients: ["c.yaml"],
    parallel: 16,
    level: "must",
    wire: "off",
    out: "x",
    reports: 10,
    testbed: "docker",
  });
});

test.each([
  [["--testbed", "vm"], '--testbed: expected one of auto, docker, namespaces, loopback, local; got "vm"'],
  [["--client", "gui"], '--client: expected one of headless, web, terminal, or a file; got "gui"'],
  [["--wire", "tap"], '--wire: expected one of auto, packets, relay, off; got "tap"'],
  [["--bare", "--verbose"], "--bare: expected neither --wire nor --verbose beside it; got one"],
  [["--repeat", "0"], '--repeat: expected a number from 1 to 10000; got "0"'],
  [["--repeat", "ten"], '--repeat: expected a number from 1 to 10000; got "ten"'],
  [["diff", "a"], "diff: expected two runs: diff OLD NEW"],
  [["diff", "a", "b", "c"], "diff: expected two runs: diff OLD NEW"],
  [["diff", "a", "b", "--keep"], "diff: expected no --keep; got one"],
  [["--client", ""], '--client: expected one of headless, web, terminal, or a file; got ""'],
  [["--client", "web", "--client", "headless"], "--client: expected one of headless, web; got several"],
  [["--client", "a.yaml", "--client", "b.yaml"], "--client: expected at most 1 file; got 2"],
  [["--server", "python"], '--server: expected a file; got "python"'],
  [["--server", "a.yaml", "--server", "b.yaml"], "--server: expected at most 1 file; got 2"],
  [["--level", "may"], '--level: expected one of must, strict; got "may"'],
  [["--list", "--level", "may"], '--level: expected one of must, strict; got "may"'],
  [["grade"], "grade: expected one folder: grade SUBMISSIONS"],
  [["grade", "a"], "grade: expected --rubric FILE; got none (rubric --init writes one)"],
  [
    ["grade", "a", "--rubric", "r.yaml", "--testbed", "local"],
    "grade: --testbed local: expected --unsafe beside it: hand-ins are processes of this machine there",
  ],
  [["grade", "a", "--rubric", "r.yaml", "--resume"], "--resume: expected --out DIR beside it; got none"],
  [
    ["grade", "a", "--rubric", "r.yaml", "--shard", "3/2"],
    '--shard: expected a part and how many parts there are, such as 2/5; got "3/2"',
  ],
  [
    ["grade", "a", "--rubric", "r.yaml", "--format", "csv,xml"],
    '--format: expected some of csv, gradescope, prairielearn, autolab, with commas between; got "csv,xml"',
  ],
  [["grade", "a", "--keep"], "grade: expected no --keep; got one"],
  [["merge"], "merge: expected the folders of a class's parts: merge DIR…"],
  [["--shard", "1/2"], "--shard: expected grade before it"],
  [["--parallel", "2"], "--parallel: expected matrix or grade before it"],
  [["probe"], "probe: expected one file: probe FILE"],
  [["probe", "a.yaml", "b.yaml"], "probe: expected one file: probe FILE"],
  [["probe", "a.yaml", "--server", "b.yaml"], "probe: expected no --server; got one"],
  [
    ["probe", "a.yaml", "--testbed", "vm"],
    '--testbed: expected one of auto, docker, namespaces, loopback, local; got "vm"',
  ],
  [["matrix", "--parallel", "0"], '--parallel: expected a number from 1 to 16; got "0"'],
  [["matrix", "--parallel", "17"], '--parallel: expected a number from 1 to 16; got "17"'],
  [["matrix", "--client", "web"], '--client: expected a file; got "web"'],
  [["matrix", "--repeat", "2"], "matrix: expected no --repeat; got one"],
  [["matrix", "--keep"], "matrix: expected no --keep; got one"],
  [
    ["matrix", ...Array.from({ length: 51 }, (_, index) => `--server=${index}.yaml`)],
    "--server: expected at most 50 files; got 51",
  ],
  [["--timeout", "0"], '--timeout: expected seconds, more than 0 and up to 600; got "0"'],
  [["--timeout", "601"], '--timeout: expected seconds, more than 0 and up to 600; got "601"'],
  [["--timeout", "1e2"], '--timeout: expected seconds, more than 0 and up to 600; got "1e2"'],
  [["--out", ""], "--out: expected a value; got none"],
  [["--clean", "08"], "--clean: expected nothing beside it; got more"],
  [["--clean", "--keep"], "--clean: expected nothing beside it; got more"],
  [["--bogus"], "there is no option --bogus"],
  [["--out"], "--out: expected a value; got none"],
])("%j is wrong, in one line", (args, message) => {
  expect(readArguments(args)).toEqual({ kind: "wrong", message });
});
