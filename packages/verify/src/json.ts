import type { JsonValue } from '@lockstitch/policy'

/** Whether two JSON values are the same; the order of names in an object means nothing. */
export function isSameJson(a: JsonValue, b: JsonValue): boolean {
  return canonicalJson(a) === canonicalJson(b)
}

/** JSON without spaces, the names of objects sorted. */
export function canonicalJson(value: JsonValue): string {
  return jsonText(value, ',', ':')
}

/** JSON as Cerbos's reports for people have it. */
export function spacedJson(value: JsonValue): string {
  return jsonText(value, ', ', ':')
}

function jsonText(value: JsonValue, comma: string, colon: string): string {
  if (Array.isArray(value)) {
    return `[${value.map((item: JsonValue) => jsonText(item, comma, colon)).join(comma)}]`
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  const texts = entries.map(([name, of]) => {
    return `${JSON.stringify(name)}${colon}${jsonText(of as JsonValue, comma, colon)}` // Of a JSON object.
  })
  return `{${texts.join(comma)}}`
}
