import { FilterError } from '../errors.ts'
import type { JsonKey } from '../form.ts'

/** A step of a path into JSON, of the names that databases are agreed about. */
export function jsonStep(key: JsonKey): string {
  if (typeof key === 'number') return `[${key}]`
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) return `."${key}"`
  const name = JSON.stringify(key)
  throw new FilterError(
    'unsupported-value',
    `the key ${name} is none that JSON paths have everywhere`,
  )
}

/** Thrown where a mapping has an array for a database without them. */
export function noArrays(database: string, column: string): FilterError {
  return new FilterError('bad-mapping', `\`${column}\`: ${database} has lists as JSON alone`)
}
