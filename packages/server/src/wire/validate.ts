import type { Field, FieldRules, FieldType, Message, MessageType, ValueRules } from './schema.ts'
import { type Violation, type ViolationPath, violation } from './violation.ts'

/** Finds all that a message breaks of its rules; nothing where it is sound. */
export type Validate = (message: Message) => readonly Violation[] | undefined

/**
 * Makes a validator from the rules of a type. It finds what Cerbos finds, in the same order.
 * @see https://protovalidate.com/schemas/standard-rules/
 */
export function validator(type: MessageType): Validate {
  const check = messageChecker(type)
  return (message) => {
    const found: Violation[] = []
    check(message, undefined, found)
    return found.length === 0 ? undefined : found
  }
}

type Checker<Value> = (value: Value, path: ViolationPath | undefined, found: Violation[]) => void

function messageChecker(type: MessageType): Checker<Message> {
  // Made when it is needed: a message may be inside itself.
  let fields: readonly Checker<Message>[] | undefined
  return (message, path, found) => {
    for (const { id, message: text, holds } of type.rules) {
      if (!holds(message)) found.push(violation({ path, id, message: text }))
    }
    for (const oneof of type.requiredOneofs) {
      const isThere = type.fields.some(
        (field) => field.oneof === oneof && message[field.jsonName] !== undefined,
      )
      if (!isThere) {
        const text = 'exactly one field is required in oneof'
        found.push(violation({ path: { parent: path, oneof }, id: 'required', message: text }))
      }
    }
    fields ??= type.fields.map(fieldChecker)
    for (const check of fields) check(message, path, found)
  }
}

function fieldChecker(field: Field): Checker<Message> {
  const { jsonName, rules, cardinality } = field
  const checkContent = contentChecker(field)
  return (message, parent, found) => {
    const value = message[jsonName]
    if (value === undefined) {
      if (rules.required) {
        const path = { parent, field }
        found.push(
          violation({ path, id: 'required', message: 'value is required', rule: ['required'] }),
        )
      } else if (cardinality !== 'single')
        checkContent(cardinality === 'list' ? [] : {}, parent, found)
      else if (field.oneof === undefined && field.type.kind !== 'message')
        checkContent(DEFAULT, parent, found)
      return
    }
    checkContent(value, parent, found)
  }
}

/** What a single field has that is left out, as far as rules go. */
const DEFAULT = ''

function contentChecker(field: Field): Checker<unknown> {
  switch (field.cardinality) {
    case 'single': {
      const check = valueChecker(field.type, field.rules, [])
      return (value, parent, found) => check(value, { parent, field }, found)
    }
    case 'list':
      // What readers make of a list.
      return listChecker(field) as Checker<unknown>
    case 'map':
      return mapChecker(field) as Checker<unknown>
  }
}

function listChecker(field: Field): Checker<readonly unknown[]> {
  const { minItems = 0, maxItems = Number.POSITIVE_INFINITY, unique, items = {} } = field.rules
  const check = valueChecker(field.type, items, ['repeated', 'items'])
  return (values, parent, found) => {
    const report = (rule: string, message: string): void => {
      const path = { parent, field }
      found.push(violation({ path, id: `repeated.${rule}`, message, rule: ['repeated', rule] }))
    }
    if (unique && hasTwice(values)) report('unique', 'repeated value must contain unique items')
    if (values.length < minItems) report('min_items', `must contain at least ${minItems} item(s)`)
    if (values.length > maxItems) {
      report('max_items', `must contain no more than ${maxItems} item(s)`)
    }
    for (let index = 0; index < values.length; index += 1) {
      check(values[index], { parent, field, index }, found)
    }
  }
}

function hasTwice(values: readonly unknown[]): boolean {
  if (values.length > FEW) return new Set(values).size < values.length
  for (let index = 1; index < values.length; index += 1) {
    if (values.indexOf(values[index]) < index) return true
  }
  return false
}

/** So many values are compared with each other sooner than a set of them is made. */
const FEW = 8

function mapChecker(field: Field): Checker<Readonly<Record<string, unknown>>> {
  const { keys } = field.rules
  const checkKey = keys && valueChecker({ kind: 'string' }, keys, ['map', 'keys'])
  const check = valueChecker(field.type, {}, ['map', 'values'])
  const looksAtValues = field.type.kind === 'message'
  return (entries, parent, found) => {
    for (const key in entries) {
      if (checkKey && !isSoundKey(key, keys)) {
        checkKey(key, { parent, field, key, isOfKey: true }, found)
      }
      if (looksAtValues) check(entries[key], { parent, field, key }, found)
    }
  }
}

/** Nearly every key is, and is spared a path of its own. */
function isSoundKey(key: string, { minLen = 0, maxLen, pattern }: ValueRules): boolean {
  return key.length >= minLen && minLen <= 1 && maxLen === undefined && pattern === undefined
}

function valueChecker(
  type: FieldType,
  rules: FieldRules,
  prefix: readonly string[],
): Checker<unknown> {
  switch (type.kind) {
    case 'message': {
      const check = messageChecker(type.message())
      // What readers make of a message.
      return (value, path, found) => check(value as Message, path, found)
    }
    case 'string':
      return textChecker(rules, prefix) as Checker<unknown>
    case 'bytes':
      return bytesChecker(rules, prefix) as Checker<unknown>
    case 'timestamp':
      return pastChecker(rules) as Checker<unknown>
    case 'uint32':
      return rangeChecker(rules) as Checker<unknown>
    default:
      return () => {}
  }
}

function textChecker(rules: ValueRules, prefix: readonly string[]): Checker<string> {
  const { minLen = 0, maxLen = Number.POSITIVE_INFINITY, pattern, in: allowed } = rules
  const regExp = pattern === undefined ? undefined : new RegExp(pattern)
  return (text, path, found) => {
    const report = (rule: string, message: string): void => {
      const place = [...prefix, 'string', rule]
      found.push(violation({ path, id: `string.${rule}`, message, rule: place }))
    }
    if (text.length < minLen) report('min_len', `must be at least ${minLen} characters`)
    if (text.length > maxLen && [...text].length > maxLen) {
      report('max_len', `must be at most ${maxLen} characters`)
    }
    if (regExp && !regExp.test(text)) {
      report('pattern', `does not match regex pattern \`${pattern}\``)
    }
    if (allowed && !allowed.includes(text)) report('in', `must be in list [${allowed.join(', ')}]`)
  }
}

function bytesChecker(rules: ValueRules, prefix: readonly string[]): Checker<string> {
  const { minLen = 0, maxLen = Number.POSITIVE_INFINITY } = rules
  return (base64, path, found) => {
    const report = (rule: string, message: string): void => {
      const place = [...prefix, 'bytes', rule]
      found.push(violation({ path, id: `bytes.${rule}`, message, rule: place }))
    }
    const size = Buffer.byteLength(base64, 'base64')
    if (size < minLen) report('min_len', `must be at least ${minLen} bytes`)
    if (size > maxLen) report('max_len', `must be at most ${maxLen} bytes`)
  }
}

function rangeChecker({ range }: FieldRules): Checker<number> {
  if (range === undefined) return () => {}
  const [least, most] = range
  const message = `must be greater than or equal to ${least} and less than or equal to ${most}`
  const rule = ['uint32', 'gte']
  return (value, path, found) => {
    if (value < least || value > most)
      found.push(violation({ path, id: 'uint32.gte_lte', message, rule }))
  }
}

function pastChecker({ past }: FieldRules): Checker<string> {
  if (past === undefined) return () => {}
  const rule = ['timestamp', 'lt_now']
  return (text, path, found) => {
    // What is left out has been reported, or need not be there.
    if (text === DEFAULT || Date.parse(text) < Date.now()) return
    found.push(violation({ path, id: 'timestamp.lt_now', message: 'must be less than now', rule }))
  }
}
