import { expect, test } from "bun:test";
import { parseFilesArguments } from "../../src/config/files.ts";
import { masked } from "../../src/config/secrets.ts";
import { refusalOf } from "./refusal.ts";

const SECRET = "hunter2";

test.each([
  [`https://user:${SECRET}@host/x`, "https://user:***@host/x"],
  [`password=${SECRET}`, "password=***"],
  [`run --api-token ${SECRET} --x`, "run --api-token *** --x"],
  [`client_secret: ${SECRET}`, "client_secret: ***"],
  ["a token ring", "a token ring"],
  ["/run/secrets/file", "/run/secrets/file"],
])("%s is shown as %s", (text, shown) => {
  expect(masked(text)).toBe(shown);
});

test("neither origins nor warnings nor problems show a secret", () => {
  const url = `https://u:${SECRET}@host`;
  const argv = [
    "--coord-point=/c",
    "--source=s.path=/p",
    "--source=s.repo=r",
    "--source=s.label=l",
    `--datamon-metrics-url=${url}`,
  ];
  const { origins, warnings } = parseFilesArguments({
    argv,
    env: { SIDECAR_DATAMON_METRICS_URL: `${url}/2` },
  });
  expect(JSON.stringify(origins)).toContain("https://u:***@host");
  expect(warnings).toHaveLength(1);
  const error = refusalOf(() =>
    parseFilesArguments({
      argv: [...argv, `--store=${url}`, `--pasword=${SECRET}`],
      env: { SIDECAR_PASSWORD: SECRET },
    }),
  );
  expect(error.problems).toHaveLength(3);
  expect(JSON.stringify({ origins, warnings, message: error.message })).not.toContain(SECRET);
});

test("control characters cannot forge a line of the log", () => {
  const error = refusalOf(() =>
    parseFilesArguments({ argv: ["--coord-point=/c", "--mode=a\nERROR all is lost\u001b[2J"], env: {} }),
  );
  expect(error.message.split("\n")).toHaveLength(3);
  expect(error.message).not.toContain("\u001b");
});
