import type { Field, FieldType } from './schema.ts'

/** A way from a message to a value inside it, written backwards. */
export type ViolationPath =
  | {
      readonly parent: ViolationPath | undefined
      readonly field: Field
      readonly index?: number
      readonly key?: string
      /** The key itself is wrong, not what it leads to. */
      readonly isOfKey?: true
    }
  | { readonly parent: ViolationPath | undefined; readonly oneof: string }

/** A rule that a message breaks, as `buf.validate.Violation` in JSON. */
export interface Violation {
  /** Where, for people: `resources[0].actions`. */
  readonly place: string
  readonly message: string
  readonly json: Readonly<Record<string, unknown>>
}

interface Broken {
  readonly path: ViolationPath | undefined
  readonly id: string
  readonly message: string
  /** The names of the rule's fields in `buf.validate.FieldRules`. */
  readonly rule?: readonly string[]
}

/** Makes a violation. */
export function violation({ path, id, message, rule }: Broken): Violation {
  const steps = stepsOf(path)
  const hasKey = steps.some((step) => 'key' in step)
  const isOfKey = path !== undefined && 'isOfKey' in path
  const json = {
    ...(steps.length > 0 && { field: { elements: steps.map(element) } }),
    ...(rule && { rule: { elements: rule.map(ruleElement) } }),
    ruleId: id,
    message,
    ...(hasKey && { forKey: isOfKey }),
  }
  return { place: placeText(steps), message, json }
}

/** All violations as the message of an error. */
export function violationsText(violations: readonly Violation[]): string {
  const lines = violations.map(({ place, message }) => (place ? `${place}: ${message}` : message))
  return lines.length === 1
    ? `validation error: ${lines[0]}`
    : `validation errors:\n${lines.map((line) => ` - ${line}`).join('\n')}`
}

function stepsOf(path: ViolationPath | undefined): readonly ViolationPath[] {
  return path === undefined ? [] : [...stepsOf(path.parent), path]
}

function placeText(steps: readonly ViolationPath[]): string {
  return steps
    .map((step) => {
      if ('oneof' in step) return step.oneof
      const { field, index, key } = step
      if (index !== undefined) return `${field.name}[${index}]`
      return key === undefined ? field.name : `${field.name}[${JSON.stringify(key)}]`
    })
    .join('.')
}

function element(step: ViolationPath): object {
  if ('oneof' in step) return { fieldName: step.oneof }
  const { field, index, key } = step
  return {
    fieldNumber: field.number,
    fieldName: field.name,
    fieldType: field.cardinality === 'map' ? 'TYPE_MESSAGE' : TYPES[field.type.kind],
    ...(index !== undefined && { index: String(index) }),
    ...(key !== undefined && {
      keyType: 'TYPE_STRING',
      valueType: TYPES[field.type.kind],
      stringKey: key,
    }),
  }
}

const TYPES: Readonly<Record<FieldType['kind'], string>> = {
  string: 'TYPE_STRING',
  bool: 'TYPE_BOOL',
  bytes: 'TYPE_BYTES',
  uint32: 'TYPE_UINT32',
  uint64Value: 'TYPE_MESSAGE',
  value: 'TYPE_MESSAGE',
  message: 'TYPE_MESSAGE',
  enum: 'TYPE_ENUM',
  timestamp: 'TYPE_MESSAGE',
  duration: 'TYPE_MESSAGE',
}

function ruleElement(name: string, index: number, names: readonly string[]): object {
  const owner = index === 0 ? '' : names[index - 1]
  const [fieldNumber, fieldType = 'TYPE_MESSAGE'] =
    RULES[`${owner}.${name}`] ?? RULES[`.${name}`] ?? []
  return { fieldNumber, fieldName: name, fieldType }
}

/** The fields of `buf.validate`'s messages: number, and type where it is no message. */
// biome-ignore format: table
const RULES: Readonly<Record<string, readonly [number, string?]>> = {
  '.required':           [25, 'TYPE_BOOL'],
  '.uint32':             [5],
  '.string':             [14],
  '.bytes':              [15],
  '.repeated':           [18],
  '.map':                [19],
  '.timestamp':          [22],
  'timestamp.lt_now':    [7, 'TYPE_BOOL'],
  'string.min_len':      [2, 'TYPE_UINT64'],
  'string.max_len':      [3, 'TYPE_UINT64'],
  'string.pattern':      [6, 'TYPE_STRING'],
  'string.in':           [10, 'TYPE_STRING'],
  'uint32.gte':          [5, 'TYPE_UINT32'],
  'bytes.min_len':       [2, 'TYPE_UINT64'],
  'bytes.max_len':       [3, 'TYPE_UINT64'],
  'repeated.min_items':  [1, 'TYPE_UINT64'],
  'repeated.max_items':  [2, 'TYPE_UINT64'],
  'repeated.unique':     [3, 'TYPE_BOOL'],
  'repeated.items':      [4],
  'map.keys':            [4],
}
