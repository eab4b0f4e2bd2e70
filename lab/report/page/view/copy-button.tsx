// Owns a command that can be copied. Where the clipboard cannot be had, the command is selected instead.

import { Component, createRef, type JSX } from "preact";

/** For as long "copied" stands on the button, in milliseconds. */
const TOLD_MS = 2000;

export class Copyable extends Component<{ readonly text: string }, { readonly told: string }> {
  override state = { told: "" };
  readonly #code = createRef<HTMLElement>();

  override render(): JSX.Element {
    return (
      <span class="copyable">
        <code ref={this.#code}>{this.props.text}</code>
        <button type="button" class="quiet" onClick={() => void this.#copy()}>
          Copy
        </button>
        <span class="told" role="status">
          {this.state.told}
        </span>
      </span>
    );
  }

  async #copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.props.text);
      this.#tell("copied");
    } catch {
      if (this.#code.current !== null) getSelection()?.selectAllChildren(this.#code.current);
      this.#tell("selected: copy it with the keyboard"); // The browser gives no clipboard to a file.
    }
  }

  #tell(told: string): void {
    this.setState({ told });
    setTimeout(() => this.setState({ told: "" }), TOLD_MS);
  }
}
