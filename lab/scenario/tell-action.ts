// Owns how an action reads to a person, behind its host's name. Pure. It must not know what comes of the action.

import type { Protocol } from "../protocol/protocol.ts";
import type { Action, Connect } from "./scenario.ts";
import { tellSent, tellWireExpectation } from "./tell-wire.ts";
import type { Wire } from "./wire.ts";

/** "selects All", "types “Hi”", "connects to 10.6.1.116:20002". */
export function describeAction(action: Action): string {
  switch (action.kind) {
    case "start":
      return action.settings.console === true ? "starts and asks on its console" : "starts";
    case "connect":
      return describeConnect(action);
    case "select":
      return `selects ${action.name}`;
    case "type":
      return `types ${JSON.stringify(action.text)}`;
    case "input":
      return `answers ${JSON.stringify(action.text)} on its console`;
    case "operator":
      return `is told ${JSON.stringify(action.line)} by its operator`;
    case "send":
      return "sends";
    case "history":
      return action.limit === undefined ? "asks for older lines" : `asks for ${action.limit} older lines`;
    case "signIn":
      return `signs in as ${action.name}`;
    case "close":
      return "closes its window";
    case "stop":
      return "is stopped";
    case "kill":
      return "is killed";
    case "restart":
      return "is killed and started again";
    case "pause":
      return "is paused";
    case "resume":
      return "is resumed";
    case "wipe":
      return "is killed and started again with nothing";
    case "fill":
      return "has no room for more";
    case "free":
      return "has room again";
    case "wire":
      return describeWire(action.wire, action.protocol);
  }
}

function describeConnect({ address, port, as, times }: Connect): string {
  const where = [address, port].filter((part) => part !== undefined).join(":");
  if (as !== undefined) {
    const whom = times === undefined ? as : `${times} times as ${as}`;
    return where === "" ? `connects ${whom}` : `connects ${whom} to ${where}`;
  }
  return where === "" ? "connects" : `connects to ${where}`;
}

/** "a: sends proposal "Jon" in pieces of 1, expects ack "Jon"". */
function describeWire(wire: Wire, protocol: Protocol): string {
  const { as, send, times, cut, gapMs, after, reads, expect } = wire;
  const pieces = {
    whole: "",
    frames: ", each frame alone",
    lengths: cut.kind === "lengths" ? ` in pieces of ${cut.lengths.join(", ")} and the rest` : "",
    each: cut.kind === "each" ? ` in pieces of ${cut.length}` : "",
  }[cut.kind];
  const said = [
    ...(reads === undefined ? [] : [reads ? "reads again" : "stops reading"]),
    ...(send.length === 0
      ? []
      : [
          `sends ${send.map((frame) => tellSent(frame, protocol)).join(", ")}${times > 1 ? ` ${times} times` : ""}${pieces}`,
        ]),
    ...(gapMs > 0 ? [`${gapMs} ms apart`] : []),
    ...(after === null ? [] : [after === "end" ? "ends the stream" : "resets the connection"]),
    ...(expect === undefined ? [] : [`expects ${tellWireExpectation(expect, protocol)}`]),
  ];
  return `${as === undefined ? "" : `${as}: `}${said.join(", ")}`;
}
