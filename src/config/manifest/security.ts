import type { IPodSecurityContext } from "kubernetes-models/v1/PodSecurityContext";
import type { ISecurityContext } from "kubernetes-models/v1/SecurityContext";
import type { Plan } from "./plan.ts";
import type { Service } from "./service.ts";

/** The same user everywhere: what one container writes, another can read. With `CONFINED` it meets the Pod Security Standard `restricted`. */
export function podSecurity({ options }: Plan): IPodSecurityContext {
  const [user, group] = options.user.split(":").map(Number);
  return {
    runAsNonRoot: true,
    runAsUser: user!,
    runAsGroup: group!,
    fsGroup: group!,
    seccompProfile: { type: "RuntimeDefault" },
  };
}

const CONFINED: ISecurityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };

/** For programs of ours: they write nowhere but into volumes. */
export const OURS: ISecurityContext = { ...CONFINED, readOnlyRootFilesystem: true };

/** The application may write into its own image. */
export const APPLICATION: ISecurityContext = CONFINED;

/** Kubernetes lets only privileged containers hand their mounts to others. */
export function serviceSecurity({ mounts }: Service): ISecurityContext {
  return mounts ? { privileged: true, readOnlyRootFilesystem: true } : OURS;
}
