/** A value that is made when it is first asked for, and then kept. */
export type Deferred<T> = () => T

/** Defers making a value. Whoever asks, and whenever, gets the same one. */
export function deferred<T extends object>(make: () => T): Deferred<T> {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}
