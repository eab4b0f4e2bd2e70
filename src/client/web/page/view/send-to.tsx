// Owns the one list of destinations and users. Invariant: an option's name is exactly the destination's.

import type { CSSProperties, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { EVERYBODY, SERVER } from "../../../../protocol/hcp1/index.ts";
import { findByTyping, stepOf } from "../list-keys.ts";
import { nameColour } from "../name-colour.ts";
import { makeNameVisible } from "../rich-text.ts";
import { focusEntry } from "./focus.ts";
import type { Props } from "./window.ts";

export function SendTo({ model, act }: Props): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  const { names, selection } = model;
  const selected = selection === null ? -1 : names.indexOf(selection);
  useEffect(() => {
    list.current?.children[selected]?.scrollIntoView?.({ block: "nearest", inline: "nearest" });
  }, [selected]);

  const select = (name: string | undefined) => {
    if (name !== undefined) act((it) => it.select(name));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // AltGr makes characters, and is Ctrl and Alt to some browsers.
    if ((event.ctrlKey || event.metaKey || event.altKey) && !event.getModifierState("AltGraph")) return;
    // Of the model, not of what is drawn: the key before this one may not be drawn yet.
    const now = model.names.indexOf(model.selection ?? "");
    const found = stepOf(event.key, now, model.names.length) ?? findByTyping(event.key, now, model.names);
    if (event.key === "Enter") focusEntry();
    else if (found !== undefined) select(model.names[found]);
    else return;
    event.preventDefault();
  };
  const users = names.length - 2;
  return (
    <aside class="send-to" aria-labelledby="send-to-name">
      <h2 id="send-to-name">Send To</h2>
      <span class="online">{users === 0 ? "nobody online" : `${users} online`}</span>
      <div
        ref={list}
        class="list"
        role="listbox"
        aria-labelledby="send-to-name"
        aria-activedescendant={selected < 0 ? undefined : optionId(selected)}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        {names.map((name, index) => (
          <Option
            key={name}
            id={optionId(index)}
            name={name}
            isSelected={index === selected}
            isSelf={name === model.username}
            onPick={() => {
              select(name);
              focusEntry();
            }}
          />
        ))}
      </div>
    </aside>
  );
}

interface OptionProps {
  readonly id: string;
  readonly name: string;
  readonly isSelected: boolean;
  readonly isSelf: boolean;
  readonly onPick: () => void;
}

function Option({ id, name, isSelected, isSelf, onPick }: OptionProps): JSX.Element {
  const isUser = name !== SERVER && name !== EVERYBODY;
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus and names its active option.
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the keys.
    <div
      id={id}
      class={isUser ? "option" : "option fixed"}
      role="option"
      aria-label={name}
      aria-selected={isSelected}
      data-name={name}
      data-self={isSelf ? "" : undefined}
      title={isUser ? makeNameVisible(name) : undefined}
      onClick={onPick}
    >
      <bdi class={isUser ? "name" : undefined} style={isUser ? nameStyle(name) : undefined}>
        {makeNameVisible(name)}
      </bdi>
    </div>
  );
}

/** A name's colour on light and on dark; page.css takes the one that fits. */
export function nameStyle(name: string): CSSProperties {
  const { light, dark } = nameColour(name);
  return { "--ink-light": light, "--ink-dark": dark };
}

function optionId(index: number): string {
  return `send-to-${index}`;
}
