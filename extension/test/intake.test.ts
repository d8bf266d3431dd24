// Pieces of a console in any order, twice, or with a hole: every byte once, every loss told.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Intake } from "../src/intake";
import type { Out } from "../src/protocol";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (data: Uint8Array): string => new TextDecoder().decode(data);
const piece = (offset: number, lost = 0): Out => ({ offset, lost }) as Out;

test("pieces in order are fresh", () => {
  const intake = new Intake();
  assert.deepEqual(intake.take(piece(0), bytes("ab")), { what: "fresh", data: bytes("ab"), lost: 0 });
  assert.deepEqual(intake.take(piece(2), bytes("c")), { what: "fresh", data: bytes("c"), lost: 0 });
  assert.equal(intake.next, 3);
});

test("what was had is old, and of an overlap the rest is fresh", () => {
  const intake = new Intake();
  intake.take(piece(0), bytes("abc"));
  assert.equal(intake.take(piece(0), bytes("abc")).what, "old");
  const verdict = intake.take(piece(1), bytes("bcde"));
  assert.ok(verdict.what === "fresh");
  assert.equal(text(verdict.data), "de");
});

test("a hole is a gap and changes nothing", () => {
  const intake = new Intake();
  intake.take(piece(0), bytes("ab"));
  assert.equal(intake.take(piece(5), bytes("f")).what, "gap");
  assert.equal(intake.next, 2);
});

test("bytes that were let go are told with the piece behind them", () => {
  const intake = new Intake();
  intake.take(piece(0), bytes("ab"));
  const verdict = intake.take(piece(10, 8), bytes("k"));
  assert.ok(verdict.what === "fresh");
  assert.equal(verdict.lost, 8);
  assert.equal(intake.next, 11);
});
