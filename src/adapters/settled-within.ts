import type { Milliseconds } from "../ports.ts";

/** Whether `promise` resolves before `duration` has passed. No timer is left behind that would keep the process up. */
export async function settledWithin(promise: Promise<unknown>, duration: Milliseconds): Promise<boolean> {
  const timeUp = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => timeUp.resolve(false), duration);
  try {
    return await Promise.race([promise.then(() => true), timeUp.promise]);
  } finally {
    clearTimeout(timer);
  }
}
