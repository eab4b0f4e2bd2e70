import { expect, test } from "vitest";
import { UsageError } from "../../options/index.ts";
import { readOptions } from "../command-options.ts";

const SERVER = { address: "127.0.0.1", port: 20_002 } as const;

test("options have their defaults", () => {
  expect(readOptions(["--web"], {}).web).toEqual({
    host: "127.0.0.1",
    port: 8080,
    servers: [SERVER],
    allowedServers: [SERVER],
    allowedOrigins: [],
  });
  expect(readOptions(["--headless"], {}).web).toBeUndefined();
});

test("flags come before the environment, lists are put together", () => {
  const env = {
    HOWDY_WEB_HOST: "0.0.0.0",
    HOWDY_WEB_PORT: "9000",
    HOWDY_SERVER: "10.6.1.116:20002",
    HOWDY_ALLOW_SERVERS: "10.6.1.1:1, 10.6.1.2:2",
    HOWDY_ALLOW_ORIGINS: "https://chat.example/",
  };
  expect(readOptions(["--web"], env).web).toEqual({
    host: "0.0.0.0",
    port: 9000,
    servers: [{ address: "10.6.1.116", port: 20_002 }],
    allowedServers: [
      { address: "10.6.1.116", port: 20_002 },
      { address: "10.6.1.1", port: 1 },
      { address: "10.6.1.2", port: 2 },
    ],
    allowedOrigins: ["https://chat.example"],
  });
  const flags = ["--web", "--web-port", "0", "--server", "127.6.1.116:20002", "--allow-server", "10.6.1.3:3"];
  expect(readOptions(flags, env).web).toMatchObject({
    port: 0,
    servers: [{ address: "127.6.1.116", port: 20_002 }],
    allowedServers: [{ address: "127.6.1.116" }, { port: 3 }, { port: 1 }, { port: 2 }],
  });
  const six = ["--web", "--web-host", "[::1]", "--server", "[0::1]:20002", "--allow-server", "[fe80::1%eth0]:1"];
  expect(readOptions(six, {}).web).toMatchObject({
    host: "::1",
    allowedServers: [
      { address: "::1", port: 20_002 },
      { address: "fe80::1%eth0", port: 1 },
    ],
  });
  expect(readOptions(["--web"], { HOWDY_WEB_PORT: "", HOWDY_ALLOW_SERVERS: "" }).web).toMatchObject({ port: 8080 });
});

test.each([
  [["--web", "--headless"], "expected one of --headless, --web and --terminal; got --headless, --web"],
  [["--web", "--web-host", "win72"], '--web-host: expected an IP address; got "win72"'],
  [["--web", "--web-port", "65536"], '--web-port: expected a port from 0 to 65535; got "65536"'],
  [["--web", "--web-port="], '--web-port: expected a port from 0 to 65535; got ""'],
  [["--web", "--server", "win71:20002"], /^--server: expected an IP address and a port such as .*; got "win71:20002"$/],
  [["--web", "--server", "10.6.1.116"], /^--server: /],
  [["--web", "--server", "::1:20002"], /^--server: .* or \[::1\]:20002; got "::1:20002"$/],
  [["--web", "--server", "[::1]"], /^--server: /],
  [["--web", "--server", "[10.6.1.116]:20002"], /^--server: /],
  [
    ["--web", "--web-host", "fe80::1%eth0"],
    '--web-host: expected an IP address without a zone, which no browser takes; got "fe80::1%eth0"',
  ],
  [["--web", "--allow-server", "10.6.1.116:0"], /^--allow-server: /],
  [["--web", "--allow-origin", "chat.example"], /^--allow-origin: expected an origin such as/],
  [
    ["--web", ...Array(65).fill("--allow-server=10.6.1.1:1")],
    /^--allow-server: expected at most 64 of them; got "65"$/,
  ],
])("%j is refused", (args, message) => {
  expect(() => readOptions(args, {})).toThrow(UsageError);
  expect(() => readOptions(args, {})).toThrow(message);
});

test("a wrong environment is named as what it is", () => {
  expect(() => readOptions(["--web"], { HOWDY_SERVER: "win71" })).toThrow(/^HOWDY_SERVER: expected/);
  expect(() => readOptions(["--web"], { HOWDY_ALLOW_SERVERS: "10.6.1.1:1,x" })).toThrow(/^HOWDY_ALLOW_SERVERS: .*"x"$/);
});
