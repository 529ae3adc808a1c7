import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonValue } from '@lockstitch/cel'

import type { Oracle } from '../area.ts'
import { compileDirectory } from '../cerbos/compile.ts'
import { type CerbosServer, startServer } from '../cerbos/server.ts'
import { unsignedToken } from '../cerbos/token.ts'
import type { CelAnswer, Outcome } from './answer.ts'
import { CONSTANTS, GLOBALS, VARIABLES } from './attributes.ts'
import type { CelCase } from './generate.ts'
import { honestAnswer, PRINCIPAL, RESOURCE } from './ours.ts'
import { render } from './tree.ts'

/** How many requests are under way at once. */
const PARALLEL = 16

/**
 * Asks the real Cerbos about expressions. Each case becomes a policy version of its own with three
 * rules: the condition, the value as an output, and the type of the value as an output. What is
 * wrong with expressions `cerbos compile` says, for all of them at once; the rest a server answers.
 *
 * Compiling is nearly all that Cerbos does here, and it compiles for each of these steps. So our own
 * answer serves as a guess of what can be left out: `cerbos compile` where an expression should
 * compile (the server does not start if it does not), and the type where the JSON should tell it.
 * A guess that proves wrong costs time and changes no answer.
 */
export async function openCerbosOracle(): Promise<Oracle<CelCase, CelAnswer>> {
  const home = await mkdtemp(join(tmpdir(), 'lockstitch-differential-'))
  let batches = 0
  const inFolder = async <Result>(ask: (folder: Folder) => Promise<Result>): Promise<Result> => {
    const path = join(home, String(batches))
    batches += 1
    const policies = join(path, 'policies')
    await mkdir(policies, { recursive: true })
    try {
      return await ask({ path, policies })
    } finally {
      await rm(path, { recursive: true, force: true })
    }
  }
  return {
    async ask(cases) {
      const questions = cases.map(questionAbout)
      const answers = await askAll(questions, inFolder)
      // The types were left out for nothing where the value is not what it should be.
      const open = [...answers.keys()].filter((i) => answers[i] === undefined)
      const complete = open.map((i) => ({ ...(questions[i] as Question), asks: 'types' as const }))
      const late = await askAll(complete, inFolder)
      return answers.map((answer, i) => answer ?? (late[open.indexOf(i)] as CelAnswer))
    },
    close: () => rm(home, { recursive: true, force: true }),
  }
}

/** Where the files of a batch are. */
interface Folder {
  readonly path: string
  readonly policies: string
}

/** A case, and what is expected of it. */
interface Question {
  readonly each: CelCase
  /** Whether both expressions should compile. */
  readonly compiles: boolean
  /** Whether the value should be JSON. One that is not makes a whole call fail. */
  readonly isJson: boolean
  /** What is asked where the JSON of the value will not do: its type, or those of its elements too. */
  readonly asks: 'value' | 'type' | 'types'
}

function questionAbout(each: CelCase): Question {
  const { value, condition } = honestAnswer(each)
  const compiles = value.kind !== 'compile error' && condition !== 'compile error'
  const isJson = value.kind !== 'value' || value.json !== undefined
  const isPlain = value.kind === 'value' && plainTypes(value.json) !== undefined
  const isKnown = isPlain && !MAY_GIVE_OPTIONAL.test(render(each.value))
  const mayBeList = value.kind === 'value' && (!isJson || Array.isArray(value.json))
  return { each, compiles, isJson, asks: isKnown ? 'value' : mayBeList ? 'types' : 'type' }
}

/** What is in an expression that may give an optional, which looks like its value in JSON. */
const MAY_GIVE_OPTIONAL = /\?|opt|first|last|extract/

/** The types of a value, no optional, of which JSON leaves no doubt. */
function plainTypes(json: JsonValue | undefined): string | undefined {
  if (typeof json === 'boolean') return '[bool]'
  return json === null ? '[null_type]' : undefined
}

async function askAll(
  questions: readonly Question[],
  inFolder: <Result>(ask: (folder: Folder) => Promise<Result>) => Promise<Result>,
): Promise<readonly (CelAnswer | undefined)[]> {
  if (questions.length === 0) return []
  const doubtful = [...questions.keys()].filter((i) => !questions[i]?.compiles)
  const errors = await inFolder(({ policies }) => compileErrors(questions, doubtful, policies))
  return inFolder(async (folder) => {
    const answersOf = async (calls: Calls): Promise<readonly (CelAnswer | undefined)[]> => {
      const server = await startOver(questions, errors, folder)
      try {
        return await evaluateAll(server, questions, calls, errors)
      } finally {
        await server.stop()
      }
    }
    try {
      return await answersOf(callsFor(questions))
    } catch (error) {
      if (!isConnectionLost(error)) throw error
      // Where Cerbos works on several resources at once a panic ends it, otherwise only the call.
      return answersOf(questions.map((_, i) => [i]))
    }
  })
}

function isConnectionLost(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown }
  return code === 'ECONNRESET' || code === 'ECONNREFUSED' || code === 'EPIPE'
}

/** Starts a server over all policies. Adds to the errors those that nobody expected. */
async function startOver(
  questions: readonly Question[],
  errors: Map<number, Errors>,
  { path, policies }: Folder,
): Promise<CerbosServer> {
  const write = (): Promise<unknown> =>
    Promise.all(
      questions.map((question, i) =>
        writePolicy(policies, i, question, errors.get(i) ?? NO_ERRORS),
      ),
    )
  const options = { home: path, policies, engine: { globals: GLOBALS } }
  await write()
  try {
    return await startServer(options)
  } catch (error) {
    const unexpected = await readErrors(policies, errors)
    if (unexpected.size === 0) throw error
    for (const [i, found] of unexpected) {
      errors.set(i, new Map([...(errors.get(i) ?? []), ...found]))
    }
  }
  await write()
  return startServer(options)
}

/** What does not compile of a policy, by action. */
type Errors = ReadonlyMap<Action, string>
type Action = (typeof ACTIONS)[number]

/** In the order of the rules in a policy. */
const ACTIONS = ['condition', 'value', 'type'] as const
const NO_ERRORS: Errors = new Map()

/** What does not compile of some of the policies, by their numbers. */
async function compileErrors(
  questions: readonly Question[],
  indices: readonly number[],
  policies: string,
): Promise<Map<number, Errors>> {
  if (indices.length === 0) return new Map()
  await Promise.all(
    indices.map((i) => writePolicy(policies, i, questions[i] as Question, NO_ERRORS)),
  )
  return readErrors(policies, new Map())
}

/** What `cerbos compile` says. Rules that are left out already do not count in its paths. */
async function readErrors(
  policies: string,
  known: ReadonlyMap<number, Errors>,
): Promise<Map<number, Errors>> {
  const errors = new Map<number, Map<Action, string>>()
  for (const { file, description, path } of await compileDirectory(policies)) {
    const index = Number(/\d+/.exec(file)?.[0])
    const written = ACTIONS.filter((each) => !known.get(index)?.has(each))
    const action = written[Number(/^\$\.resourcePolicy\.rules\[(\d)\]/.exec(path)?.[1])]
    if (action === undefined) throw new Error(`Cerbos rejects ${path} of ${file}: ${description}`)
    const found = errors.get(index) ?? new Map<Action, string>()
    errors.set(index, found.set(action, description))
  }
  return errors
}

/** Writes the policy of a case, without the rules that do not compile. */
function writePolicy(
  policies: string,
  index: number,
  { each: { value, condition }, asks }: Question,
  errors: Errors,
): Promise<void> {
  const [valueText, conditionText] = [render(value), render(condition)]
  const rule = { roles: ['*'], effect: 'EFFECT_ALLOW' }
  const rules: Readonly<Record<Action, object>> = {
    condition: { condition: { match: { expr: conditionText } } },
    value: { output: { when: { ruleActivated: valueText } } },
    type:
      asks === 'value'
        ? {}
        : { output: { when: { ruleActivated: typeQuestion(valueText, asks) } } },
  }
  const text = `${valueText} ${conditionText}`
  const resourcePolicy = {
    resource: RESOURCE.kind,
    version: versionOf(index),
    ...(/\b(C|constants|V|variables)\b/.test(text) && { constants: { local: CONSTANTS } }),
    ...(/\b(V|variables)\b/.test(text) && { variables: { local: VARIABLES } }),
    rules: [
      ...ACTIONS.filter((action) => !errors.has(action)).map((action) => ({
        ...rule,
        ...rules[action],
        actions: [action],
      })),
      // A policy has a rule, whatever is wrong with the others.
      { ...rule, actions: ['nothing'] },
    ],
  }
  // Indented, because an error report quotes lines.
  const policy = JSON.stringify({ apiVersion: 'api.cerbos.dev/v1', resourcePolicy }, null, 1)
  return writeFile(join(policies, `p${index}.json`), policy)
}

/**
 * JSON does not tell an int from a double, nor a timestamp from a string. The types of elements are
 * asked only where there should be some: constants in a long question take long to fold.
 */
function typeQuestion(text: string, asks: 'type' | 'types'): string {
  if (asks === 'type') return `"%s".format([[type(${text}\n)]])`
  const types = 'type(v_) == list ? v_.map(e_, type(e_)) : [type(v_)]'
  return `"%s".format([cel.bind(v_, dyn(${text}\n), ${types})])`
}

function versionOf(index: number): string {
  return `v${index}`
}

interface CheckResult {
  readonly resource: { readonly policyVersion: string }
  readonly actions: Readonly<Record<string, string>>
  readonly outputs?: readonly OutputEntry[]
}

interface OutputEntry {
  readonly action: string
  readonly val?: JsonValue
  readonly error?: string
}

/** The answers; none where the type is needed and was not asked. */
async function evaluateAll(
  server: CerbosServer,
  questions: readonly Question[],
  calls: Calls,
  errors: ReadonlyMap<number, Errors>,
): Promise<readonly (CelAnswer | undefined)[]> {
  const answers: (CelAnswer | undefined)[] = []
  await inParallel(calls, async (indices) => {
    const results = await evaluate(server, questions, indices)
    for (const [k, index] of indices.entries()) {
      // There is a result and a question for each.
      const result = results[k] as CheckResult & { readonly hasValue: boolean }
      const found = errors.get(index) ?? NO_ERRORS
      answers[index] = answerFrom(result, questions[index] as Question, found)
    }
  })
  return answers
}

/** The questions that are asked together, by their numbers. */
type Calls = readonly (readonly number[])[]

/** How many resources Cerbos takes in a call. */
const MOST_RESOURCES = 50

/** What can be asked together: about one principal and token, where nothing should make the call fail. */
function callsFor(questions: readonly Question[]): Calls {
  const calls: number[][] = []
  const open = new Map<string, number[]>()
  for (const [i, { each, isJson }] of questions.entries()) {
    const { principal, claims } = each.input
    const key = JSON.stringify([principal, claims])
    const call = open.get(key)
    if (isJson && call !== undefined && call.length < MOST_RESOURCES) {
      call.push(i)
      continue
    }
    const fresh = [i]
    calls.push(fresh)
    if (isJson) open.set(key, fresh)
  }
  return calls
}

async function evaluate(
  server: CerbosServer,
  questions: readonly Question[],
  indices: readonly number[],
): Promise<readonly (CheckResult & { readonly hasValue: boolean })[]> {
  const complete = await check(server, questions, indices, ACTIONS)
  if (complete !== undefined) return complete.map((result) => ({ ...result, hasValue: true }))
  if (indices.length > 1) {
    const single = await Promise.all(indices.map((each) => evaluate(server, questions, [each])))
    return single.flat()
  }
  // A number that JSON lacks makes the whole call fail, so what is left is asked without the value.
  const rest = await check(server, questions, indices, ['condition', 'type'])
  if (rest !== undefined) return rest.map((result) => ({ ...result, hasValue: false }))
  // It panics, over the condition or over the value. What panics allows nothing and gives no value.
  const condition = await check(server, questions, indices, ['condition'])
  const value = await check(server, questions, indices, ['value', 'type'])
  const outputs = ['value', 'type'].map((action) => ({ action, error: 'Cerbos panics' }))
  const nothing = { actions: {}, resource: { policyVersion: '' } }
  return [
    {
      ...(condition?.[0] ?? nothing),
      outputs: value?.[0]?.outputs ?? outputs,
      hasValue: value !== undefined,
    },
  ]
}

function answerFrom(
  { actions, outputs = [], hasValue }: CheckResult & { readonly hasValue: boolean },
  { asks }: Question,
  errors: Errors,
): CelAnswer | undefined {
  const effect = actions.condition === 'EFFECT_ALLOW' ? 'ALLOW' : 'DENY'
  const value =
    asks === 'value' ? plainOutcome(outputs, errors) : outcomeOf(outputs, errors, hasValue)
  return value && { value, condition: errors.has('condition') ? 'compile error' : effect }
}

function plainOutcome(outputs: readonly OutputEntry[], errors: Errors): Outcome | undefined {
  const value = outputs.find(({ action }) => action === 'value')
  if (errors.has('value') || value === undefined || value.error !== undefined) return undefined
  const json = value.val ?? null
  const types = plainTypes(json)
  return types === undefined ? undefined : { kind: 'value', json, types }
}

function outcomeOf(outputs: readonly OutputEntry[], errors: Errors, hasValue: boolean): Outcome {
  const compileError = errors.get('value')
  if (compileError !== undefined) return { kind: 'compile error', message: compileError }
  const value = outputs.find(({ action }) => action === 'value')
  const type = outputs.find(({ action }) => action === 'type')
  // An output that is no JSON has an error too, but its type is known.
  const isError = type === undefined ? value?.error !== undefined : type.error !== undefined
  if (isError) return { kind: 'error', message: value?.error ?? type?.error ?? '' }
  return {
    kind: 'value',
    types: typeof type?.val === 'string' ? type.val : '[unknown]',
    ...(value?.error === undefined && hasValue && { json: value?.val ?? null }),
  }
}

/** The results for some resources, in their order; none where Cerbos fails. */
async function check(
  server: CerbosServer,
  questions: readonly Question[],
  indices: readonly number[],
  actions: readonly string[],
): Promise<readonly CheckResult[] | undefined> {
  const [first = 0] = indices
  const { principal, claims } = (questions[first] as Question).each.input
  const resources = indices.map((index) => {
    const attr = (questions[index] as Question).each.input.resource
    return { resource: { ...RESOURCE, attr, policyVersion: versionOf(index) }, actions }
  })
  const hasToken = Object.keys(claims).length > 0
  const reply = await server.post('/api/check/resources', {
    requestId: 'r',
    principal: { ...PRINCIPAL, attr: principal },
    resources,
    ...(hasToken && { auxData: { jwt: { token: unsignedToken(claims) } } }),
  })
  if (reply.ok) {
    const { results } = reply.body as { readonly results: readonly CheckResult[] }
    const inOrder = indices.every(
      (index, k) => results[k]?.resource.policyVersion === versionOf(index),
    )
    if (!inOrder) throw new Error('Cerbos answers in another order than it was asked')
    return results
  }
  if (reply.status === 500) return undefined
  throw new Error(`Cerbos answered ${reply.status}: ${reply.message}`)
}

/** Works on all, a few at a time. */
async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values()
  const worker = async (): Promise<void> => {
    for (const item of left) await work(item)
  }
  await Promise.all(Array.from({ length: PARALLEL }, worker))
}
