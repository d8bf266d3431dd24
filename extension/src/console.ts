// The console widget: a machine's terminal in a cell's output.

import xtermCss from "@xterm/xterm/css/xterm.css";
import tokensCss from "../../unikernel/notebook/tokens.css";
import { Card } from "./card";
import consoleCss from "./console.css";
import { addStyle } from "./dom";
import { Intake } from "./intake";
import type { FromKernel, FromView, Log, Model, Out } from "./protocol";
import { Screen } from "./terminal";
import { watchTheme } from "./theme";
import * as words from "./words";

const LINE_PX = 17;
const PADDING_PX = 16;
/** The Jupyter kernel speaks once a second; after so long without a word it is taken for gone. */
const SILENCE_MS = 4500;
const TICK_MS = 500;
const ASK_AGAIN_MS = 1000;
const ACK_BYTES = 96 * 1024;
const ACK_MS = 200;
const ACTIVE = new Set(["running", "paused", "busy"]);
const SHOWN = ["state", "word", "facts", "links", "machine_name", "started_at"] as const;

class ConsoleView {
  private readonly id = crypto.getRandomValues(new Uint32Array(2)).join("-");
  private readonly intake = new Intake();
  private readonly card: Card;
  private readonly screen: Screen;
  private readonly endings: (() => void)[] = [];
  private readonly log: DataView[] = [];
  private heardAt = Date.now();
  private askedAt = 0;
  private typed = 0;
  private done = 0;
  private told = 0;
  private lost = 0;
  private later: ReturnType<typeof setTimeout> | undefined;
  private started = false;
  private connected = true;

  constructor(
    private readonly model: Model,
    el: HTMLElement,
  ) {
    addStyle(el, "unikernel-console", `${tokensCss}\n${xtermCss}\n${consoleCss}`);
    el.classList.add("ukn-holder");
    const name = model.get("machine_name");
    this.card = new Card(name, {
      restart: () => this.send({ kind: "restart" }),
      stop: () => this.send({ kind: "stop" }),
      save: () => this.save(),
      follow: () => this.screen.term.scrollToBottom(),
    });
    this.card.terminal.style.height = `${model.get("rows") * LINE_PX + PADDING_PX}px`;
    el.append(this.card.root);
    this.screen = new Screen(this.card.terminal, name, {
      type: (bytes) => this.send({ kind: "type" }, [bytes]),
      interrupt: () => this.send({ kind: "interrupt" }),
      leave: () => this.card.root.focus(),
    });
    this.wire();
    this.show();
    this.ask();
  }

  end(): void {
    clearTimeout(this.later);
    this.send({ kind: "gone", view: this.id });
    for (const ending of this.endings) ending();
    this.screen.term.dispose();
  }

  private wire(): void {
    const heard = (message: FromKernel, buffers: DataView[]) => this.hear(message, buffers);
    const changed = () => this.show();
    this.model.on("msg:custom", heard);
    this.endings.push(() => this.model.off("msg:custom", heard));
    for (const trait of SHOWN) {
      this.model.on(`change:${trait}`, changed);
      this.endings.push(() => this.model.off(`change:${trait}`, changed));
    }
    // Neither the notebook nor the page may take a key that is meant for the machine.
    for (const type of ["keydown", "keypress", "keyup"]) {
      this.card.terminal.addEventListener(type, (event) => event.stopPropagation());
    }
    const observer = new ResizeObserver(() => requestAnimationFrame(() => this.screen.resize()));
    observer.observe(this.card.terminal);
    this.endings.push(() => observer.disconnect());
    this.endings.push(watchTheme(() => requestAnimationFrame(() => this.screen.recolour())));
    const timer = setInterval(() => this.tick(), TICK_MS);
    this.endings.push(() => clearInterval(timer));
    this.screen.term.onScroll(() => this.scrolled());
  }

  private hear(message: FromKernel, buffers: DataView[]): void {
    this.heardAt = Date.now();
    if (!this.connected) this.show();
    if (message.kind === "out" && message.view === this.id) this.hearOut(message, buffers[0]);
    else if (message.kind === "log" && message.view === this.id) this.hearLog(message, buffers[0]);
    else if (message.kind === "beat") {
      this.typed = message.typed;
      // The tail may have been dropped on its way, with nothing after it to show the gap.
      if (this.intake.lags(message)) this.askSeldom();
    }
  }

  private hearOut(message: Out, buffer: DataView | undefined): void {
    const data = buffer ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength) : new Uint8Array();
    const verdict = this.intake.take(message, data);
    if (verdict.what === "gap") {
      this.askSeldom();
      return;
    }
    this.askedAt = Date.now();
    if (verdict.what === "fresh") {
      if (verdict.lost > 0) {
        this.lost += verdict.lost;
        this.screen.note(`${words.bytes(verdict.lost)} not shown: the console keeps the newest`);
      }
      const next = this.intake.next;
      this.screen.term.write(verdict.data, () => this.parsed(next));
      if (!this.started) {
        this.started = true;
        this.screen.resize();
      }
    } else {
      this.acknowledge();
    }
    this.count();
  }

  /** The terminal is through up to `next`: says so at once when much is, else a little later, as each message has its price. */
  private parsed(next: number): void {
    this.done = next;
    if (this.done - this.told >= ACK_BYTES) this.acknowledge();
    else this.later ??= setTimeout(() => this.acknowledge(), ACK_MS);
  }

  private acknowledge(): void {
    clearTimeout(this.later);
    this.later = undefined;
    this.told = this.done;
    this.send({ kind: "ack", view: this.id, next: this.done });
  }

  private hearLog(message: Log, part: DataView | undefined): void {
    if (part) this.log.push(part);
    if (message.last) download(`${this.model.get("machine_name")}.log`, this.log.splice(0));
  }

  private ask(): void {
    this.askedAt = Date.now();
    this.send({ kind: "ready", view: this.id, next: this.intake.next });
  }

  private askSeldom(): void {
    if (Date.now() - this.askedAt >= ASK_AGAIN_MS) this.ask();
  }

  private send(message: FromView, buffers: Uint8Array[] = []): void {
    this.model.send(message, undefined, buffers);
  }

  private tick(): void {
    const silent = Date.now() - this.heardAt > SILENCE_MS;
    if (silent === this.connected || ACTIVE.has(this.model.get("state"))) this.show(silent);
  }

  /** Draws the head sentence and what follows from the state. */
  private show(silent = false): void {
    const name = this.model.get("machine_name");
    const active = ACTIVE.has(this.model.get("state"));
    this.connected = !silent;
    if (silent && active) {
      const at = new Date(this.heardAt).toLocaleTimeString([], { hour12: false });
      const ago = words.age((Date.now() - this.heardAt) / 1000);
      this.card.head("warning", "disconnected", name, [`last heard ${at}, ${ago} ago`]);
      this.card.warn(
        `The Jupyter kernel was restarted or is gone, and ${name} with it. ` +
          "What it said is kept here; keys go nowhere. Run the cell again to boot it anew.",
      );
    } else {
      const up = active ? [words.age(Date.now() / 1000 - this.model.get("started_at"))] : [];
      this.card.head(this.model.get("state"), this.model.get("word"), name, [...up, ...this.model.get("facts")]);
      this.card.warn(null);
    }
    this.card.reach(active && !silent ? this.model.get("links") : []);
    this.card.alive(active && !silent);
    this.screen.mute(!active || silent);
    this.count();
  }

  private count(): void {
    const { cols, rows } = this.screen.term;
    const lost = this.lost > 0 ? ` (${words.bytes(this.lost)} not shown)` : "";
    this.card.count(`${cols} × ${rows} · ${words.bytes(this.intake.next)} out${lost}, ${words.bytes(this.typed)} in`);
  }

  private scrolled(): void {
    const { viewportY, baseY } = this.screen.term.buffer.active;
    this.card.following(viewportY >= baseY);
  }

  private save(): void {
    if (this.connected) this.send({ kind: "log", view: this.id });
    else download(`${this.model.get("machine_name")}.log`, [this.screen.text()]);
  }
}

function download(name: string, parts: (string | DataView)[]): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(parts as BlobPart[], { type: "text/plain" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

export default {
  render({ model, el }: { model: Model; el: HTMLElement }): () => void {
    const view = new ConsoleView(model, el);
    return () => view.end();
  },
};
