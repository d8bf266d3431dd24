import assert from "node:assert/strict";
import { test } from "node:test";
import { Intake } from "../src/intake";
import { age, bytes } from "../src/words";

const piece = (offset: number, lost = 0) => ({ kind: "out", view: "v", offset, lost }) as const;
const data = (text: string) => new TextEncoder().encode(text);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

test("pieces in order are fresh", () => {
  const intake = new Intake();
  assert.deepEqual(intake.take(piece(0), data("abc")), { what: "fresh", data: data("abc"), lost: 0 });
  assert.equal(intake.next, 3);
});

test("a piece that came before is old, and of one that overlaps only the rest is fresh", () => {
  const intake = new Intake();
  intake.take(piece(0), data("abc"));
  assert.equal(intake.take(piece(0), data("abc")).what, "old");
  const verdict = intake.take(piece(1), data("bcd"));
  assert.ok(verdict.what === "fresh");
  assert.equal(text(verdict.data), "d");
});

test("a gap is none when its bytes are told as lost", () => {
  const intake = new Intake();
  intake.take(piece(0), data("abc"));
  assert.equal(intake.take(piece(10), data("x")).what, "gap");
  assert.equal(intake.next, 3);
  const verdict = intake.take(piece(10, 7), data("x"));
  assert.ok(verdict.what === "fresh");
  assert.equal(verdict.lost, 7);
  assert.equal(intake.next, 11);
});

test("a beat shows a tail that did not come", () => {
  const intake = new Intake();
  intake.take(piece(0), data("abc"));
  assert.equal(intake.lags({ kind: "beat", end: 3, typed: 0 }), false);
  assert.equal(intake.lags({ kind: "beat", end: 4, typed: 0 }), true);
});

test("figures read as words", () => {
  assert.deepEqual([bytes(0), bytes(999), bytes(1510), bytes(1_510_000)], ["0 B", "999 B", "1.51 KB", "1.51 MB"]);
  assert.equal(bytes(388_600), "389 KB");
  assert.deepEqual([age(0.9), age(38), age(164), age(11_100)], ["0 s", "38 s", "2 min 44 s", "3 h 5 min"]);
});
