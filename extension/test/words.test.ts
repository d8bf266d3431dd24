// Figures as people read them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { age, bytes } from "../src/words";

test("bytes in KB and MB of thousands, three digits that matter", () => {
  assert.deepEqual([38, 999, 1000, 267_400, 1_510_000].map(bytes), ["38 B", "999 B", "1.00 KB", "267 KB", "1.51 MB"]);
});

test("an age in whole seconds, minutes, hours", () => {
  assert.deepEqual([-1, 0, 59.9, 164, 11_100].map(age), ["0 s", "0 s", "59 s", "2 min 44 s", "3 h 5 min"]);
});
