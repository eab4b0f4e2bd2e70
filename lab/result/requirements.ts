// Owns what the numbers in a scenario's `requirements` mean: the twelve requirements of the report's test plan.

/** By number, as sentences about the system. Report, "Test Case Design". */
export const REQUIREMENTS: Readonly<Record<number, string>> = {
  1: "Several clients are connected at once.",
  2: "A user can whisper to another one.",
  3: "A user chooses a nickname.",
  4: "The server prints what it does.",
  5: "Connecting and disconnecting disturbs nobody else.",
  6: "Nicknames are unique; a duplicate is settled before the client is let in.",
  7: "Every client learns of changes in the list of users.",
  8: "The list of users is displayed.",
  9: "Joins and leaves are displayed on the clients.",
  10: "A sender sees its own messages.",
  11: "Messages arrive while the user is typing.",
  12: "A client can leave without disturbing the server.",
};
