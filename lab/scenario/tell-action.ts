// Owns how an action reads to a person, behind its host's name. Pure. It must not know what comes of the action.

import type { Action } from "./scenario.ts";

/** "selects All", "types “Hi”", "connects to 10.6.1.116:20002". */
export function describeAction(action: Action): string {
  switch (action.kind) {
    case "start":
      return action.settings.console === true ? "starts and asks on its console" : "starts";
    case "connect": {
      const where = [action.address, action.port].filter((part) => part !== undefined).join(":");
      return where === "" ? "connects with empty entries" : `connects to ${where}`;
    }
    case "select":
      return `selects ${action.name}`;
    case "type":
      return `types ${JSON.stringify(action.text)}`;
    case "input":
      return `answers ${JSON.stringify(action.text)} on its console`;
    case "send":
      return "sends";
    case "close":
      return "closes its window";
    case "stop":
      return "is stopped";
    case "kill":
      return "is killed";
  }
}
