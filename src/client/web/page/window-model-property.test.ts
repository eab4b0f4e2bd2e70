import fc from "fast-check";
import { expect, test } from "vitest";
import { EVERYBODY, SERVER } from "../../../protocol/hcp1/index.ts";
import { SERVER_ENTRIES, WindowDriver } from "./fixtures/window-driver.ts";

const USERS = ["Bo", "Kim", "All says: x", "You say: t1"] as const;

type WindowStep =
  | {
      readonly do:
        | "type"
        | "send"
        | "connect"
        | "reconnect"
        | "dialled"
        | "dial-failed"
        | "ack"
        | "nak"
        | "lost"
        | "waited"
        | "cut"
        | "older"
        | "newer"
        | "hold"
        | "release";
    }
  | { readonly do: "commands" | "events"; readonly count: number }
  | { readonly do: "select"; readonly name: string }
  | { readonly do: "list"; readonly names: readonly string[] }
  | { readonly do: "message"; readonly sender: string };

const step: fc.Arbitrary<WindowStep> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom(
        "type",
        "send",
        "connect",
        "reconnect",
        "dialled",
        "dial-failed",
        "ack",
        "nak",
        "lost",
        "waited",
      ),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constantFrom("commands", "events"), count: fc.integer({ min: 1, max: 5 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("select"), name: fc.constantFrom(SERVER, EVERYBODY, ...USERS) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("list"), names: fc.subarray([...USERS]) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("cut", "hold", "release") }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("older", "newer") }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("message"), sender: fc.constantFrom(...USERS) }) },
) as fc.Arbitrary<WindowStep>;

test("however commands and events cross, nothing typed is lost, and nothing reaches whom it was not meant for", () => {
  fc.assert(
    fc.property(fc.boolean(), fc.array(step, { maxLength: 120, size: "max" }), (hasSeveral, steps) => {
      const run = new Run(hasSeveral);
      for (const each of steps) run.take(each);
      run.finish();
      const { model, session, sent } = run.driver;
      const { connection, username, names, selection } = session.state;
      expect(model.link === "connected").toBe(connection !== null);
      expect(model.names).toEqual(names);
      expect(model.username).toBe(username);
      if (model.selection !== null) expect(model.selection).toBe(selection);
      for (const message of sent) {
        if (message.kind !== "message") continue;
        expect(run.presses).toContainEqual({ receiver: message.receiver, text: message.text });
      }
      const kept = [model.drafts, ...sent.map((message) => ("text" in message ? message.text : run.nameOf(message)))];
      for (const token of run.tokens) expect(kept.join(" ").split(/\s+/), `${token} in ${kept}`).toContain(token);
    }),
    { numRuns: 1500 },
  );
});

class Run {
  readonly driver: WindowDriver;
  readonly tokens: string[] = [];
  readonly presses: { receiver: string | null; text: string }[] = [];
  #proposed: string[] = [];
  /** Who left and is back before the page's commands arrive is still who was meant. */
  #picked: string | null = null;

  constructor(hasSeveral: boolean) {
    this.driver = WindowDriver.ready("Jon", ["Bo", "Kim"], hasSeveral ? [{ address: "10.6.1.117", port: 20_002 }] : []);
  }

  take(each: WindowStep): void {
    const { driver } = this;
    const { model } = driver;
    switch (each.do) {
      case "type":
        this.tokens.push(`t${this.tokens.length}`);
        model.entry.type(`${model.entry.text} ${this.tokens.at(-1)}`.trim());
        break;
      case "send":
        this.presses.push({ receiver: model.selection ?? this.#picked, text: model.entry.text });
        model.send();
        break;
      case "connect":
        model.connect(SERVER_ENTRIES);
        break;
      case "reconnect":
        model.reconnect();
        if (model.link === "opening") driver.openWire();
        break;
      case "cut":
        driver.cutWire();
        break;
      case "older":
        model.entry.recallOlder();
        break;
      case "newer":
        model.entry.recallNewer();
        break;
      case "hold":
        model.entry.hold();
        break;
      case "release":
        model.entry.release();
        break;
      case "select":
        model.select(each.name);
        if (model.selection === each.name) this.#picked = each.name;
        break;
      case "commands":
        for (let count = 0; count < each.count; count += 1) driver.deliverCommand();
        break;
      case "events":
        for (let count = 0; count < each.count; count += 1) driver.deliverEvent();
        break;
      default:
        this.#serve(each);
    }
  }

  finish(): void {
    this.driver.model.entry.release();
    if (this.driver.model.link === "cut-off") this.take({ do: "reconnect" });
    this.driver.settle();
    while (this.driver.isDialling) this.driver.input({ kind: "dialled" }).settle();
  }

  /** A proposal's name, which is what was typed. */
  nameOf(message: { readonly kind: string; readonly name?: string }): string {
    return message.name ?? "";
  }

  #serve(each: WindowStep): void {
    const { driver } = this;
    const open = driver.sent.filter(({ kind }) => kind === "proposal").slice(this.#proposed.length);
    const proposal = open[0];
    switch (each.do) {
      case "dialled":
        if (driver.isDialling) driver.input({ kind: "dialled" });
        break;
      case "dial-failed":
        if (driver.isDialling) driver.input({ kind: "dial-failed", why: "connection refused" });
        break;
      case "ack":
      case "nak":
        if (proposal === undefined || !("name" in proposal)) break;
        this.#proposed.push(proposal.name);
        driver.receive({ kind: each.do, name: proposal.name });
        break;
      case "lost":
        if (driver.isLinked) driver.input({ kind: "closed", code: "peer-ended", why: "it closed the connection" });
        break;
      case "waited":
        if (driver.isWaiting) driver.input({ kind: "waited" });
        break;
      case "list":
        driver.receive({ kind: "update", names: each.names });
        break;
      case "message":
        driver.receive({ kind: "message", sender: each.sender, receiver: EVERYBODY, text: "hi" });
        break;
    }
  }
}
