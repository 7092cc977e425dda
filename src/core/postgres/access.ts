import { MAINTENANCE_ROLE } from "./sql.ts";

/** How clients prove who they are. */
export type Authentication = "trust" | "scram-sha-256";

/**
 * Text of `pg_hba.conf` while the database is served. The socket lies in a folder of the server's user alone, who
 * could read the data files anyway: over it the superuser needs no password.
 */
export function servingAccess(authentication: Authentication): string {
  const lines = [`local all ${MAINTENANCE_ROLE} trust`];
  if (authentication === "trust") {
    lines.push("local all all trust", ...loopback("all", "trust"), ...loopback("replication", "trust"));
  } else {
    lines.push("host all all all scram-sha-256", "host replication all all scram-sha-256");
  }
  return `${lines.join("\n")}\n`;
}

/** Text of `pg_hba.conf` once nobody new may come in but us. */
export function closedAccess(): string {
  return [`local all ${MAINTENANCE_ROLE} trust`, "local all all reject", "host all all all reject", ""].join(
    "\n",
  );
}

function loopback(database: string, method: string): string[] {
  return [`host ${database} all 127.0.0.1/32 ${method}`, `host ${database} all ::1/128 ${method}`];
}

/** Whether a listen address reaches no further than this pod. */
export function isLoopback(address: string): boolean {
  return address === "localhost" || address === "::1" || /^127\.\d+\.\d+\.\d+$/.test(address);
}

/** Where a client in this container reaches a server that listens on `address`. */
export function reachableAt(address: string): string {
  const first = address.split(",")[0]?.trim() ?? "";
  if (first === "*" || first === "0.0.0.0" || first === "localhost" || first === "") return "127.0.0.1";
  return first === "::" ? "::1" : first;
}
