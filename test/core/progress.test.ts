import { expect, test } from "bun:test";
import { bar, describeProgress, formatBytes, formatSeconds, isComplete } from "../../src/core/progress.ts";

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [999_949, "999.9 kB"],
  [999_950, "1.0 MB"],
  [2e9, "2.0 GB"],
  [5e15, "5000.0 TB"],
])("%d bytes read %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [0.4, "0s"],
  [59.4, "59s"],
  [59.6, "1m00s"],
  [185, "3m05s"],
  [3600, "1h00m"],
  [7620, "2h07m"],
])("%d seconds read %s", (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text);
});

test("progress tells files, bytes, rate and what remains", () => {
  const progress = { files: 12, totalFiles: 40, bytes: 1_500_000, totalBytes: 3_000_000 };
  expect(describeProgress(progress, 3000)).toBe("12/40 files, 1.5 MB of 3.0 MB, 500.0 kB/s, 3s left");
});

test("what is not known is left out", () => {
  expect(describeProgress({ files: 0, totalFiles: 0, bytes: 10, totalBytes: 0 }, 1000)).toBe("10 B, 10 B/s");
  expect(describeProgress({ files: 0, totalFiles: 3, bytes: 0, totalBytes: 10 }, 0)).toBe("0 B of 10 B");
});

test("a complete transfer has nothing left", () => {
  const progress = { files: 2, totalFiles: 2, bytes: 10, totalBytes: 10 };
  expect(isComplete(progress)).toBe(true);
  expect(describeProgress(progress, 1000)).toBe("2/2 files, 10 B of 10 B, 10 B/s");
});

test("before the totals are known nothing is complete", () => {
  expect(isComplete({ files: 0, totalFiles: 0, bytes: 0, totalBytes: 0 })).toBe(false);
});

test("the bar fills by bytes, or by files when there are no bytes", () => {
  expect(bar({ files: 0, totalFiles: 4, bytes: 5, totalBytes: 10 })).toBe(
    `[${"#".repeat(12)}${"-".repeat(12)}]`,
  );
  expect(bar({ files: 1, totalFiles: 4, bytes: 0, totalBytes: 0 })).toBe(
    `[${"#".repeat(6)}${"-".repeat(18)}]`,
  );
  expect(bar({ files: 9, totalFiles: 9, bytes: 11, totalBytes: 10 })).toBe(`[${"#".repeat(24)}]`);
});
