import type { JsonValue } from '../linked.ts'
import { type JsonObject, typeOf } from './equality.ts'
import { Evaluated } from './evaluated.ts'
import type { Failure } from './failure.ts'

/** A compiled schema: what it checks, by what it checks it on. */
export interface Schema {
  /** The URL of its document and the pointer to it. */
  readonly location: string
  /** Set when the schema is just `true` or `false`. */
  always: boolean | undefined
  /** A value of a wrong type fails at once; nothing else is said of it. */
  checkType: ((value: JsonValue) => string | undefined) | undefined
  readonly any: Check<JsonValue>[]
  readonly object: Check<JsonObject>[]
  readonly array: Check<readonly JsonValue[]>[]
  readonly string: Check<string>[]
  readonly number: Check<number>[]
  /** References and combinations: other schemas for the same value. */
  readonly inPlace: Check<JsonValue>[]
  /** What looks at the rest, after all others. */
  readonly lastOfObject: Check<JsonObject>[]
  readonly lastOfArray: Check<readonly JsonValue[]>[]
  readonly dynamicAnchor: string | undefined
  readonly recursiveAnchor: boolean
  /** Those at or below this schema that have a dynamic anchor. */
  dynamicAnchors: readonly Schema[]
}

/** Adds to the frame what is wrong with a value. */
type Check<Value> = (value: Value, frame: Frame) => void

/** A value meets one schema. */
export class Frame {
  readonly run: Run
  readonly evaluated: Evaluated | undefined
  readonly failures: Failure[] = []

  constructor(run: Run) {
    this.run = run
    this.evaluated = run.tracks ? new Evaluated() : undefined
  }

  fail(keyword: string, message: string, causes: readonly Failure[] = []): void {
    this.failures.push({ message, keyword, causes })
  }

  /** Checks a member of the value. */
  member(schema: Schema, value: JsonValue, keyword: string, step: string | number): void {
    const failure = validate(schema, value, new Frame(this.run))
    if (failure) this.failures.push({ message: '', keyword, step, causes: [failure] })
  }

  /** Checks what is encoded in the value. */
  content(schema: Schema, value: JsonValue): void {
    const failure = validate(schema, value, new Frame(this.run))
    if (failure) this.fail('contentSchema', '', [failure])
  }

  /** Checks the same value by another schema. What that looked at counts if it is content. */
  samePlace(schema: Schema, value: JsonValue): Failure | undefined {
    const frame = new Frame(this.run)
    const failure = validate(schema, value, frame)
    if (!failure && frame.evaluated) this.evaluated?.merge(frame.evaluated)
    return failure
  }
}

/** One validation: bounded, whatever the schema and the value. */
export class Run {
  /** Whether any schema asks for what others have not looked at. */
  readonly tracks: boolean
  /** The schemas that are being checked, the outermost first. */
  readonly scope: Schema[] = []
  #steps = 0

  constructor(tracks: boolean) {
    this.tracks = tracks
  }

  /** Counts a step; false when there have been too many. */
  mayGoOn(): boolean {
    this.#steps++
    return this.#steps <= MAX_STEPS && this.scope.length < MAX_DEPTH
  }
}

const MAX_STEPS = 1_000_000
const MAX_DEPTH = 1_000

/** What is wrong with a value, or nothing. */
export function validate(schema: Schema, value: JsonValue, frame: Frame): Failure | undefined {
  if (schema.always !== undefined) return schema.always ? undefined : NOT_ALLOWED
  const { run, failures } = frame
  if (!run.mayGoOn()) return TOO_COMPLEX
  const wrongType = schema.checkType?.(value)
  if (wrongType !== undefined) return { message: wrongType, keyword: 'type', causes: [] }
  run.scope.push(schema)
  for (const check of schema.any) check(value, frame)
  checkByType(schema, value, frame)
  for (const check of schema.inPlace) check(value, frame)
  if (Array.isArray(value)) {
    for (const check of schema.lastOfArray) check(value, frame)
  } else if (typeof value === 'object' && value !== null) {
    for (const check of schema.lastOfObject) check(value as JsonObject, frame) // no array
  }
  run.scope.pop()
  if (failures.length < 2) return failures[0]
  return { message: '', keyword: '', causes: failures }
}

const NOT_ALLOWED: Failure = { message: 'not allowed', keyword: '', causes: [] }
const TOO_COMPLEX: Failure = { message: 'too complex to be validated', keyword: '', causes: [] }

function checkByType(schema: Schema, value: JsonValue, frame: Frame): void {
  switch (typeOf(value)) {
    case 'object':
      for (const check of schema.object) check(value as JsonObject, frame)
      break
    case 'array':
      for (const check of schema.array) check(value as readonly JsonValue[], frame)
      break
    case 'string':
      for (const check of schema.string) check(value as string, frame)
      break
    case 'number':
      for (const check of schema.number) check(value as number, frame)
      break
    default:
  }
}
