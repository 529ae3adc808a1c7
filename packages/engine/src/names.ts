const OLD_NAME = /^[a-z][\w@.\-/]*(?::[a-z][\w@.\-/]*)*$/i

/**
 * The form of a resource kind under which its policies are found: each run of characters outside
 * letters, digits, `_` and `.` becomes one `_`. A name that the first versions of Cerbos did not
 * accept, and every wildcard, stays as it is.
 *
 * Sanitising twice changes nothing.
 */
export function sanitiseName(name: string): string {
  return OLD_NAME.test(name) ? name.replace(/[^\w.]+/g, '_') : name
}
