/** The manifests under `docs/examples`, and the pages that show them: what the command writes for the settings beside them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const IMAGE = "--image registry.example/datamon-sidecar:0.1.0";
const POSTGRES_IMAGE = "--postgres-image registry.example/datamon-sidecar-postgres:0.1.0";
const APPLICATION = "--app-image registry.example/means:7 -- python means.py";

/** Arguments of `datamon-sidecar manifest`, as one would type them in `docs/examples`. */
const EXAMPLES: Readonly<Record<string, string>> = {
  "pod.yaml": `pod --config files.settings.yaml --native-sidecar ${IMAGE} ${APPLICATION}`,
  "job.yaml": `job --config databases.settings.yaml --probe-port 9180 ${IMAGE} ${POSTGRES_IMAGE} ${APPLICATION}`,
  "workflow.yaml": `argo --config mount.settings.yaml --datamon-secret datamon ${IMAGE} ${APPLICATION}`,
};

/** Each page with its text, by its path below `docs`. */
export function manifestPages(root: string): Readonly<Record<string, string>> {
  const texts = Object.fromEntries(
    Object.entries(EXAMPLES).map(([name, words]) => [
      name,
      `# datamon-sidecar manifest ${words}\n${written(root, words)}`,
    ]),
  );
  const page = readFileSync(join(root, "docs/kubernetes.md"), "utf8");
  return {
    ...Object.fromEntries(Object.entries(texts).map(([name, text]) => [`examples/${name}`, text])),
    "kubernetes.md": page.replaceAll(
      /(<!-- (\S+\.yaml) -->\n)[^]*?(\n<!-- \/\2 -->)/g,
      (_, begin: string, name: string, end: string) => {
        const text = texts[name];
        if (text === undefined)
          throw new Error(`cannot write docs/kubernetes.md: there is no example ${name}`);
        return `${begin}\n\`\`\`yaml\n${text}\`\`\`\n${end}`;
      },
    ),
  };
}

function written(root: string, words: string): string {
  const { stdout, exitCode, stderr } = Bun.spawnSync(
    [process.execPath, join(root, "src/main.ts"), "manifest", ...words.split(" ")],
    { cwd: join(root, "docs/examples") },
  );
  if (exitCode === 0) return stdout.toString();
  throw new Error(`cannot write the example of "manifest ${words}": ${stderr.toString()}`);
}
