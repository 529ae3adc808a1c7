/**
 * The types of the messages of an API, as data: what reads, validates and writes them is made from
 * these tables. A message itself is a plain object in protobuf's canonical JSON: lowerCamelCase names,
 * enums by name, and a field that has its default is left out.
 */

type Scalar =
  | 'string'
  | 'bool'
  | 'bytes'
  | 'uint32'
  | 'uint64Value'
  | 'value'
  | 'timestamp'
  | 'duration'

/**
 * What one value of a field is. `value` is any JSON, a `uint64Value` is digits as text, `bytes` are base64 text, a `timestamp` is RFC 3339
 * text, a `duration` such as `1.5s`.
 */
export type FieldType =
  | { readonly kind: Scalar }
  | { readonly kind: 'enum'; readonly enum: EnumType }
  | { readonly kind: 'message'; message(): MessageType }

/** A field of a message. */
export interface Field {
  readonly number: number
  /** As in the protocol: `policy_version`. */
  readonly name: string
  /** As in JSON: `policyVersion`. */
  readonly jsonName: string
  readonly type: FieldType
  /** Maps have texts as keys. */
  readonly cardinality: 'single' | 'list' | 'map'
  readonly rules: FieldRules
  /** The name of the group of which a message has one field at most. */
  readonly oneof?: string
}

/** What a value has to be, in the words of `buf.validate`. */
export interface ValueRules {
  readonly minLen?: number
  readonly maxLen?: number
  /** A regular expression that Go and JavaScript read alike. */
  readonly pattern?: string
  readonly in?: readonly string[]
}

/** What a field has to be. */
export interface FieldRules extends ValueRules {
  readonly required?: boolean
  readonly minItems?: number
  readonly maxItems?: number
  readonly unique?: boolean
  readonly minPairs?: number
  /** Of a time: it has been. */
  readonly past?: true
  /** Of a number, both ends included. */
  readonly range?: readonly [number, number]
  /** For the elements of a list. */
  readonly items?: ValueRules
  /** For the keys of a map. */
  readonly keys?: ValueRules
}

/** A rule about the fields of a message together. */
interface MessageRule {
  readonly id: string
  readonly message: string
  holds(message: Message): boolean
}

/** A message as it is handed about. */
export type Message = Readonly<Record<string, unknown>>

export interface MessageType {
  readonly name: string
  readonly fields: readonly Field[]
  readonly rules: readonly MessageRule[]
  /** The oneofs of which a field must be there. */
  readonly requiredOneofs: readonly string[]
}

export interface EnumType {
  readonly name: string
  /** The values by name, the one that is the default first. */
  readonly values: Readonly<Record<string, number>>
}

/** A field before it has its names; that of the protocol is made of that in JSON unless it is given. */
export type FieldSpec = Omit<Field, 'name' | 'jsonName'> & Partial<Pick<Field, 'name'>>

interface MessageOptions {
  readonly rules?: readonly MessageRule[]
  readonly requiredOneofs?: readonly string[]
}

/** Makes the type of a message, its fields in the order of the protocol. */
export function messageType(
  name: string,
  specs: Readonly<Record<string, FieldSpec>>,
  { rules = [], requiredOneofs = [] }: MessageOptions = {},
): MessageType {
  const fields = Object.entries(specs).map(([field, spec]) => ({
    name: snakeCase(field),
    jsonName: field,
    ...spec,
  }))
  return { name, fields, rules, requiredOneofs }
}

/** A field that is there once. */
export function one(
  number: number,
  type: Scalar | MessageType | (() => MessageType),
  rules: FieldRules & { readonly oneof?: string } = {},
): FieldSpec {
  const { oneof, ...rest } = rules
  return {
    number,
    type: fieldType(type),
    cardinality: 'single',
    rules: rest,
    ...(oneof !== undefined && { oneof }),
  }
}

/** A repeated field. */
export function list(
  number: number,
  type: Scalar | MessageType | (() => MessageType),
  rules: FieldRules = {},
): FieldSpec {
  return { number, type: fieldType(type), cardinality: 'list', rules }
}

/** A map from texts. */
export function map(
  number: number,
  type: Scalar | MessageType | EnumType,
  rules: FieldRules = {},
): FieldSpec {
  return { number, type: fieldType(type), cardinality: 'map', rules }
}

/** An enum field that is there once. */
export function choice(number: number, type: EnumType): FieldSpec {
  return { number, type: { kind: 'enum', enum: type }, cardinality: 'single', rules: {} }
}

function fieldType(type: Scalar | MessageType | EnumType | (() => MessageType)): FieldType {
  if (typeof type === 'string') return { kind: type }
  if (typeof type === 'function') return { kind: 'message', message: type }
  if ('values' in type) return { kind: 'enum', enum: type }
  return { kind: 'message', message: () => type }
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
