// Puts the pieces of a console in order by their offsets: no byte twice, none missing without a word.

import type { Beat, Out } from "./protocol";

/** What to do with a piece: nothing, write `data` after telling that `lost` bytes are gone, or ask again. */
export type Verdict = { what: "old" } | { what: "gap" } | { what: "fresh"; data: Uint8Array; lost: number };

export class Intake {
  /** Offset of the next byte that the view wants. */
  next = 0;

  /** Judges a piece and, if it is fresh, counts it as had. */
  take(piece: Out, data: Uint8Array): Verdict {
    const end = piece.offset + data.length;
    // Lost bytes are told with the piece after them, so a gap that they fill is none.
    if (piece.offset - piece.lost > this.next) return { what: "gap" };
    const lost = Math.max(0, piece.offset - this.next);
    if (end <= this.next && lost === 0) return { what: "old" };
    const fresh = data.subarray(Math.max(0, this.next - piece.offset));
    this.next = end;
    return { what: "fresh", data: fresh, lost };
  }

  /** Whether the machine has written what has not come. */
  lags(beat: Beat): boolean {
    return beat.end > this.next;
  }
}
