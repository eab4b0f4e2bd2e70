import { expect, test } from "vitest";
import { readAriaTree } from "./aria-tree.ts";

test("widgets are read with roles, names and a list's options, wherever they stand", () => {
  const snapshot = `- banner:
  - heading "Howdy" [level=1]
  - form "Howdy Server":
    - textbox "IP address": 127.0.0.1
    - button "Connect" [disabled]
- listbox "Send To":
  - option "Server"
  - option "All" [selected]
- log "Conversation":
  - text: "You say: hello"
- paragraph: Everybody reads what you send.
`;
  expect(readAriaTree(snapshot).filter(({ name }) => name !== "")).toEqual([
    { role: "heading", name: "Howdy", options: [] },
    { role: "form", name: "Howdy Server", options: [] },
    { role: "textbox", name: "IP address", options: [] },
    { role: "button", name: "Connect", options: [] },
    { role: "listbox", name: "Send To", options: ["Server", "All"] },
    { role: "option", name: "Server", options: [] },
    { role: "option", name: "All", options: [] },
    { role: "log", name: "Conversation", options: [] },
  ]);
});

test("names with quotes, colons and backslashes are read as they are", () => {
  const snapshot = `- listbox "Send To":
  - 'option "Jon: the \\"one\\" \\\\ only"'
`;
  expect(readAriaTree(snapshot)[0]?.options).toEqual(['Jon: the "one" \\ only']);
});

test.each(["", "- just some text", '- Button "x"', "a: b"])("%j has no widget", (snapshot) => {
  expect(readAriaTree(snapshot).filter(({ role }) => role === "button")).toEqual([]);
});
