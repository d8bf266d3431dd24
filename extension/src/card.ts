// The card around the terminal: the head sentence (state, name, facts, actions), a banner, the foot.

import { element } from "./dom";
import { type Glyph, icon } from "./icons";
import type { Link } from "./protocol";

const GLYPHS: Record<string, { glyph: Glyph; tone: string }> = {
  running: { glyph: "run", tone: "ukn-ok" },
  done: { glyph: "check", tone: "ukn-ok" },
  paused: { glyph: "pause", tone: "" },
  busy: { glyph: "busy", tone: "" },
  ended: { glyph: "ring", tone: "" },
  failed: { glyph: "cross", tone: "ukn-bad" },
  warning: { glyph: "warn", tone: "ukn-warn" },
};

export interface Actions {
  restart(): void;
  stop(): void;
  save(): void;
  follow(): void;
}

export class Card {
  readonly root: HTMLElement;
  readonly terminal: HTMLElement;
  private readonly state = element("span", "ukn-state");
  private readonly name = element("span", "ukn-name");
  private readonly facts = element("span", "ukn-facts");
  private readonly places = element("div", "ukn-places", { hidden: "" });
  private readonly banner = element("div", "ukn-banner", { role: "status", hidden: "" });
  private readonly counts = element("span", "ukn-number");
  private readonly follow: HTMLButtonElement;
  private readonly foot: HTMLElement;
  private readonly live: HTMLButtonElement[];
  private shown = "";
  private reached = "";

  constructor(name: string, actions: Actions) {
    const restart = button("again", "Restart", actions.restart);
    const stop = button("stop", "Stop", actions.stop);
    const save = button("save", "Save log", actions.save);
    this.live = [restart, stop];
    const head = element(
      "div",
      "ukn-head",
      {},
      this.state,
      this.name,
      this.facts,
      element("span", "ukn-space"),
      element("span", "ukn-group", {}, restart, stop, save),
    );
    this.terminal = element("div", "ukn-terminal", {
      role: "region",
      "aria-label": `Console of ${name}`,
      "data-lm-suppress-shortcuts": "true",
    });
    this.follow = element("button", "ukn-link", { type: "button", hidden: "" }, "To the end");
    this.follow.addEventListener("click", actions.follow);
    const leave = element("span", "", {}, "Leave: ", element("kbd", "", {}, "Esc Esc"));
    this.foot = element(
      "div",
      "ukn-foot",
      {},
      element("span", "", {}, "Keys go to the machine."),
      leave,
      element("span", "", {}, element("kbd", "", {}, "Ctrl-C"), " interrupts the app"),
      element("span", "ukn-space"),
      this.follow,
      this.counts,
    );
    this.root = element("div", "uk ukn-card", { tabindex: "-1", role: "group", "aria-label": `Machine ${name}` });
    this.root.append(head, this.places, this.banner, this.terminal, this.foot);
  }

  /** The head sentence; a state that did not change is not announced again. */
  head(state: string, word: string, name: string, facts: readonly string[]): void {
    const key = `${state} ${word}`;
    if (key !== this.shown) {
      this.shown = key;
      const { glyph, tone } = GLYPHS[state] ?? { glyph: "ring", tone: "" };
      this.state.className = `ukn-state ${tone}`;
      this.state.replaceChildren(icon(glyph), word);
    }
    this.name.textContent = name;
    this.facts.replaceChildren(...facts.map((fact) => element("span", "ukn-number", {}, fact)));
  }

  /** Where the machine is reached. What no browser opens as a page stays text, whatever it says it is. */
  reach(links: readonly Link[]): void {
    const key = JSON.stringify(links);
    if (key === this.reached) return;
    this.reached = key;
    this.places.hidden = links.length === 0;
    this.places.replaceChildren(...links.map(place));
  }

  /** Whether the machine can still be acted upon. */
  alive(alive: boolean): void {
    for (const each of this.live) each.disabled = !alive;
    this.foot.classList.toggle("ukn-mute", !alive);
  }

  /** One sentence in the warn wash, or nothing. */
  warn(sentence: string | null): void {
    this.banner.hidden = sentence === null;
    this.banner.replaceChildren(...(sentence === null ? [] : [icon("warn"), element("span", "", {}, sentence)]));
  }

  count(text: string): void {
    if (this.counts.textContent !== text) this.counts.textContent = text;
  }

  /** Whether new output is in view. */
  following(following: boolean): void {
    this.follow.hidden = following;
  }
}

function place({ text, url }: Link): HTMLElement {
  if (!/^https?:\/\//.test(url)) return element("span", "", {}, text);
  return element("a", "", { href: url, target: "_blank", rel: "noopener noreferrer" }, text);
}

function button(glyph: Glyph, word: string, act: () => void): HTMLButtonElement {
  const made = element("button", "", { type: "button" }, icon(glyph), word);
  made.addEventListener("click", act);
  return made;
}
