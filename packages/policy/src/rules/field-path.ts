import { type Place, unanchored } from '../place.ts'

/** `resourcePolicy.rules[0].effect`: a place's path as Cerbos's validation writes it. */
export function fieldPath({ path }: Place): string {
  return camelCasePath(path.replace(/^\$\.?/, ''))
}

/**
 * Cerbos writes the names of fields in camel case, and with them all else that stands between two
 * dots: `resources["q3_plan"]` is told as `resources["q3Plan"]`.
 */
export function camelCasePath(path: string): string {
  return path.split('.').map(camelCase).join('.')
}

/** The place of a field that a message lacks: where the message is, with the path of the field. */
export function missingPlace(owner: Place, name: string): Place {
  return { ...unanchored(owner), path: `${owner.path}.${name}` }
}

const WORD_START = /(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/

function camelCase(name: string): string {
  const words = name.split(/[_\-\s]+/).flatMap((part) => part.split(WORD_START))
  const [first = '', ...others] = words.filter((word) => word !== '')
  return lowerCase(first) + others.map(titleCase).join('')
}

function titleCase(word: string): string {
  return (
    word.slice(0, 1).replace(/[a-z]/, (letter) => letter.toUpperCase()) + lowerCase(word.slice(1))
  )
}

function lowerCase(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}
