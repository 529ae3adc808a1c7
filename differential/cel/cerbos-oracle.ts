import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonValue } from '@lockstitch/cel'

import type { Oracle } from '../area.ts'
import { compileDirectory } from '../cerbos/compile.ts'
import { type CerbosServer, startServer } from '../cerbos/server.ts'
import type { CelAnswer, Outcome } from './answer.ts'
import { CONSTANTS, GLOBALS, VARIABLES } from './attributes.ts'
import type { CelCase } from './generate.ts'
import { PRINCIPAL, RESOURCE } from './ours.ts'
import { render } from './tree.ts'

/** How many requests are under way at once. */
const PARALLEL = 16

/**
 * Asks the real Cerbos about expressions. Each case becomes a policy version of its own with three
 * rules: the condition, the value as an output, and the type of the value as an output. What is
 * wrong with expressions `cerbos compile` says, for all of them at once; the rest a server answers.
 */
export async function openCerbosOracle(): Promise<Oracle<CelCase, CelAnswer>> {
  const home = await mkdtemp(join(tmpdir(), 'lockstitch-differential-'))
  let batches = 0
  return {
    async ask(cases) {
      if (cases.length === 0) return []
      const folder = join(home, String(batches))
      batches += 1
      const policies = join(folder, 'policies')
      await mkdir(policies, { recursive: true })
      try {
        return await askBatch(cases, folder, policies)
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
    close: () => rm(home, { recursive: true, force: true }),
  }
}

async function askBatch(
  cases: readonly CelCase[],
  folder: string,
  policies: string,
): Promise<readonly CelAnswer[]> {
  await Promise.all(cases.map((each, i) => writePolicy(policies, i, each, NO_ERRORS)))
  const errors = await compileErrors(policies)
  await Promise.all(
    [...errors].map(([i, found]) => writePolicy(policies, i, cases[i] as CelCase, found)),
  )
  const server = await startServer({ home: folder, policies, engine: { globals: GLOBALS } })
  try {
    return await inParallel(cases, (each, i) =>
      evaluate(server, i, each, errors.get(i) ?? NO_ERRORS),
    )
  } finally {
    await server.stop()
  }
}

/** What does not compile of a policy, by action. */
type Errors = ReadonlyMap<Action, string>
type Action = (typeof ACTIONS)[number]

/** In the order of the rules in a policy. */
const ACTIONS = ['condition', 'value', 'type'] as const
const NO_ERRORS: Errors = new Map()

/** What does not compile, by the number of the policy. */
async function compileErrors(policies: string): Promise<ReadonlyMap<number, Errors>> {
  const errors = new Map<number, Map<Action, string>>()
  for (const { file, description, path } of await compileDirectory(policies)) {
    const index = Number(/\d+/.exec(file)?.[0])
    const action = ACTIONS[Number(/^\$\.resourcePolicy\.rules\[(\d)\]/.exec(path)?.[1])]
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
  { value, condition }: CelCase,
  errors: Errors,
): Promise<void> {
  const [valueText, conditionText] = [render(value), render(condition)]
  const rule = { roles: ['*'], effect: 'EFFECT_ALLOW' }
  const rules: Readonly<Record<Action, object>> = {
    condition: { condition: { match: { expr: conditionText } } },
    value: { output: { when: { ruleActivated: valueText } } },
    type: { output: { when: { ruleActivated: typeQuestion(valueText) } } },
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

/** JSON does not tell an int from a double, nor a timestamp from a string. */
function typeQuestion(text: string): string {
  const types = 'type(v_) == list ? v_.map(e_, type(e_)) : [type(v_)]'
  return `"%s".format([cel.bind(v_, dyn(${text}\n), ${types})])`
}

function versionOf(index: number): string {
  return `v${index}`
}

interface CheckResponse {
  readonly results: readonly [
    {
      readonly actions: Readonly<Record<string, string>>
      readonly outputs?: readonly OutputEntry[]
    },
  ]
}

interface OutputEntry {
  readonly action: string
  readonly val?: JsonValue
  readonly error?: string
}

async function evaluate(
  server: CerbosServer,
  index: number,
  each: CelCase,
  errors: Errors,
): Promise<CelAnswer> {
  // A number that JSON lacks makes the whole call fail, so what is left is asked without the value.
  const complete = await check(server, index, each, ACTIONS)
  const response = complete ?? (await check(server, index, each, ['condition', 'type']))
  if (response === undefined) throw new Error(`Cerbos cannot answer \`${render(each.value)}\``)
  const [{ actions, outputs = [] }] = response.results
  const effect = actions.condition === 'EFFECT_ALLOW' ? 'ALLOW' : 'DENY'
  return {
    value: outcomeOf(outputs, errors, complete !== undefined),
    condition: errors.has('condition') ? 'compile error' : effect,
  }
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

async function check(
  server: CerbosServer,
  index: number,
  { input }: CelCase,
  actions: readonly string[],
): Promise<CheckResponse | undefined> {
  const resource = { ...RESOURCE, attr: input.resource, policyVersion: versionOf(index) }
  const hasToken = Object.keys(input.claims).length > 0
  const reply = await server.post('/api/check/resources', {
    requestId: 'r',
    principal: { ...PRINCIPAL, attr: input.principal },
    resources: [{ resource, actions }],
    ...(hasToken && { auxData: { jwt: { token: unsignedToken(input.claims) } } }),
  })
  if (reply.ok) return reply.body as CheckResponse
  if (reply.status === 500) return undefined
  throw new Error(`Cerbos answered ${reply.status}: ${reply.message}`)
}

/** The server is told not to verify tokens. */
function unsignedToken(claims: object): string {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')
  return `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}.c2lnbmF0dXJl`
}

/** The results of all, in order, a few at a time. */
async function inParallel<T, Result>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next
      next += 1
      // The index is below the length.
      results[index] = await work(items[index] as T, index)
    }
  }
  await Promise.all(Array.from({ length: PARALLEL }, worker))
  return results
}
