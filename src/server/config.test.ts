import { describe, expect, test } from "vitest";
import { NAME_AGAIN_MS, NAME_TRIES_MAX } from "../client/comeback.ts";
import { UsageError } from "../options/index.ts";
import { readConfig } from "./config.ts";
import { LEASE_S_MAX } from "./limits.ts";

function messageOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return "no error";
}

describe("settings", () => {
  test("are the defaults, and an address to ask for, when nobody said anything", () => {
    expect(readConfig([], {})).toEqual({
      host: undefined,
      port: undefined,
      doors: [],
      roomLog: undefined,
      leaseS: 5,
      messageGapMs: 20,
      silentDeathS: 30,
      connectionsMax: 1024,
      flood: { burst: 20, ratePerS: 10 },
      controlSocket: undefined,
      data: { folder: undefined, linesMax: 50, days: 30 },
      logLevel: "info",
      help: false,
      version: false,
    });
  });

  test("come from flags, and from the environment where there is no flag", () => {
    const env = { HOWDY_HOST: "10.6.1.116", HOWDY_PORT: "20003" };
    expect(readConfig([], env)).toMatchObject({ host: "10.6.1.116", port: 20_003 });
    expect(readConfig(["--host", "127.0.0.1"], env)).toMatchObject({ host: "127.0.0.1", port: 20_003 });
    expect(readConfig(["--port=0"], env)).toMatchObject({ host: "10.6.1.116", port: 0 });
    const flags = ["--message-gap-ms", "0", "--silent-death-s", "6", "--connections-max", "1", "--log-level", "silent"];
    expect(readConfig(flags, {})).toMatchObject({
      messageGapMs: 0,
      silentDeathS: 6,
      connectionsMax: 1,
      logLevel: "silent",
    });
  });

  test("for the lease allow none that outlasts the clients that ask for their names again", () => {
    expect(readConfig(["--lease-s", String(LEASE_S_MAX)], {}).leaseS).toBe(LEASE_S_MAX);
    const wanted = messageOf(() => readConfig(["--lease-s", String(LEASE_S_MAX + 1)], {}));
    expect(wanted).toBe(`--lease-s: expected a whole number from 1 to ${LEASE_S_MAX}; got "${LEASE_S_MAX + 1}"`);
    // A room promises that a dead server's users are back within the lease and 2 s.
    expect(1000 * LEASE_S_MAX + 2000).toBeLessThan(NAME_AGAIN_MS * NAME_TRIES_MAX);
  });

  test("for the control socket come from either", () => {
    const env = { HOWDY_CONTROL_SOCKET: "/run/howdy/control.sock" };
    expect(readConfig([], env).controlSocket).toBe("/run/howdy/control.sock");
    expect(readConfig(["--control-socket", "auto"], env).controlSocket).toBe("auto");
    expect(readConfig([], { HOWDY_CONTROL_SOCKET: "" }).controlSocket).toBeUndefined();
  });

  test("for the data folder come from either, the folder first", () => {
    expect(readConfig(["--mailbox-lines", "5"], {}).data).toEqual({ folder: undefined, linesMax: 5, days: 30 });
    expect(readConfig([], { HOWDY_DATA: "kept" }).data).toEqual({ folder: "kept", linesMax: 50, days: 30 });
    const flags = ["--data", "a", "--mailbox-lines", "0", "--mailbox-days", "7"];
    expect(readConfig(flags, { HOWDY_DATA: "b" }).data).toEqual({ folder: "a", linesMax: 0, days: 7 });
    expect(readConfig([], { HOWDY_DATA: "", HOWDY_MAILBOX: "" }).data.folder).toBeUndefined();
    expect(messageOf(() => readConfig(["--mailbox-days", "0"], {}))).toContain(
      "--mailbox-days: expected a whole number",
    );
  });

  test("for the room's log have credentials in one place", () => {
    const env = { HOWDY_ROOM_LOG: "nats://jon:secret@10.6.1.110", HOWDY_ROOM_LOG_CREDS: "jon.creds" };
    expect(messageOf(() => readConfig([], env))).toBe(
      "--room-log-creds: expected none beside the credentials in --room-log",
    );
    const config = readConfig(["--room-log", "nats://10.6.1.110", "--room-log-ca", "ca.pem"], env);
    expect(config).toMatchObject({ roomLogCreds: "jon.creds", roomLogCa: "ca.pem" });
  });

  test("of the mailbox, as they were, are told what is in their place", () => {
    for (const flags of [["--mailbox", "mail.db"], ["--mailbox=mail.db"]]) {
      expect(messageOf(() => readConfig(flags, {}))).toMatch(/^--mailbox FILE is --data DIR now .* DIR\/howdy\.db/);
    }
    expect(messageOf(() => readConfig([], { HOWDY_MAILBOX: "mail.db" }))).toMatch(/^HOWDY_MAILBOX is --data DIR now /);
  });

  test("for doors come from both, each with its own port unless told", () => {
    const env = { HOWDY_DOORS: "cs513, classchat" };
    expect(readConfig(["--door", "chatroom:0", "--door=cs513:1400"], env).doors).toEqual([
      { name: "chatroom", port: 0 },
      { name: "cs513", port: 1400 },
      { name: "cs513", port: 1338 },
      { name: "classchat", port: 5050 },
    ]);
    expect(readConfig(["--door", "chatroom"], { HOWDY_DOORS: "" }).doors).toEqual([{ name: "chatroom", port: 33_000 }]);
  });

  test("for flood control come from either, and a rate of 0 is none", () => {
    const env = { HOWDY_FLOOD_BURST: "5", HOWDY_FLOOD_RATE: "2" };
    expect(readConfig([], env).flood).toEqual({ burst: 5, ratePerS: 2 });
    expect(readConfig(["--flood-burst", "7"], env).flood).toEqual({ burst: 7, ratePerS: 2 });
    expect(readConfig(["--flood-rate", "0"], env).flood).toBeUndefined();
    expect(messageOf(() => readConfig([], { HOWDY_FLOOD_BURST: "0" }))).toBe(
      'HOWDY_FLOOD_BURST: expected a whole number from 1 to 100000; got "0"',
    );
  });

  test("in an environment variable that is empty, or covered by a flag, count for nothing", () => {
    expect(readConfig([], { HOWDY_HOST: "", HOWDY_PORT: "" })).toMatchObject({ host: undefined, port: undefined });
    expect(readConfig(["--port", "20002"], { HOWDY_PORT: "rubbish" })).toMatchObject({ port: 20_002 });
  });

  test.each(["127.0.0.1", "0.0.0.0", "::1", "::"])("take %s as an address", (host) => {
    expect(readConfig(["--host", host], {}).host).toBe(host);
  });

  test("take localhost for 127.0.0.1", () => {
    expect(readConfig(["--host", "localhost"], {}).host).toBe("127.0.0.1");
  });
});

describe("a wrong setting", () => {
  test.each([
    { args: ["--host", "300.1.1.1"], message: '--host: expected an IP address; got "300.1.1.1"' },
    { args: ["--host", "example.org"], message: '--host: expected an IP address; got "example.org"' },
    { args: ["--host="], message: '--host: expected an IP address; got ""' },
    { args: ["--host=a\nb"], message: '--host: expected an IP address; got "a\\nb"' },
    {
      args: ["--port", "1024"],
      message: '--port: expected a whole number from 1025 to 65535 (or 0 for any that is free); got "1024"',
    },
    {
      args: ["--port", "65536"],
      message: '--port: expected a whole number from 1025 to 65535 (or 0 for any that is free); got "65536"',
    },
    {
      args: ["--port", "20002.0"],
      message: '--port: expected a whole number from 1025 to 65535 (or 0 for any that is free); got "20002.0"',
    },
    {
      args: ["--message-gap-ms", "1001"],
      message: '--message-gap-ms: expected a whole number from 0 to 1000; got "1001"',
    },
    { args: ["--silent-death-s", "5"], message: '--silent-death-s: expected a whole number from 6 to 3600; got "5"' },
    {
      args: ["--connections-max", "0"],
      message: '--connections-max: expected a whole number from 1 to 65535; got "0"',
    },
    {
      args: ["--log-level", "loud"],
      message: '--log-level: expected one of debug, info, warn, error, silent; got "loud"',
    },
    ...["irc", "cs513:", "cs513:80", "cs513:1338:1", "toString", ""].map((door) => ({
      args: [`--door=${door}`],
      message: `--door: expected one of cs513, classchat, chatroom, and behind it nothing or a colon and a whole number from 1025 to 65535 (or 0 for any that is free); got "${door}"`,
    })),
    { args: ["--nonsense"], message: "there is no option --nonsense" },
    { args: ["--tls-cert", "x.pem"], message: "TLS: expected --tls-cert and --tls-key; got --tls-cert alone" },
    { args: ["--tls-key", "x.pem"], message: "TLS: expected --tls-cert and --tls-key; got --tls-key alone" },
    { args: ["extra"], message: 'expected options only; got the word "extra"' },
  ])("in $args is said in one line", ({ args, message }) => {
    expect(messageOf(() => readConfig(args, {}))).toBe(message);
  });

  test("in the environment names the variable", () => {
    expect(messageOf(() => readConfig([], { HOWDY_HOST: "nowhere" }))).toBe(
      'HOWDY_HOST: expected an IP address; got "nowhere"',
    );
    expect(messageOf(() => readConfig([], { HOWDY_PORT: "11" }))).toContain("HOWDY_PORT: expected a whole number");
  });

  test("of a flag without its value is one line, too", () => {
    for (const args of [["--port"], ["--port", "-5"], ["--host", "--port"]]) {
      const message = messageOf(() => readConfig(args, {}));
      expect(message).toContain(args[0]);
      expect(message).not.toContain("\n");
    }
  });
});
