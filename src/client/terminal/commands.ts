// Owns the commands that can be typed: their names, and what is said of them. It must not know what they do.

export interface CommandHelp {
  readonly name: string;
  /** What follows the name, or nothing. */
  readonly argument: string;
  readonly what: string;
}

export const COMMANDS = [
  { name: "/to", argument: "NAME", what: "what you type goes to NAME from now on, or to All" },
  { name: "/w", argument: "NAME TEXT", what: "whispers once; @NAME TEXT does the same" },
  { name: "/all", argument: "TEXT", what: "says something to everybody once" },
  { name: "/list", argument: "", what: "who is online" },
  { name: "/history", argument: "", what: "older lines than are shown, where the server keeps them" },
  { name: "/search", argument: "WORDS", what: "lines that hold all of WORDS; without WORDS, older ones that do" },
  { name: "/signin", argument: "NAME", what: "takes NAME as its owner does; asks for the password" },
  { name: "/register", argument: "", what: "makes your name yours: asks for a password, which is not shown" },
  { name: "/password", argument: "", what: "gives your registered name another password" },
  { name: "/unregister", argument: "NAME", what: "gives your registered name back: it is nobody's own then" },
  { name: "/clear", argument: "", what: "clears the screen" },
  { name: "/help", argument: "", what: "this text" },
  { name: "/quit", argument: "", what: "leaves, as Ctrl-C and Ctrl-D do" },
] as const satisfies readonly CommandHelp[];

export type CommandName = (typeof COMMANDS)[number]["name"];

/** What /help says, a line each. */
export const HELP_LINES: readonly string[] = [
  ...COMMANDS.map(({ name, argument, what }) => `${`${name} ${argument}`.padEnd(14)} ${what}`),
  'A name may have blanks: /w Jon Stewart TEXT; in quotes it is never too long: /w "Jon" Stewart is funny.',
  "Two slashes begin a text with a slash: //etc/hosts; @@ begins one with @.",
  "Tab completes commands and names, the arrow keys recall lines, Alt-Enter begins a new line in the text (an inverse \u240a).",
  "Marks: > yours, * a whisper, ! the server, - the room, # this client.",
];
