import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeFrame, encodeMessage } from "../protocol/hcp1/index.ts";
import { encodeHcp2 } from "../protocol/hcp2/index.ts";
import { keysOf, SALT } from "../server/fixtures/hcp2-owner.ts";
import { SCRAM } from "./client.ts";
import { asVersion1 } from "./control.ts";
import { eventSchema, eventSchema2 } from "./control-events.ts";
import { testSession } from "./fixtures/session-driver.ts";
import { isOfVersion1 } from "./heard.ts";
import { LINES_MAX, type Session } from "./session.ts";
import type { SessionInput, SessionOutput } from "./session-io.ts";

const name = fc.oneof(
  fc.constantFrom("Server", "All", "Jon", "Bo", "Zoë"),
  fc.string({ unit: "binary", maxLength: 70 }),
);
const text = fc.oneof(fc.constantFrom("", "hello", "x".repeat(3968)), fc.string({ unit: "binary" }));
const address = fc.constantFrom("", "127.0.0.1", "300.1.1.1");
const port = fc.constantFrom("", "20002", 20_002, 0, -0.5);

const servers = fc.array(fc.record({ address, port }), { minLength: 1, maxLength: 3 });

const command = fc.oneof(
  { weight: 2, arbitrary: fc.record({ connect: fc.record({ address, port }) }) },
  { weight: 2, arbitrary: fc.record({ connect: fc.record({ servers }) }) },
  { weight: 3, arbitrary: fc.record({ select: name }) },
  { weight: 3, arbitrary: fc.record({ type: text }) },
  { weight: 4, arbitrary: fc.constant({ send: {} }) },
  { weight: 1, arbitrary: fc.constant({ state: {} }) },
  { weight: 1, arbitrary: fc.constant({ history: {} }) },
);

// Names as they leave the decoder: at most 64 bytes of UTF-8.
const decodedName = name
  .map((value) => value.toWellFormed().replaceAll("\0", ""))
  .filter((value) => {
    return Buffer.byteLength(value) <= 64;
  });

const message = fc.oneof(
  fc.record({ kind: fc.constantFrom("proposal", "ack", "nak"), name: decodedName }),
  fc.record({ kind: fc.constant("update"), names: fc.array(decodedName) }),
  fc.record({ kind: fc.constant("message"), sender: decodedName, receiver: decodedName, text }),
  fc.constant({ kind: "malformed", fault: "unknown-type", names: [] } as const),
);

// A session of these tests counts its requests, so that some of them are answered.
const request = fc.integer({ min: 1, max: 8 }).map((count) => count.toString(16).padStart(16, "0"));
const id = fc.constantFrom("01", "02", "03", "04");
const sequence = fc.integer({ min: 0, max: 9 });
const place = { id, sequence, time: fc.integer({ min: 0 }) };
const flag = fc.constantFrom(undefined, true as const);

const challengeFor = (nonce: string) => `r=${nonce}x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=600000`;

const message2 = fc.oneof(
  fc.record({
    kind: fc.constant("hello"),
    frameMax: fc.constant(17_408),
    capabilities: fc.constantFrom([], [1], [1, 2]),
    log: id,
  }),
  fc.record({ kind: fc.constant("welcome"), request, name: decodedName, sequence, time: sequence }),
  fc.record({ kind: fc.constant("roster"), names: fc.array(decodedName), more: flag }),
  fc.record({ kind: fc.constantFrom("joined", "left"), name: decodedName, sequence, time: sequence }),
  fc.record({
    kind: fc.constant("line"),
    ...place,
    from: decodedName,
    text,
    to: fc.option(decodedName, { nil: undefined }),
  }),
  fc.record({
    kind: fc.constant("line"),
    ...place,
    from: decodedName,
    text,
    request,
    nonce: fc.option(id, { nil: undefined }),
  }),
  fc.record({ kind: fc.constant("page"), request, more: flag, gap: flag }),
  fc.record({ kind: fc.constant("said"), request, ...place }),
  fc.record({ kind: fc.constant("error"), code: fc.constantFrom("id-unknown", "name-taken"), text, request }),
  fc.record({ kind: fc.constantFrom("kept", "ping", "registered"), request }),
  fc.record({ kind: fc.constant("challenge"), request, scram: request.map(challengeFor) }),
  fc.record({ kind: fc.constantFrom("notice", "bye"), code: fc.constantFrom("announcement", "kicked"), text }),
  fc.record({
    kind: fc.constant("mail"),
    time: sequence,
    from: decodedName,
    text,
    to: fc.option(decodedName, { nil: undefined }),
  }),
);

const bytes = Uint8Array.of(1);
const password = fc.constantFrom("", "correct horse");
const keys = fc.constant(keysOf("word"));

const input: fc.Arbitrary<SessionInput> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("command"), command }) },
  { weight: 1, arbitrary: fc.constant({ kind: "dialled" } as const) },
  { weight: 2, arbitrary: fc.constant({ kind: "dialled", spoken: { hcp: 2, fellBack: false } } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: "hellos", hellos: { client: bytes, server: bytes } } as const) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("sign-in"), name, password }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("register"), password }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("stretched"), id: request, salt: fc.constant(SALT), keys }) },
  { weight: 1, arbitrary: fc.constant({ kind: "dial-failed", why: "connection refused" } as const) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("received"), message }) },
  { weight: 12, arbitrary: fc.record({ kind: fc.constant("received"), message: message2 }) },
  { weight: 1, arbitrary: fc.constant({ kind: "waited" } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: "closed", code: "peer-ended", why: "it closed" } as const) },
);

const inputs = fc.array(input, { maxLength: 60 });

test("whatever happens in whatever order, every event keeps to the schema and every message can be encoded", () => {
  fc.assert(
    fc.property(inputs, (all) => {
      for (const output of outputsOf(testSession(0, { scram: SCRAM }), all)) {
        if (output.kind === "event") {
          eventSchema2.parse(output.event);
          eventSchema.optional().parse(asVersion1(output.event));
        } else if (output.kind === "send") {
          if (isOfVersion1(output.message)) expect(decodeFrame(encodeMessage(output.message))).toEqual(output.message);
          else encodeHcp2(output.message);
        }
      }
    }),
  );
});

test("nothing is sent but on a connection that is there", () => {
  fc.assert(
    fc.property(inputs, (all) => {
      const session = testSession(0, { scram: SCRAM });
      let line: "none" | "dialling" | "connected" = "none";
      for (const one of all) {
        if (one.kind === "dialled" && line === "dialling") line = "connected";
        if (one.kind === "dial-failed" && line === "dialling") line = "none";
        if (one.kind === "closed" && line === "connected") line = "none";
        for (const output of session.take(one)) {
          if (output.kind === "hang-up") line = "none";
          if (output.kind === "dial") line = "dialling";
          if (output.kind === "send") expect(line).toBe("connected");
        }
        expect(session.state.connection !== null).toBe(line === "connected");
      }
    }),
  );
});

test("the draft goes when it is sent, and only then: what the client sends by itself leaves it", () => {
  fc.assert(
    fc.property(inputs, (all) => {
      const session = testSession(0, { scram: SCRAM });
      for (const one of all) {
        const before = session.state.draft;
        const sent = session.take(one).some((output) => {
          return output.kind === "outcome" && (output.outcome === "message" || output.outcome === "proposal");
        });
        const typed = one.kind === "command" && "type" in one.command;
        if (sent) expect(session.state.draft).toBe("");
        else if (!typed) expect(session.state.draft).toBe(before);
      }
    }),
  );
});

test("lines are bounded and are those that were shown; the list has nobody twice and holds the selection", () => {
  fc.assert(
    fc.property(inputs, (all) => {
      const session = testSession(0, { scram: SCRAM });
      const shown = outputsOf(session, all).flatMap((output) =>
        output.kind === "event" && "shown" in output.event ? [output.event.shown.text] : [],
      );
      const { lines, names, selection } = session.state;
      expect(lines).toEqual(shown.slice(-LINES_MAX));
      expect(new Set(names).size).toBe(names.length);
      expect(names.slice(0, 2)).toEqual(["Server", "All"]);
      if (selection !== null) expect(names).toContain(selection);
    }),
  );
});

test("every dial ends in exactly one disconnected, with at most one connected before it", () => {
  fc.assert(
    fc.property(inputs, (all) => {
      const closing: SessionInput = { kind: "command", command: { close: {} } };
      const history = outputsOf(testSession(0, { scram: SCRAM }), [...all, closing]).flatMap((output) => {
        if (output.kind === "dial") return ["dial"];
        return output.kind === "event" ? Object.keys(output.event).filter((key) => key.includes("connected")) : [];
      });
      expect(history.join(" ")).toMatch(/^(dial( connected)? disconnected ?)*$/);
    }),
  );
});

function outputsOf(session: Session, all: readonly SessionInput[]): readonly SessionOutput[] {
  return all.flatMap((one) => session.take(one));
}
