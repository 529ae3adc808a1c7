import { createPublicKey } from 'node:crypto'
import { B2BClient, Client, ClientError, StytchError } from 'stytch'

import { createEmulator, type Emulator } from '../../src/emulator.ts'
import { testCertificate } from '../../src/idp/test-key.ts'
import { seededIds } from '../../src/ids.ts'
import { seed } from '../seed.ts'
import { b2bCases, consumerCases } from './cases.ts'
import type { Contract, ContractCase } from './contract.ts'
import { startOtherSystem } from './other-system.ts'
import { reasonOf } from './out-of-scope.ts'
import { methodsOf, type SdkMethod } from './sdk-methods.ts'

/** How a method fared. */
export interface Outcome extends SdkMethod {
  readonly kind: 'covered' | 'uncovered' | 'failed' | 'out-of-scope'
  /** Why it failed or is out of scope; empty otherwise. */
  readonly reason: string
}

/** The call of a method: which one, and whether it was answered without an error. */
interface RecordedCall {
  readonly path: string
  readonly succeeded: boolean
  readonly answer?: unknown
}

/** What is wrong with an answer of a method. */
export type CheckAnswer = (method: SdkMethod, answer: unknown) => readonly string[]

/** What is done to the emulator after each call of a method. */
type AfterCall = (emulator: Emulator) => void

/** The calls so far, and what takes them down. */
interface Calls {
  readonly list: RecordedCall[]
  note(call: RecordedCall): void
}

/** Runs the case of every method of the SDK, each on an emulator that was put back to its seed. */
export async function runContract(
  checkAnswer: CheckAnswer = () => [],
  afterCall: AfterCall = () => {},
): Promise<readonly Outcome[]> {
  const otherSystem = await startOtherSystem()
  const [project] = seed.projects
  const emulator = await createEmulator({
    ids: seededIds('contract'),
    seed: {
      projects: [
        {
          ...project,
          userinfo_url: otherSystem.url,
          trusted_token_profiles: [trustedIssuer],
        },
      ],
    },
  })
  try {
    return await runOn(emulator, checkAnswer, afterCall)
  } finally {
    await emulator.close()
    otherSystem.close()
  }
}

/** An issuer whose tokens the project exchanges for sessions. */
const trustedIssuer = {
  profile_id: 'trusted',
  issuer: 'https://trusted.test',
  audience: 'papers',
  public_key: createPublicKey(testCertificate).export({ type: 'spki', format: 'pem' }).toString(),
}

/** Cases of methods that the SDK does not have: it changed, or a name is misspelt. */
export function strayCases(outcomes: readonly Outcome[]): readonly string[] {
  const stray = (client: Outcome['client'], cases: object): string[] =>
    Object.keys(cases)
      .filter((path) => !outcomes.some((one) => one.client === client && one.path === path))
      .map((path) => `${client}.${path}`)
  return [...stray('B2BClient', b2bCases), ...stray('Client', consumerCases)]
}

/** Every method of the SDK's clients. */
export function sdkMethods(): readonly SdkMethod[] {
  const nowhere = {
    project: { projectId: 'project-test-nobody', secret: 'secret-test-nobody' },
    url: 'http://127.0.0.1:1',
  }
  return [
    ...methodsOf('B2BClient', clientOf(nowhere, B2BClient)),
    ...methodsOf('Client', clientOf(nowhere, Client)),
  ]
}

async function runOn(
  emulator: Emulator,
  checkAnswer: CheckAnswer,
  afterCall: AfterCall,
): Promise<readonly Outcome[]> {
  const list: RecordedCall[] = []
  const calls: Calls = {
    list,
    note(call) {
      list.push(call)
      afterCall(emulator)
    },
  }
  const run: Run = { contract: contractOf(emulator, calls), calls, checkAnswer }
  const methods = sdkMethods()
  const outcomes: Outcome[] = []
  for (const method of methods) {
    const one = (method.client === 'B2BClient' ? b2bCases : consumerCases)[method.path]
    const reason = reasonOf(method.path)
    if (one !== undefined) outcomes.push(await outcomeOf(method, one, run))
    else if (reason !== undefined) outcomes.push({ ...method, kind: 'out-of-scope', reason })
    else outcomes.push({ ...method, kind: 'uncovered', reason: '' })
  }
  return outcomes
}

/** What the cases of one run share. */
interface Run {
  readonly contract: Contract
  readonly calls: Calls
  readonly checkAnswer: CheckAnswer
}

async function outcomeOf(
  method: SdkMethod,
  one: ContractCase,
  { contract, calls, checkAnswer }: Run,
): Promise<Outcome> {
  const ownCalls = (succeeded: boolean): readonly RecordedCall[] =>
    calls.list.filter(
      (call) => call.path === `${method.client}.${method.path}` && call.succeeded === succeeded,
    )
  const failed = (reason: string): Outcome => ({ ...method, kind: 'failed', reason })
  contract.emulator.reset()
  calls.list.length = 0
  try {
    await one.works(contract)
  } catch (error) {
    return failed(`a valid call: ${messageOf(error)}`)
  }
  if (ownCalls(true).length === 0) return failed('the case of a valid call does not make one')
  const problems = ownCalls(true).flatMap(({ answer }) => checkAnswer(method, answer))
  if (problems.length > 0) return failed(`an answer: ${[...new Set(problems)].join('; ')}`)
  contract.emulator.reset()
  calls.list.length = 0
  const type = await errorOf(one.fails(contract))
  if (type !== one.error)
    return failed(`an invalid call: expected \`${one.error}\`, got \`${type}\``)
  if (ownCalls(false).length === 0) return failed('the case of an invalid call does not make one')
  return { ...method, kind: 'covered', reason: '' }
}

async function errorOf(call: Promise<unknown>): Promise<string> {
  try {
    await call
  } catch (error) {
    if (error instanceof StytchError) return error.error_type
    if (error instanceof ClientError) return error.code
    return messageOf(error)
  }
  return 'no error'
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}

function contractOf(emulator: Emulator, calls: Calls): Contract {
  const secret = 'secret-test-wrong'
  return {
    emulator,
    b2b: recorded(clientOf(emulator, B2BClient), ['B2BClient'], calls),
    consumer: recorded(clientOf(emulator, Client), ['Client'], calls),
    stranger: recorded(clientOf(emulator, B2BClient, secret), ['B2BClient'], calls),
    strangeConsumer: recorded(clientOf(emulator, Client, secret), ['Client'], calls),
  }
}

type ClientClass<C> = new (config: { project_id: string; secret: string; env: string }) => C

/** Where a client is pointed. */
interface Target {
  readonly project: { readonly projectId: string; readonly secret: string }
  readonly url: string
}

function clientOf<C>(
  { project, url }: Target,
  clientClass: ClientClass<C>,
  secret = project.secret,
): C {
  const { warn } = console
  // The SDK warns of any `env` but Stytch's own.
  console.warn = () => {}
  try {
    return new clientClass({ project_id: project.projectId, secret, env: `${url}/` })
  } finally {
    console.warn = warn
  }
}

/** A client that notes which of its methods are called. */
function recorded<T extends object>(target: T, path: readonly string[], calls: Calls): T {
  return new Proxy(target, {
    get(_, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof name !== 'string') return value
      const there = [...path, name]
      if (typeof value === 'function')
        return (...args: readonly unknown[]) => noted(there, calls, () => value.apply(target, args))
      return typeof value === 'object' && value !== null ? recorded(value, there, calls) : value
    },
  })
}

async function noted(path: readonly string[], calls: Calls, call: () => unknown): Promise<unknown> {
  try {
    const answer = await call()
    calls.note({ path: path.join('.'), succeeded: true, answer })
    return isIterable(answer) ? observed(path, calls, answer) : answer
  } catch (error) {
    calls.note({ path: path.join('.'), succeeded: false })
    throw error
  }
}

/** Pages that are asked for one by one: a failure comes when they are. */
async function* observed(
  path: readonly string[],
  calls: Calls,
  pages: AsyncIterable<unknown>,
): AsyncGenerator {
  try {
    yield* pages
  } catch (error) {
    calls.note({ path: path.join('.'), succeeded: false })
    throw error
  }
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}
