import type { JsonValue } from '../linked.ts'
import type { Located, LocatedText, Place } from '../place.ts'

/** A list field: empty when it is left out. */
export interface LocatedList<T> {
  readonly items: readonly T[]
  readonly present: boolean
  /** The field's key; of a field that is left out, the message that lacks it. */
  readonly place: Place
}

/** A named value of a map field, such as a variable. */
export interface NamedEntry<T> {
  readonly name: string
  readonly namePlace: Place
  readonly value: T
}

/**
 * Typed access to the fields of one message. Every field is asked for by its lowerCamelCase name,
 * which may stand in the file in snake_case too; fields that nobody asked for are reported.
 */
export interface Fields {
  /** Where the message itself stands. */
  readonly place: Place
  text(name: string): LocatedText | undefined
  texts(name: string): LocatedList<LocatedText>
  /** A whole number of 64 bits without a sign, as a number or as text. Nothing reads its value. */
  wholeNumber(name: string): void
  flag(name: string): Located<boolean> | undefined
  /** An enum by name or number: all names in order of their numbers, and those to choose from. */
  choice<Name extends string>(
    name: string,
    names: readonly Name[],
    offered: readonly Name[],
    /** What a number that has no name counts as; without it, that is reported. */
    nameless?: Name,
  ): Located<Name> | undefined
  message<T>(name: string, read: (fields: Fields) => T): T | undefined
  messages<T>(name: string, read: (fields: Fields) => T): LocatedList<T>
  /** A text, and what is wrong with it as a time: `timestampProblem`, which only files with times need. */
  timestamp(
    name: string,
    problemOf: (text: string) => string | undefined,
  ): Located<string> | undefined
  textMap(name: string): NamedEntry<LocatedText>[]
  choiceMap<Name extends string>(
    name: string,
    names: readonly Name[],
    offered: readonly Name[],
  ): NamedEntry<Located<Name>>[]
  messageMap<T>(name: string, read: (fields: Fields) => T): NamedEntry<T>[]
  jsonMap(name: string): NamedEntry<Located<JsonValue>>[]
  /** Any value; a field that stands there with `null` is not undefined. */
  json(name: string): Located<JsonValue> | undefined
  /** Where a field's key stands. */
  keyOf(name: string): Place | undefined
  /** Which of the fields are set: at most one may be, and the first that is counts. */
  oneOf(names: readonly string[]): string | undefined
}
