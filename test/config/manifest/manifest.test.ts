import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { argoManifest } from "../../../src/config/manifest/argo.ts";
import { literal } from "../../../src/config/manifest/containers.ts";
import { jobManifest } from "../../../src/config/manifest/job.ts";
import { podSpec } from "../../../src/config/manifest/pod.ts";
import { manifestText } from "../../../src/config/manifest/write.ts";
import { problemsOf } from "../refusal.ts";
import { BOTH, FILES, MOUNT, planOf } from "./plan.ts";

const names = (containers: readonly { readonly name: string }[] | undefined) =>
  containers?.map(({ name }) => name);

test("classic sidecars stand beside the application, native ones before it", () => {
  const classic = podSpec(planOf(BOTH));
  expect(names(classic.initContainers)).toEqual(["install"]);
  expect(names(classic.containers)).toEqual(["app", "files", "postgres"]);
  const native = podSpec(planOf(BOTH, { sidecars: "native" }));
  expect(names(native.initContainers)).toEqual(["install", "files", "postgres"]);
  expect(names(native.containers)).toEqual(["app"]);
  for (const { name, restartPolicy, command, startupProbe } of native.initContainers!.slice(1)) {
    expect({ name, restartPolicy }).toEqual({ name, restartPolicy: "Always" });
    expect(command).toContain("--native-sidecar");
    expect(startupProbe?.exec?.command).toContain("alive");
  }
  expect(classic.containers[1]!.command).not.toContain("--native-sidecar");
  expect(classic.containers[1]!.startupProbe).toBeUndefined();
});

test("settings that say nativeSidecar themselves need no flag", () => {
  const { initContainers } = podSpec(planOf(`${FILES}nativeSidecar: true\n`));
  expect(names(initContainers)).toEqual(["install", "files"]);
  expect(initContainers![1]!.command).not.toContain("--native-sidecar");
});

test("the wrapper waits for what the settings declare, and starts the application's command", () => {
  const [app] = podSpec(planOf(BOTH, {}, ["python", "-c", "print()"])).containers;
  expect(app!.command).toEqual([
    "/scripts/datamon-sidecar",
    "app",
    "--config",
    "/config/sidecar.yaml",
    "--wait-for",
    "files",
    "--wait-for",
    "postgres:db",
    "--wait-for",
    "postgres:more",
  ]);
  expect(app!.args).toEqual(["--", "python", "-c", "print()"]);
});

test("a command in the settings is not said twice", () => {
  const plan = planOf(`${FILES}command: [python, main.py]\nwaitFor: [files]\n`, {}, []);
  const [app] = podSpec(plan).containers;
  expect(app!.args).toBeUndefined();
  expect(app!.command!.at(-1)).toBe("/config/sidecar.yaml");
});

test("in download mode no container has any privilege, in mount mode only the one that mounts", () => {
  for (const { name, securityContext } of everybody(BOTH)) {
    expect({ name, ...securityContext }).toMatchObject({
      name,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
    });
    expect(securityContext?.privileged).toBeUndefined();
  }
  const mounting = Object.fromEntries(
    everybody(MOUNT).map(({ name, securityContext }) => [name, securityContext?.privileged]),
  );
  expect(mounting).toEqual({ install: undefined, app: undefined, files: true });
  expect(podSpec(planOf(FILES)).securityContext).toEqual({
    runAsNonRoot: true,
    runAsUser: 1020,
    runAsGroup: 2000,
    fsGroup: 2000,
    seccompProfile: { type: "RuntimeDefault" },
  });
});

test("a mount is carried from the sidecar to the application, and nothing else is", () => {
  expect(propagation("files")).toEqual([["/mounts", "Bidirectional"]]);
  expect(propagation("app")).toEqual([["/mounts", "HostToContainer"]]);
});

test("why a container is privileged is said in the manifest, and only there", () => {
  expect(manifestText("pod", planOf(MOUNT))).toMatch(/# For mount mode alone: .*\n +privileged: true/);
  expect(manifestText("pod", planOf(FILES))).not.toContain("privileged");
});

test("whoever cannot upload has the store read-only", () => {
  expect(storeOf("files")).toEqual({ name: "store", mountPath: "/store", readOnly: true });
  expect(storeOf("postgres")).toEqual({ name: "store", mountPath: "/store" });
});

test("nested folders share the volume of the outer one, but mounts have one of their own", () => {
  expect(sharedPaths(FILES.replace("/data/out", "/data/in/out/").replace("/ids/", "/data/in/"))).toEqual([
    "/data/in",
  ]);
  const more = "{name: more, mode: mount, path: /data/mounts/more, repo: weather, latest: true}";
  const two = MOUNT.replace("sources: [", `sources: [${more}, `).replace("/mounts/in", "/data/mounts/in");
  expect(sharedPaths(two.replace("/data/out", "/data"))).toEqual(["/data/mounts", "/data"]);
});

test("only the database's container sees its data and its password", () => {
  const text = `${BOTH}authentication: scram-sha-256\npasswordFile: /secret/pw\n`;
  const seen = Object.fromEntries(
    everybody(text).map(({ name, volumeMounts }) => [name, volumeMounts!.map(({ mountPath }) => mountPath)]),
  );
  expect(seen["postgres"]).toEqual(expect.arrayContaining(["/pg_stage", "/more", "/secret"]));
  expect([seen["app"], seen["files"]].flat()).not.toContain("/secret");
  expect([seen["app"], seen["files"]].flat()).not.toContain("/pg_stage");
});

test("the pod's grace is longer than the settings', twice with native sidecars", () => {
  expect([graceSeconds("classic"), graceSeconds("native")]).toEqual([7, 8]);
});

test("probes are commands, or a port for each sidecar", () => {
  const command = everybody(BOTH).find(({ name }) => name === "postgres")!.readinessProbe!.exec!.command;
  expect(command!.slice(0, 4)).toEqual(["datamon-sidecar", "ready", "--coord-point", "/coord"]);
  expect(command!.slice(-4)).toEqual(["--for", "postgres:db", "--for", "postgres:more"]);
  const [, files, postgres] = podSpec(planOf(BOTH, { probePort: 9180 })).containers;
  expect(files!.livenessProbe!.httpGet).toEqual({ path: "/liveness", port: 9180 });
  expect(postgres!.livenessProbe!.httpGet).toEqual({ path: "/liveness", port: 9181 });
  expect(postgres!.command!.slice(-2)).toEqual(["--probe-listen", ":9181"]);
});

test("every container that takes part is told its run by the pod's uid", () => {
  const run = { name: "SIDECAR_RUN_ID", valueFrom: { fieldRef: { fieldPath: "metadata.uid" } } };
  for (const { env } of everybody(BOTH).slice(1)) expect(env).toContainEqual(run);
});

test("in a workflow the application is Argo's main container", () => {
  const [template] = argoManifest(planOf(BOTH, {}, ["work"], "argo")).spec.templates!;
  expect(template!.container!.name).toBe("main");
  expect(names(template!.sidecars)).toEqual(["files", "postgres"]);
  expect(JSON.parse(template!.podSpecPatch!)).toEqual({ terminationGracePeriodSeconds: 30 });
});

test("a job never restarts a container, but begins again with a fresh pod", () => {
  const { spec } = jobManifest(planOf(FILES, { backoffLimit: 4 }));
  expect(spec!.backoffLimit).toBe(4);
  expect(spec!.template.spec!.restartPolicy).toBe("Never");
});

test("what Kubernetes makes of a word is the word that was written", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("$", "$", "(", ")", "A", "x") }), (word) => {
      expect(expanded(literal(word))).toBe(word);
    }),
  );
  expect(literal("echo $HOME $(date) $(HOME) $$")).toBe("echo $HOME $(date) $$(HOME) $$$");
});

test.each([
  [`${FILES}nativeSidecar: true\n`, { sidecars: "classic" as const }, "nativeSidecar (s.yaml:6)"],
  [`${FILES}probeListen: :9180\n`, {}, "probeListen (s.yaml:6)"],
  [`${FILES}waitFor: [files, 'postgres:db']\n`, {}, "waitFor (s.yaml:6)"],
  [FILES.replace("/data/in", "data/in"), {}, 'sources.input.path "data/in" (s.yaml) is not an absolute path'],
  [FILES.replace("/data/in", "/"), {}, "is the whole file system"],
  [FILES.replace("/data/in", "/a/../b"), {}, 'has a part "." or ".."'],
  [FILES.replace("/data/in", "/scripts/in"), {}, "overlaps /scripts, which holds the kit"],
  [FILES.replace("/data/out", "/config/"), {}, "overlaps /config, which holds the settings"],
  [FILES.replace("/data/out", "/coord/out"), {}, "overlaps /coord, which holds the coordination directory"],
  [FILES.replace("coordPoint: /coord", "coordPoint: /data/out/coord"), {}, "overlaps /data/out/coord"],
  [FILES.replace("/ids/result", "/id"), {}, "destinations.result.idFile"],
  [BOTH.replace("/more", "/coord"), {}, "databases.more.dataDir"],
  [BOTH, { probePort: 5432 }, 'is the port of database "db"'],
  [FILES, { probePort: 70_000 }, "is no port"],
  [MOUNT.replace("datamon", "native"), {}, "is not possible with engine native"],
  [MOUNT.replace("/mounts/in", "/in"), {}, "is a mount at the top"],
  [MOUNT.replace("/mounts/in", "/data/in"), {}, "is a mount beside /data/out (destinations.result.path)"],
])("contradictions are refused (%#)", (text, options, expected) => {
  expect(problemsOf(() => planOf(text, options)).join("\n")).toContain(expected);
});

test("native sidecars are refused in a workflow, whoever asks for them", () => {
  expect(refusalsOfArgo(FILES, "native")).toHaveLength(1);
  expect(refusalsOfArgo(`${FILES}nativeSidecar: true\n`, undefined)).toHaveLength(1);
});

test("a database that is only upgraded is awaited by nobody, and alone is nothing for an application", () => {
  const only = BOTH.replace("name: db,", "name: db, upgrade: only,");
  expect(planOf(only).waitFlags).toEqual(["--wait-for", "files", "--wait-for", "postgres:more"]);
  const alone = only.replace(/sources:.*\n|destinations:.*\n|- \{name: more.*\n/g, "");
  expect(problemsOf(() => planOf(alone)).join()).toContain("nothing for an application");
});

test("without a command there is nothing to run", () => {
  expect(problemsOf(() => planOf(FILES, {}, []))).toEqual(["command is not set; write it after --"]);
});

test("what needs the datamon command is a warning, as is a sidecar that sleeps", () => {
  expect(planOf(FILES).warnings).toEqual([]);
  expect(planOf(MOUNT).warnings.join()).toContain("--datamon-secret");
  expect(planOf(MOUNT, { datamonSecret: "d" }).warnings.join()).not.toContain("--datamon-secret");
  expect(planOf(`${FILES}sleepInsteadOfExit: true\n`).warnings.join()).toContain("sleep");
});

function everybody(text: string) {
  const { initContainers, containers } = podSpec(planOf(text));
  return [...(initContainers ?? []), ...containers];
}

/** What `expansion.Expand` of Kubernetes does where every name in capitals is known. */
function expanded(text: string): string {
  return text.replaceAll(/\$\$|\$\(([^)]*)\)/g, (match, name: string | undefined) => {
    if (name === undefined) return "$";
    return /^[A-Z]+$/.test(name) ? "EXPANDED" : match;
  });
}

/** Paths of a container in mount mode through which mounts travel. */
function propagation(name: string) {
  const mounts = everybody(MOUNT).find((container) => container.name === name)!.volumeMounts!;
  return mounts.flatMap(({ mountPath, mountPropagation }) =>
    mountPropagation === undefined ? [] : [[mountPath, mountPropagation]],
  );
}

/** How a sidecar without bundles to upload sees the store. */
function storeOf(role: string) {
  const { volumeMounts } = everybody(BOTH.replace(/destinations:.*\n/, "")).find(
    ({ name }) => name === role,
  )!;
  return volumeMounts!.find(({ name }) => name === "store");
}

/** The folders that the application shares with the sidecars. */
function sharedPaths(text: string) {
  const { volumeMounts } = everybody(text).find(({ name }) => name === "app")!;
  return volumeMounts!.filter(({ name }) => name.startsWith("data-")).map(({ mountPath }) => mountPath);
}

function graceSeconds(sidecars: "native" | "classic") {
  return podSpec(planOf(`${FILES}grace: 1500ms\n`, { sidecars })).terminationGracePeriodSeconds;
}

function refusalsOfArgo(text: string, sidecars: "native" | undefined) {
  return problemsOf(() => planOf(text, { sidecars }, ["work"], "argo"));
}
