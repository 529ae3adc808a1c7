import type { Place } from '../place.ts'

/** `resourcePolicy.rules[0].effect`: a place's path as Cerbos's validation writes it. */
export function fieldPath({ path }: Place): string {
  return path.replace(/^\$\.?/, '')
}

/** The path of a field that a message lacks. */
export function missingFieldPath(owner: Place, name: string): string {
  const path = fieldPath(owner)
  return path === '' ? name : `${path}.${name}`
}
