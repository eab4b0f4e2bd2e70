// What a broker may want of whoever connects, with a real one: TLS, a password, a user's key; and what is said when it is not met.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nkeys } from "@nats-io/transport-node";
import { generate } from "selfsigned";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseBrokerAddress } from "./address.ts";
import { Broker, type BrokerKeys } from "./broker.ts";
import { NatsServer } from "./fixtures/nats-server.ts";

type KeyPair = ReturnType<typeof nkeys.createUser>;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "howdy-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** "in", or the line that says why not. */
async function open(url: string, keys: BrokerKeys = {}): Promise<string> {
  const address = parseBrokerAddress(url);
  if (address === undefined) throw new Error(`${url} is no address`);
  try {
    const broker = await Broker.open(address, "a test", keys);
    await broker.close();
    return "in";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe("a broker with TLS", () => {
  let broker: NatsServer;
  let ca: string;
  let other: string;

  beforeAll(async () => {
    const made = await generate([{ name: "commonName", value: "broker" }], {
      keyType: "ec",
      extensions: [
        { name: "basicConstraints", cA: true },
        { name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] },
      ],
    });
    other = (await generate([{ name: "commonName", value: "other" }], { keyType: "ec" })).cert;
    ca = made.cert;
    const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
    writeFileSync(cert, made.cert);
    writeFileSync(key, made.private);
    broker = await NatsServer.start({
      config: `tls { cert_file: "${cert}", key_file: "${key}" }\nauthorization { user: zoe, password: secret }`,
    });
  });

  afterAll(() => broker[Symbol.asyncDispose]());

  test("lets in who trusts it and has the password", async () => {
    const place = `zoe:secret@127.0.0.1:${broker.port}/room`;
    expect(await open(`tls://${place}`, { ca })).toBe("in");
    expect(await open(`nats://${place}`, { ca })).toBe("in");
  });

  test("is not trusted by who does not know it, and this is said, with what to do", async () => {
    const place = `127.0.0.1:${broker.port}`;
    const line = new RegExp(
      `^the broker at ${place} has a certificate that is not trusted: .*self-signed certificate.*; --room-log-ca names a file`,
    );
    expect(await open(`tls://zoe:secret@${place}/room`)).toMatch(line);
    expect(await open(`nats://zoe:secret@${place}/room`)).toMatch(line);
    expect(await open(`tls://zoe:secret@${place}/room`, { ca: other })).toMatch(line);
    expect(await open(`tls://zoe:secret@localhost:${broker.port}/room`, { ca })).toMatch(
      /certificate that is not trusted/,
    );
  });

  test("refuses who has no password, or another one", async () => {
    const place = `127.0.0.1:${broker.port}`;
    const where = "; they stand in --room-log, or in the file of --room-log-creds";
    expect(await open(`tls://${place}/room`, { ca })).toBe(
      `the broker at ${place} refuses whoever has no credentials${where}`,
    );
    expect(await open(`tls://zoe:wrong@${place}/room`, { ca })).toBe(
      `the broker at ${place} refuses these credentials${where}`,
    );
  });
});

test("a broker without TLS is told to be so to who asks for it", async () => {
  await using broker = await NatsServer.start();
  expect(await open(`tls://127.0.0.1:${broker.port}/room`)).toMatch(
    /^no broker can be reached at 127\.0\.0\.1:\d+: .*tls.*; --room-log says where it is$/i,
  );
});

test("a broker that knows users by their keys lets in who has one, and refuses others", async () => {
  const [user, other] = [nkeys.createUser(), nkeys.createUser()];
  await using broker = await NatsServer.start({
    config: `authorization { users: [ { nkey: ${user.getPublicKey()} } ] }`,
  });
  const url = broker.url("room");
  expect(await open(url, { creds: `${seedOf(user)}\n` })).toBe("in");
  expect(await open(url, { creds: seedOf(other) })).toContain("refuses these credentials");
  expect(await open(url)).toContain("refuses whoever has no credentials");
  expect(await open(url, { creds: "rubbish" })).toBe(
    "--room-log-creds: expected a user's credentials or the seed of a user's key; got neither",
  );
});

test("a broker with accounts lets in who has the credentials of a user of one", async () => {
  const [operator, account, system] = [nkeys.createOperator(), nkeys.createAccount(), nkeys.createAccount()];
  const [user, stranger] = [nkeys.createUser(), nkeys.createUser()];
  const unlimited = { subs: -1, data: -1, payload: -1, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 };
  const storage = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };
  const accountText = token(operator, account, { type: "account", limits: { ...unlimited, ...storage } });
  const systemText = token(operator, system, { type: "account", limits: unlimited });
  const config = [
    `operator: ${token(operator, operator, { type: "operator" })}`,
    `system_account: ${system.getPublicKey()}`,
    "resolver: MEMORY",
    `resolver_preload: { ${account.getPublicKey()}: ${accountText}, ${system.getPublicKey()}: ${systemText} }`,
  ];
  await using broker = await NatsServer.start({ config: config.join("\n") });
  const url = broker.url("room");
  expect(await open(url, { creds: credsOf(account, user) })).toBe("in");
  expect(await open(url, { creds: credsOf(nkeys.createAccount(), stranger) })).toContain("refuses these credentials");
});

function seedOf(pair: KeyPair): string {
  return new TextDecoder().decode(pair.getSeed());
}

/** What NATS's tools write into a file for a user. */
function credsOf(account: KeyPair, user: KeyPair): string {
  const limits = { subs: -1, data: -1, payload: -1 };
  return `-----BEGIN NATS USER JWT-----
${token(account, user, { type: "user", ...limits })}
------END NATS USER JWT------

-----BEGIN USER NKEY SEED-----
${seedOf(user)}
------END USER NKEY SEED------
`;
}

/** What an issuer says of somebody, signed. */
function token(issuer: KeyPair, subject: KeyPair, claims: Readonly<Record<string, unknown>>): string {
  const base = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const says = {
    iss: issuer.getPublicKey(),
    sub: subject.getPublicKey(),
    name: "of a test",
    iat: 1_700_000_000,
    jti: subject.getPublicKey(),
    nats: { version: 2, ...claims },
  };
  const text = `${base({ typ: "JWT", alg: "ed25519-nkey" })}.${base(says)}`;
  return `${text}.${Buffer.from(issuer.sign(new TextEncoder().encode(text))).toString("base64url")}`;
}
