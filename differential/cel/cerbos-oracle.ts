import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonValue } from '@lockstitch/cel'

import type { Oracle } from '../area.ts'
import { compileDirectory } from '../cerbos/compile.ts'
import { type CerbosServer, startServer } from '../cerbos/server.ts'
import type { CelAnswer } from './answer.ts'
import { CONSTANTS, GLOBALS, VARIABLES } from './attributes.ts'
import type { CelCase } from './generate.ts'
import { PRINCIPAL, RESOURCE } from './ours.ts'
import { render } from './tree.ts'

/** How many requests are under way at once. */
const PARALLEL = 16

/**
 * Asks the real Cerbos about expressions. Each becomes a policy version of its own with three
 * rules: the expression as a condition, as an output, and the type of it as an output. What is
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
  const texts = cases.map(({ tree }) => render(tree))
  const write = (index: number, rules: readonly object[]): Promise<void> =>
    writeFile(join(policies, fileName(index)), policyText(index, texts[index] ?? '', rules))
  await Promise.all(texts.map((text, i) => write(i, rulesFor(text))))
  const errors = await compileErrors(policies, write, texts)
  const left = cases.flatMap((_, i) => (errors.has(i) ? [] : [i]))
  const evaluated = new Map<number, CelAnswer>()
  if (left.length > 0) {
    const server = await startServer({ home: folder, policies, engine: { globals: GLOBALS } })
    try {
      await inParallel(left, async (i) => {
        // The index is one of a case.
        evaluated.set(i, await evaluate(server, i, cases[i] as CelCase))
      })
    } finally {
      await server.stop()
    }
  }
  return cases.map((_, i): CelAnswer => {
    const message = errors.get(i)
    if (message !== undefined) return { kind: 'compile error', message }
    const answer = evaluated.get(i)
    if (answer === undefined) throw new Error(`Cerbos did not answer \`${texts[i]}\``)
    return answer
  })
}

/** What does not compile, by number. The files of those are gone afterwards. */
async function compileErrors(
  policies: string,
  write: (index: number, rules: readonly object[]) => Promise<void>,
  texts: readonly string[],
): Promise<ReadonlyMap<number, string>> {
  const errors = new Map<number, string>()
  const onlyTypes = new Set<number>()
  for (const { file, description, path } of await compileDirectory(policies)) {
    const index = Number(/\d+/.exec(file)?.[0])
    if (path.startsWith('$.resourcePolicy.rules[2]')) onlyTypes.add(index)
    else errors.set(index, description)
  }
  for (const index of onlyTypes) {
    if (errors.has(index)) continue
    // The expression compiles, but not within the question for its type.
    await write(index, rulesFor(texts[index] ?? '').slice(0, 2))
  }
  for (const index of errors.keys()) await rm(join(policies, fileName(index)))
  return errors
}

function fileName(index: number): string {
  return `p${index}.json`
}

function rulesFor(text: string): readonly object[] {
  const rule = { roles: ['*'], effect: 'EFFECT_ALLOW' }
  return [
    { ...rule, actions: ['condition'], condition: { match: { expr: text } } },
    { ...rule, actions: ['value'], output: { when: { ruleActivated: text } } },
    { ...rule, actions: ['type'], output: { when: { ruleActivated: typeQuestion(text) } } },
  ]
}

/** JSON does not tell an int from a double, nor a timestamp from a string. */
function typeQuestion(text: string): string {
  const types = 'type(v_) == list ? v_.map(e_, type(e_)) : [type(v_)]'
  return `"%s".format([cel.bind(v_, dyn(${text}\n), ${types})])`
}

function policyText(index: number, text: string, rules: readonly object[]): string {
  const resourcePolicy = {
    resource: RESOURCE.kind,
    version: versionOf(index),
    ...(/\b(C|constants|V|variables)\b/.test(text) && { constants: { local: CONSTANTS } }),
    ...(/\b(V|variables)\b/.test(text) && { variables: { local: VARIABLES } }),
    rules,
  }
  // Indented, because an error report quotes lines.
  return JSON.stringify({ apiVersion: 'api.cerbos.dev/v1', resourcePolicy }, null, 1)
}

function versionOf(index: number): string {
  return `v${index}`
}

interface CheckResponse {
  readonly results: readonly [
    {
      readonly actions: Readonly<Record<string, string>>
      readonly outputs?: readonly {
        readonly action: string
        readonly val?: JsonValue
        readonly error?: string
      }[]
    },
  ]
}

async function evaluate(server: CerbosServer, index: number, each: CelCase): Promise<CelAnswer> {
  const all = await check(server, index, each, ['condition', 'value', 'type'])
  // A number that JSON lacks makes the whole call fail, so what is left is asked without the value.
  const answer = all ?? (await check(server, index, each, ['condition', 'type']))
  if (answer === undefined) throw new Error(`Cerbos cannot answer \`${render(each.tree)}\``)
  const [{ actions, outputs = [] }] = answer.results
  const output = (action: string) => outputs.find((entry) => entry.action === action)
  const value = output('value')
  const type = output('type')
  const isError = type === undefined ? value?.error !== undefined : type.error !== undefined
  if (isError) return { kind: 'error', message: value?.error ?? type?.error ?? '' }
  return {
    kind: 'value',
    types: typeof type?.val === 'string' ? type.val : '[unknown]',
    allows: actions.condition === 'EFFECT_ALLOW',
    ...(value?.error === undefined && all !== undefined && { json: value?.val ?? null }),
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

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items]
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: PARALLEL }, worker))
}
