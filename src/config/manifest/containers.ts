import type { IContainer } from "kubernetes-models/v1/Container";
import type { IEnvVar } from "kubernetes-models/v1/EnvVar";
import { variableOf } from "../naming.ts";
import { DATAMON_FOLDER, KIT_FOLDER, SETTINGS_FILE } from "./options.ts";
import type { Plan } from "./plan.ts";
import type { Service } from "./service.ts";
import { probesOf } from "./probes.ts";
import { APPLICATION, OURS, serviceSecurity } from "./security.ts";
import { applicationMounts, kitMount, serviceMounts } from "./volumes.ts";

const RUN_ID: IEnvVar = {
  name: variableOf("runId"),
  valueFrom: { fieldRef: { fieldPath: "metadata.uid" } },
};

/** Copies the kit to where the application's container finds it, whatever its image. */
export function installer({ options }: Plan): IContainer {
  return {
    name: "install",
    image: options.image,
    command: ["datamon-sidecar", "install", KIT_FOLDER],
    volumeMounts: [kitMount(false)],
    securityContext: OURS,
  };
}

/** The application's container: its own image, started through the wrapper. */
export function application(plan: Plan, name: string): IContainer {
  return {
    name,
    image: plan.options.applicationImage,
    command: [
      `${KIT_FOLDER}/datamon-sidecar`,
      "app",
      "--config",
      SETTINGS_FILE,
      ...plan.waitFlags.map(literal),
    ],
    ...(plan.command.length === 0 ? {} : { args: ["--", ...plan.command.map(literal)] }),
    env: [RUN_ID],
    volumeMounts: applicationMounts(plan),
    securityContext: APPLICATION,
    ...termination(plan),
  };
}

/** A sidecar's container. */
export function sidecar(plan: Plan, service: Service): IContainer {
  const { role, image, probePort } = service;
  const listen = probePort === undefined ? [] : ["--probe-listen", `:${probePort}`];
  const stay = plan.nativeFlag ? ["--native-sidecar"] : [];
  const ports =
    probePort === undefined ? {} : { ports: [{ name: `${role}-http`, containerPort: probePort }] };
  return {
    name: role,
    image,
    command: ["datamon-sidecar", role, "--config", SETTINGS_FILE, ...stay, ...listen],
    env: [RUN_ID, ...datamonVariables(plan)],
    ...ports,
    volumeMounts: serviceMounts(plan, service),
    ...probesOf(plan, service),
    securityContext: serviceSecurity(service),
    ...termination(plan),
  };
}

function datamonVariables({ options }: Plan): IEnvVar[] {
  if (options.datamonSecret === undefined) return [];
  return [
    { name: "DATAMON_CONFIG", value: `${DATAMON_FOLDER}/datamon.yaml` },
    { name: "GOOGLE_APPLICATION_CREDENTIALS", value: `${DATAMON_FOLDER}/credentials.json` },
  ];
}

function termination({ app }: Plan): Pick<IContainer, "terminationMessagePath" | "terminationMessagePolicy"> {
  return {
    terminationMessagePath: app.terminationMessagePath,
    terminationMessagePolicy: "FallbackToLogsOnError",
  };
}

/** What Kubernetes could know of: what this manifest sets, and the variables of services. */
const RESOLVABLE = /^\$\([A-Z_][A-Z0-9_]*\)$/;

/**
 * Kubernetes reads `$$` as `$` and replaces `$(NAME)` where it knows the name (`expansion.Expand` of the kubelet); the
 * application gets what was written. Anything else is left alone, so that a shell's `$(date)` stays readable.
 */
export function literal(word: string): string {
  return word.replaceAll(/\$\([^)]*\)|\$(?=\$)/g, (found) =>
    found === "$" || RESOLVABLE.test(found) ? `$${found}` : found,
  );
}
