import { FilterError } from './errors.ts'
import { type KeyValue, keyValue, type SortKey } from './keyset.ts'

/**
 * Where a page ends: the values by which its last row is ordered, for the keys that they belong to. It is
 * no secret and no permission: whoever makes one up begins elsewhere in the same list.
 */
export function cursorOf(record: object, keys: readonly SortKey[]): string {
  const values = keys.map((key) => ownValue(record, key))
  const bytes = new TextEncoder().encode(JSON.stringify([signature(keys), ...values]))
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function ownValue(record: object, { name, column }: SortKey): KeyValue {
  const found: unknown = Object.hasOwn(record, name) ? Reflect.get(record, name) : undefined
  // A column that was not selected is not NULL: rows would be left out of the next page.
  if (column.isNullable && found === null) return null
  const value = keyValue(found, column.type)
  if (value !== undefined) return value
  throw new FilterError('unsupported-value', `\`${name}\` of the last row is no ${column.type}`)
}

/** The values of a cursor, if it is one for these keys. */
export function readCursor(
  cursor: string,
  keys: readonly SortKey[],
): readonly KeyValue[] | 'bad-cursor' {
  const found = parsed(cursor)
  if (!Array.isArray(found) || found.length !== keys.length + 1) return 'bad-cursor'
  const [signed, ...values]: unknown[] = found
  if (signed !== signature(keys)) return 'bad-cursor'
  const read = keys.map(({ column }, index) => {
    const value = values[index]
    return value === null && column.isNullable ? null : keyValue(value, column.type)
  })
  return read.every((each) => each !== undefined) ? read : 'bad-cursor'
}

function parsed(cursor: string): unknown {
  try {
    const binary = atob(cursor.replaceAll('-', '+').replaceAll('_', '/'))
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0))
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}

/** A position in one order is none in another. */
function signature(keys: readonly SortKey[]): string {
  return keys.map(({ name, direction }) => `${name} ${direction}`).join(',')
}
