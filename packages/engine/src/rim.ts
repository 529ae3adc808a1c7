/**
 * What an engine takes from its surroundings unless it is given something else. The only file of
 * the isomorphic part that does.
 */

/** Tells the time in milliseconds since 1970. */
export type Clock = () => number

/** Makes the id of a decision. */
export type NewId = () => string

export const systemClock: Clock = () => Date.now()

export const randomId: NewId = () => globalThis.crypto.randomUUID()
