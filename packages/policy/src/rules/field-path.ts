import { type Place, unanchored } from '../place.ts'

/** `resourcePolicy.rules[0].effect`: a place's path as Cerbos's validation writes it. */
export function fieldPath({ path }: Place): string {
  return path.replace(/^\$\.?/, '')
}

/** The place of a field that a message lacks: where the message is, with the path of the field. */
export function missingPlace(owner: Place, name: string): Place {
  return { ...unanchored(owner), path: `${owner.path}.${name}` }
}
