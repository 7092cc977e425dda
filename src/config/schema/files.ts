import { destinations, mode, sources } from "./bundles.ts";
import { commonSettings } from "./common.ts";
import { duration, yesNo } from "./kinds.ts";
import { withDefault } from "./setting.ts";
import { datamonDefaults, transferSettings } from "./transfer.ts";

export const applicationTimeout = withDefault(
  duration(),
  "0",
  "How long the application may take from readiness to its end; 0: for ever.",
);

export const nativeSidecar = withDefault(
  yesNo(),
  "false",
  "For an init container with `restartPolicy: Always`: when its part is done it stays, ready, until SIGTERM, and then exits with 0.",
);

/** Settings of the files sidecar alone. */
export const filesOnlySettings = {
  mode,
  sleepInsteadOfExit: withDefault(yesNo(), "false", "Sleep for ever after success, for debugging."),
  applicationTimeout,
  nativeSidecar,
};

export const filesSettings = {
  ...commonSettings,
  ...datamonDefaults,
  ...transferSettings,
  ...filesOnlySettings,
};

export const filesGroups = [sources, destinations];
