// What the Jupyter kernel and a view of the console say to each other; its other half is unikernel/notebook/console_stream.py.

/** Where a machine is reached; without a page to open `url` is empty. */
export interface Link {
  text: string;
  url: string;
}

/** State of the model that a view shows. `state` is a key of the glyphs in card.ts. */
export interface ConsoleState {
  machine_name: string;
  state: string;
  word: string;
  facts: string[];
  links: Link[];
  started_at: number;
  rows: number;
  bundle: string;
}

/** A piece of the console, its bytes in the first buffer; `lost` bytes before it are no longer kept. */
export interface Out {
  kind: "out";
  view: string;
  offset: number;
  lost: number;
}

/** The Jupyter kernel lives; `end` is how much the machine has written, `typed` how much it was sent. */
export interface Beat {
  kind: "beat";
  end: number;
  typed: number;
}

/** A part of the log that was asked for, in the first buffer. */
export interface Log {
  kind: "log";
  view: string;
  last: boolean;
}

export type FromKernel = Out | Beat | Log;

/** `ready` and `ack` carry the offset of the next byte that the view wants. */
export type FromView =
  | { kind: "ready"; view: string; next: number }
  | { kind: "ack"; view: string; next: number }
  | { kind: "gone"; view: string }
  | { kind: "log"; view: string }
  | { kind: "type" }
  | { kind: "interrupt" }
  | { kind: "stop" }
  | { kind: "restart" };

export interface Model {
  get<K extends keyof ConsoleState>(key: K): ConsoleState[K];
  on(event: "msg:custom", heard: (message: FromKernel, buffers: DataView[]) => void): void;
  on(event: string, heard: () => void): void;
  off(event: string, heard: unknown): void;
  send(message: FromView, callbacks?: unknown, buffers?: ArrayBufferView[]): void;
}
