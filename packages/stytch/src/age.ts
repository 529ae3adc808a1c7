/**
 * Whether what was learnt at one time is young enough at another, all in milliseconds. A time that
 * is yet to come says that the clock was put back: the age is unknown then, and nothing is young.
 */
export function isYoung(since: number, now: number, maxAge: number): boolean {
  const age = now - since
  return age >= 0 && age <= maxAge
}
