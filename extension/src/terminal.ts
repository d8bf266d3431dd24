// The terminal: xterm.js, made inert towards the page, at least 80 columns wide, with keys that go to the machine.

import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import { readTheme } from "./theme";

const LEAST_COLUMNS = 80;
const SCROLLBACK_LINES = 5000;
const FONT_PX = 13;
const LINE_PX = 17;
const CONTRAST = 4.5;
const LEAVE_WITHIN_MS = 500;
const INTERRUPT = "\x03";

/** Operating-system commands a guest may send: titles, colours, links, the clipboard. None is heeded; see `makeInert`. */
const DEAF_TO_OSC = [
  0, 1, 2, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 17, 19, 50, 52, 104, 105, 110, 111, 112, 117, 119, 133, 633, 1337,
];

export interface Keys {
  type(bytes: Uint8Array): void;
  interrupt(): void;
  leave(): void;
}

export class Screen {
  readonly term: Terminal;
  private readonly fit = new FitAddon();
  private escapedAt = Number.NEGATIVE_INFINITY;
  private silent = false;

  constructor(
    private readonly box: HTMLElement,
    name: string,
    private readonly keys: Keys,
  ) {
    const fontFamily = getComputedStyle(box).getPropertyValue("--uk-mono").trim() || "monospace";
    this.term = new Terminal({
      cols: LEAST_COLUMNS,
      rows: 2,
      fontFamily,
      fontSize: FONT_PX,
      lineHeight: LINE_PX / Math.round(FONT_PX * 1.17),
      scrollback: SCROLLBACK_LINES,
      minimumContrastRatio: CONTRAST,
      cursorInactiveStyle: "outline",
      cursorBlink: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      theme: readTheme(box),
    });
    makeInert(this.term);
    this.term.loadAddon(this.fit);
    this.term.open(box);
    this.term.textarea?.setAttribute("aria-label", `Console of ${name}. Press Escape twice to leave.`);
    this.term.attachCustomKeyEventHandler((event) => this.ours(event));
    const encoder = new TextEncoder();
    this.term.onData((data) => {
      if (this.silent) return;
      if (data === INTERRUPT) keys.interrupt();
      else keys.type(encoder.encode(data));
    });
    this.term.onBinary((data) => {
      if (!this.silent) keys.type(Uint8Array.from(data, (character) => character.charCodeAt(0)));
    });
  }

  /** Gives the terminal as many rows and columns as its box shows; more than the box's width scrolls. */
  resize(): void {
    const size = this.fit.proposeDimensions();
    if (!size || !Number.isFinite(size.cols) || !Number.isFinite(size.rows)) return;
    this.term.resize(Math.max(LEAST_COLUMNS, size.cols), Math.max(2, size.rows));
  }

  recolour(): void {
    this.term.options.theme = readTheme(this.box);
  }

  /** Stops keys from going anywhere, and shows it by the cursor. */
  mute(silent: boolean): void {
    this.silent = silent;
    this.term.options.disableStdin = silent;
    this.term.options.cursorStyle = silent ? "underline" : "block";
    this.term.options.cursorBlink = !silent && !matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (silent) this.term.blur();
  }

  /** A line of ours among the machine's, on a line of its own, whatever sequence the machine was in the middle of. */
  note(text: string): void {
    this.term.write(`\x18\x1b[0m\r\n\x1b[33m── △ ${text} ──\x1b[0m\r\n`);
  }

  /** All that is on the screen and above it. */
  text(): string {
    const buffer = this.term.buffer.normal;
    const lines = Array.from({ length: buffer.length }, (_, row) => buffer.getLine(row)?.translateToString(true) ?? "");
    return `${lines.join("\n").trimEnd()}\n`;
  }

  /** Whether xterm.js may have this key; copying, pasting and leaving stay ours. */
  private ours(event: KeyboardEvent): boolean {
    if (event.type !== "keydown") return true;
    const command = event.ctrlKey && !event.altKey && !event.metaKey;
    const key = event.key.toLowerCase();
    if (command && key === "v") return false; // The browser pastes into the terminal's text area.
    if (command && key === "c" && (event.shiftKey || this.term.hasSelection())) {
      void navigator.clipboard?.writeText(this.term.getSelection());
      this.term.clearSelection();
      event.preventDefault();
      return false;
    }
    if (event.key === "Escape") {
      const soon = event.timeStamp - this.escapedAt < LEAVE_WITHIN_MS;
      this.escapedAt = soon ? Number.NEGATIVE_INFINITY : event.timeStamp;
      if (soon) {
        event.preventDefault();
        this.keys.leave();
        return false;
      }
    } else if (event.key === "Tab" && this.silent) {
      return false;
    }
    return true;
  }
}

/** A guest's output is text with colours: it sets no title, palette or link, touches no clipboard, and gets no answers typed. */
function makeInert(term: Terminal): void {
  const deaf = () => true;
  for (const command of DEAF_TO_OSC) term.parser.registerOscHandler(command, deaf);
  // Reports would be typed to the machine, once for each view and again at each replay.
  for (const final of ["c", "n", "t"]) {
    term.parser.registerCsiHandler({ final }, deaf);
    term.parser.registerCsiHandler({ prefix: "?", final }, deaf);
    term.parser.registerCsiHandler({ prefix: ">", final }, deaf);
  }
  term.parser.registerCsiHandler({ prefix: "?", intermediates: "$", final: "p" }, deaf);
  term.parser.registerCsiHandler({ intermediates: "$", final: "p" }, deaf);
  term.parser.registerCsiHandler({ prefix: ">", final: "q" }, deaf);
  term.parser.registerDcsHandler({ intermediates: "$", final: "q" }, deaf);
}
