import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import {
  loopbackAddress,
  moveTopology,
  parseTopology,
  readFurtherHosts,
  readTopology,
  TopologyError,
} from "./topology.ts";

const composePath = fileURLToPath(new URL("../../compose.yaml", import.meta.url));

const room = `services:
  one:
    hostname: One
    image: room/server:local
    build: { context: ., dockerfile: Dockerfile.server }
    labels: { howdy.role: server }
    networks: { howdy: { ipv4_address: 10.9.0.10 } }
  two:
    hostname: Two
    image: room/client:local
    build: { context: ., dockerfile: Dockerfile.client }
    labels: { howdy.role: client }
    networks: { howdy: { ipv4_address: 10.9.0.11 } }
networks:
  howdy:
    ipam:
      config: [{ subnet: 10.9.0.0/24 }]
`;

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof TopologyError) return error.message;
    throw error;
  }
  throw new Error("expected a TopologyError; nothing was thrown");
}

const refusal = (said: string, instead: string) =>
  messageOf(() => parseTopology(room.replace(said, instead), "compose.yaml"));

describe("the project's own compose.yaml", () => {
  test("is the report's four hosts at the report's addresses", () => {
    const { subnet, hosts } = readTopology(composePath);
    expect(subnet).toBe("10.6.0.0/23");
    expect(hosts.map(({ name, service, role, address }) => [name, service, role, address])).toEqual([
      ["Win71", "win71", "server", "10.6.1.116"],
      ["Win72", "win72", "client", "10.6.1.153"],
      ["Win73", "win73", "client", "10.6.0.228"],
      ["Win74", "win74", "client", "10.6.0.153"],
    ]);
  });
});

describe("a wrong compose file is refused with its place", () => {
  test("where it is no YAML", () => {
    expect(refusal("hostname: One", "hostname: [One")).toBe(
      "compose.yaml:3:15: expected a closing bracket, } or ], and a comma between two entries; got neither",
    );
  });

  test("where a role is unknown", () => {
    expect(refusal("howdy.role: client", "howdy.role: clinet")).toBe(
      'compose.yaml:12:27: services.two.labels."howdy.role": expected server or client or broker; got "clinet"',
    );
  });

  test("where a field is missing, at what should hold it", () => {
    expect(refusal("    hostname: Two\n", "")).toMatch(
      /^compose\.yaml:9:5: services\.two\.hostname: expected a text .*; it is missing$/,
    );
  });

  test("where an address is outside the subnet", () => {
    expect(refusal("10.9.0.11", "10.9.1.11")).toBe(
      "compose.yaml:13:40: services.two.networks.howdy.ipv4_address: " +
        "expected a host's address inside 10.9.0.0/24, not its gateway's; got \"10.9.1.11\"",
    );
  });

  test("where an address is the gateway's", () => {
    expect(refusal("10.9.0.11", "10.9.0.1 ")).toContain("not its gateway's");
  });

  test("where two hosts share an address or a name", () => {
    expect(refusal("10.9.0.11", "10.9.0.10")).toContain("expected an address of its own; 10.9.0.10 is One's");
    expect(refusal("hostname: Two", "hostname: One")).toContain("expected a name of its own; one is One too");
  });

  test("where the subnet is none", () => {
    expect(refusal("subnet: 10.9.0.0/24", "subnet: 10.9.0.0")).toContain(
      "compose.yaml:17:26: networks.howdy.ipam.config[0].subnet",
    );
  });

  test("where there is no server, or a second one", () => {
    expect(refusal("howdy.role: server", "howdy.role: client")).toContain(
      "exactly one host with howdy.role server; got 0",
    );
    expect(refusal("howdy.role: client", "howdy.role: server")).toContain(
      "exactly one host with howdy.role server; got 2",
    );
  });

  test("where it cannot be read at all", () => {
    expect(messageOf(() => readTopology("/nowhere/compose.yaml"))).toContain(
      "expected a compose file that can be read; there is nothing of that name",
    );
  });
});

describe("a topology moved to another subnet", () => {
  const topology = readTopology(composePath);
  const refused = (subnet: string) => messageOf(() => moveTopology(topology, subnet));

  test("keeps every host part", () => {
    const moved = moveTopology(topology, "10.8.0.0/23");
    expect(moved.subnet).toBe("10.8.0.0/23");
    expect(moved.hosts.map((host) => host.address)).toEqual(["10.8.1.116", "10.8.1.153", "10.8.0.228", "10.8.0.153"]);
    expect(topology.hosts[0]?.address).toBe("10.6.1.116");
  });

  test("may be wider than the original", () => {
    expect(moveTopology(topology, "172.16.0.0/12").hosts[0]?.address).toBe("172.16.1.116");
  });

  test("is refused where the hosts do not fit, with a subnet that does", () => {
    expect(refused("10.8.0.0/24")).toBe(
      `--subnet "10.8.0.0/24": Win71's host part 1.116 does not fit in a /24; ` +
        "expected /23 or wider, for example 10.8.0.0/23",
    );
  });

  test("is refused where the address is no network's base, with the base", () => {
    expect(refused("10.8.1.0/23")).toContain("expected the network's base address, 10.8.0.0/23");
  });

  test.each(["", "10.8.0.0", "10.8.0/23", "10.8.0.0/33", "10.8.0.256/23", "010.8.0.0/23", "10.8.0.0/23 ", "all"])(
    "is refused where the subnet is %j",
    (subnet) => {
      expect(refused(subnet)).toContain(`--subnet "${subnet}": expected`);
    },
  );

  test.each(["127.0.0.0/23", "224.0.0.0/23", "0.0.0.0/8"])("is refused where no host can be: %s", (subnet) => {
    expect(refused(subnet)).toContain("not loopback or multicast");
  });
});

test("compose.cluster.yaml adds servers and a broker to the report's hosts, in their subnet", () => {
  const report = readTopology(composePath);
  const clusterPath = composePath.replace("compose.yaml", "compose.cluster.yaml");
  expect(readFurtherHosts(clusterPath, report)).toEqual([
    { name: "Nats", service: "nats", role: "broker", address: "10.6.1.110" },
    { name: "Win81", service: "win81", role: "server", address: "10.6.1.117" },
    { name: "Win91", service: "win91", role: "server", address: "10.6.1.118" },
  ]);
  const taken = messageOf(() => readFurtherHosts(clusterPath, moveTopology(report, "10.8.0.0/23")));
  expect(taken).toContain("expected a host's address inside 10.8.0.0/23");
});

test("a host's loopback address keeps all but the first number", () => {
  expect(loopbackAddress("10.6.1.116")).toBe("127.6.1.116");
});
