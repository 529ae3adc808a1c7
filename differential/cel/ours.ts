import {
  type Activation,
  type CelError,
  Duration,
  type Env,
  isCelError,
  NOW,
  Opaque,
  Optional,
  Timestamp,
  TypeValue,
  toJson,
  Uint,
  type Value,
} from '@lockstitch/cel'
import { isTrue } from '@lockstitch/engine/table'
import { createConditionEnv } from '@lockstitch/policy'

import type { CelAnswer, Outcome } from './answer.ts'
import { CONSTANTS, GLOBALS, VARIABLES } from './attributes.ts'
import type { CelCase } from './generate.ts'
import type { CelInput } from './input.ts'
import { render, type Tree } from './tree.ts'

/** What compiles expressions on our side. A planted bug is another one of these. */
export interface Compiler {
  compile(source: string): CompiledExpression
}

/** A compiled expression, or why there is none. */
export type CompiledExpression =
  | { readonly ok: true; evaluate(activation: Activation): Value | CelError }
  | { readonly ok: false; readonly message: string }

/** Compiles as policies do, without any planted bug. */
export function honestCompiler(env: Env = createConditionEnv()): Compiler {
  return {
    compile(source) {
      const compiled = env.compile(source)
      if (!compiled.ok) {
        return { ok: false, message: compiled.diagnostics.map((each) => each.message).join('; ') }
      }
      const { program } = compiled
      return { ok: true, evaluate: (activation) => program.evaluate(activation) }
    },
  }
}

/** Answers a case on our side. */
export function answerOf({ value, condition, input }: CelCase, compiler: Compiler): CelAnswer {
  const activation = activationOf(input, compiler)
  return {
    value: outcomeOf(value, compiler, activation),
    condition: effectOf(condition, compiler, activation),
  }
}

const HONEST = honestCompiler()
const HONEST_ANSWERS = new WeakMap<CelCase, CelAnswer>()

/** Our answer, found once for a case. */
export function honestAnswer(each: CelCase): CelAnswer {
  const known = HONEST_ANSWERS.get(each)
  if (known !== undefined) return known
  const answer = answerOf(each, HONEST)
  HONEST_ANSWERS.set(each, answer)
  return answer
}

/** As in the engine. */
function effectOf(tree: Tree, compiler: Compiler, activation: Activation): CelAnswer['condition'] {
  const compiled = compiler.compile(render(tree))
  if (!compiled.ok) return 'compile error'
  return isTrue(compiled.evaluate(activation)) ? 'ALLOW' : 'DENY'
}

function outcomeOf(tree: Tree, compiler: Compiler, activation: Activation): Outcome {
  try {
    const compiled = compiler.compile(render(tree))
    if (!compiled.ok) return { kind: 'compile error', message: compiled.message }
    const value = compiled.evaluate(activation)
    if (isCelError(value)) return { kind: 'error', message: value.message }
    const json = toJson(value)
    const types = typesOf(value)
    return { kind: 'value', types, ...(isCelError(json) ? {} : { json }) }
  } catch (error) {
    // An exception is a bug whatever Cerbos says, so it must not look like an error value.
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { kind: 'value', json: `threw ${what}`, types: '[exception]' }
  }
}

/** The parts of every request that are not random. */
export const PRINCIPAL = { id: 'maya', roles: ['user', 'editor'] } as const
export const RESOURCE = { kind: 'doc', id: 'q3' } as const

function activationOf(input: CelInput, compiler: Compiler): Activation {
  const P = { ...PRINCIPAL, attr: input.principal }
  const R = { ...RESOURCE, attr: input.resource }
  const hasToken = Object.keys(input.claims).length > 0
  const request = { principal: P, resource: R, ...(hasToken && { auxData: { jwt: input.claims } }) }
  const runtime = { effectiveDerivedRoles: [] }
  const variables: Record<string, Value> = Object.create(null)
  const activation = {
    request,
    P,
    R,
    runtime,
    constants: CONSTANTS,
    C: CONSTANTS,
    globals: GLOBALS,
    G: GLOBALS,
    variables,
    V: variables,
    [NOW]: Timestamp.fromMillis(Date.now()),
  }
  for (const [name, evaluate] of variablesOf(compiler)) {
    const value = evaluate(activation)
    // As in Cerbos: a variable that fails stays unset.
    if (!isCelError(value)) variables[name] = value
  }
  return activation
}

type Evaluate = (activation: Activation) => Value | CelError

const COMPILED_VARIABLES = new WeakMap<Compiler, ReadonlyMap<string, Evaluate>>()

/** The variables of every policy, compiled once. */
function variablesOf(compiler: Compiler): ReadonlyMap<string, Evaluate> {
  const known = COMPILED_VARIABLES.get(compiler)
  if (known !== undefined) return known
  const variables = new Map<string, Evaluate>()
  for (const [name, source] of Object.entries(VARIABLES)) {
    const compiled = compiler.compile(source)
    if (!compiled.ok) throw new Error(`variable ${name}: ${compiled.message}`)
    variables.set(name, (activation) => compiled.evaluate(activation))
  }
  COMPILED_VARIABLES.set(compiler, variables)
  return variables
}

/** As Cerbos's `%s` writes the types: of each element where the value is a list. */
function typesOf(value: Value): string {
  const values: readonly Value[] = Array.isArray(value) ? value : [value]
  return `[${values.map(typeName).join(', ')}]`
}

function typeName(value: Value): string {
  switch (typeof value) {
    case 'boolean':
      return 'bool'
    case 'number':
      return 'double'
    case 'bigint':
      return 'int'
    case 'string':
      return 'string'
    default:
      return value === null ? 'null_type' : objectTypeName(value)
  }
}

function objectTypeName(value: object): string {
  if (Array.isArray(value)) return 'list'
  if (value instanceof Uint) return 'uint'
  if (value instanceof Uint8Array) return 'bytes'
  if (value instanceof Timestamp) return 'google.protobuf.Timestamp'
  if (value instanceof Duration) return 'google.protobuf.Duration'
  if (value instanceof TypeValue) return 'type'
  if (value instanceof Optional) return 'optional_type'
  if (!(value instanceof Opaque)) return 'map'
  return value.celType.kind === 'opaque' ? value.celType.name : value.celType.kind
}
