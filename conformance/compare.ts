/** JSON-like data, in which two answers are compared. */
export type Plain =
  | null
  | boolean
  | number
  | string
  | undefined
  | readonly Plain[]
  | { readonly [key: string]: Plain }

const MOST_LINES = 12

/**
 * What differs between the expected and the actual answer, a line a place; `undefined` where
 * nothing does. The order of properties means nothing, a property that is `undefined` is absent,
 * and numbers are the same only if their sign of zero is.
 */
export function difference(expected: Plain, actual: Plain): string | undefined {
  const lines = differences(expected, actual, '')
  if (lines.length === 0) return undefined
  const shown = lines.slice(0, MOST_LINES)
  const hidden = lines.length - shown.length
  return [...shown, ...(hidden > 0 ? [`… and ${hidden} more`] : [])].join('\n')
}

function differences(expected: Plain, actual: Plain, path: string): readonly string[] {
  if (isList(expected) && isList(actual)) return listDifferences(expected, actual, path)
  if (isRecord(expected) && isRecord(actual)) {
    const keys = [...new Set([...Object.keys(expected), ...Object.keys(actual)])].sort()
    return keys.flatMap((key) =>
      differences(own(expected, key), own(actual, key), path === '' ? key : `${path}.${key}`),
    )
  }
  if (Object.is(expected, actual)) return []
  const place = path === '' ? '' : `${path}: `
  return [`${place}expected ${show(expected)}, got ${show(actual)}`]
}

function listDifferences(
  expected: readonly Plain[],
  actual: readonly Plain[],
  path: string,
): readonly string[] {
  if (expected.length !== actual.length) {
    const place = path === '' ? '' : `${path}: `
    return [
      `${place}expected ${expected.length} elements ${show(expected)}, got ${actual.length} ${show(actual)}`,
    ]
  }
  return expected.flatMap((each, i) => differences(each, actual[i], `${path}[${i}]`))
}

function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value)
}

function isRecord(value: Plain): value is Readonly<Record<string, Plain>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function own(record: Readonly<Record<string, Plain>>, key: string): Plain {
  return Object.hasOwn(record, key) ? record[key] : undefined
}

function show(value: Plain): string {
  if (value === undefined) return 'nothing'
  if (Object.is(value, -0)) return '-0'
  if (typeof value === 'number') return String(value)
  const text = JSON.stringify(value)
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}
