import { expect, test } from "bun:test";
import { recycledSegments } from "../../../src/core/postgres/wal.ts";

const CURRENT = "0000000100000000000000FE";
const NEXT = "0000000100000000000000FF";

test("files set aside for the future are recycled ones, but for the next", () => {
  const names = ["000000010000000100000001", NEXT, CURRENT, "000000010000000100000000", "archive_status"];
  expect(recycledSegments(names, CURRENT)).toEqual(["000000010000000100000000", "000000010000000100000001"]);
});

test("what is current, older, of another timeline or no log file stays", () => {
  const names = [
    CURRENT,
    "0000000100000000000000FD",
    "0000000200000001000000FE",
    "00000002.history",
    "000000010000000100000000.partial",
    NEXT,
  ];
  expect(recycledSegments(names, CURRENT)).toEqual([]);
});
