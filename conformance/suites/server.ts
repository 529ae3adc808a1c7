import { difference } from '../compare.ts'
import type { CaseFile, Corpus } from '../corpus.ts'
import { comparable } from '../server/comparable.ts'
import { callByReflection } from '../server/grpc-call.ts'
import { type ServerSetup, send, withServer } from '../server/started.ts'
import { NO_SKIPS } from '../skips/skip-list.ts'
import { failed, type Outcome, PASSED, type Suite } from '../suite.ts'

const NAMES = [
  'server/checks/check_resources',
  'server/checks/check_resource_set',
  'server/checks/check_resource_batch',
  'server/plan_resources',
  'server/authzen/access_evaluation',
  'server/authzen/access_evaluation_batch',
  'server/playground/validate',
  'server/playground/test',
  'server/playground/evaluate',
  'server/playground/proxy',
  'server/admin/add_or_update_policy',
  'server/admin/add_or_update_schema',
]

/** Calls of Cerbos's services, put to a server over HTTP and gRPC. */
export const SERVER: readonly Suite[] = NAMES.map((name) => ({
  name,
  needsCorpus: true,
  skips: NO_SKIPS,
  cases: (corpus) =>
    corpus.cases(name).map((file) => ({
      name: file.name,
      ...(hasTraces(file) && { excluded: NO_TRACES }),
      run: () => runCase(file, corpus),
    })),
}))

const NO_TRACES = "the answer has the steps of Cerbos's engine, which ours does not take"

function hasTraces({ content }: CaseFile): boolean {
  return JSON.stringify(content).includes('"engineTraceBatch":')
}

interface ServerTestCase {
  readonly wantStatus?: { readonly httpStatusCode?: number; readonly grpcStatusCode?: number }
  readonly wantError?: boolean
}

interface ServerCase {
  readonly testCase: ServerTestCase &
    Readonly<Record<string, { readonly input: unknown; readonly wantResponse?: unknown }>>
  /** The name of the call in the test case. */
  readonly call: string
  readonly method: string
  readonly path: string
}

/** What the upstream tests start their server with. */
export function serverSetup(corpus: Corpus): ServerSetup {
  return {
    store: corpus.fixture('store'),
    engine: { schemaEnforcement: 'reject' },
    server: {
      playgroundEnabled: true,
      requestLimits: { maxActionsPerResource: 5, maxResourcesPerRequest: 5 },
      auxData: {
        keySets: [{ id: 'cerbos', local: { file: corpus.fixture('keys/verify_key.jwk') } }],
      },
    },
  }
}

async function runCase({ content }: CaseFile, corpus: Corpus): Promise<Outcome> {
  // The format of these suites, which their README describes.
  const { path } = content as unknown as ServerCase
  const stores = path.startsWith('/admin/') ? EMPTY : FULL
  for (const kept of stores) {
    const outcome = await runOn({ ...serverSetup(corpus), kept }, content as unknown as ServerCase)
    if (outcome.kind !== 'passed') return outcome
  }
  return PASSED
}

/** Each case is put to each of them. */
export const FULL = ['directory', 'database'] as const
/** What cases that make their own policies are put to. */
export const EMPTY = ['empty-database'] as const

async function runOn(
  setup: ServerSetup,
  { testCase, call, method, path }: ServerCase,
): Promise<Outcome> {
  const { input, wantResponse } = testCase[call] ?? { input: {} }
  return withServer(setup, async (running) => {
    const body = JSON.stringify(input)
    const answer = await send(`http://${running.httpAddress}${path}`, {
      method,
      body,
      headers: HEADERS,
    })
    const wantStatus = testCase.wantStatus?.httpStatusCode ?? 200
    if (answer.status !== wantStatus) {
      return failed(`expected status ${wantStatus}, got ${answer.status}: ${answer.text}`)
    }
    const isRefused = testCase.wantError === true
    const wrong = isRefused ? undefined : differs(wantResponse, answer.body)
    if (wrong !== undefined) return failed(wrong)
    const overGrpc = await callByReflection(running, { call, input, headers: HEADERS })
    const wantCode = testCase.wantStatus?.grpcStatusCode ?? (isRefused ? 3 : 0)
    if (overGrpc.code !== wantCode) {
      return failed(`gRPC: expected code ${wantCode}, got ${overGrpc.code}: ${overGrpc.message}`)
    }
    const wrongOverGrpc =
      overGrpc.code === 0
        ? differs(withoutFalse(wantResponse), withoutFalse(overGrpc.body))
        : undefined
    return wrongOverGrpc === undefined ? PASSED : failed(`gRPC: ${wrongOverGrpc}`)
  })
}

/** AuthZEN wants to be told. */
const HEADERS = {
  'content-type': 'application/json',
  authorization: `Basic ${btoa('cerbos:cerbosAdmin')}`,
}

/** AuthZEN's context is told per group of evaluations in Cerbos, whatever they have in common. */
const IGNORED: ReadonlySet<string> = new Set(['cerbosCallId', 'context'])

function differs(wanted: unknown, got: unknown): string | undefined {
  return difference(comparable(wanted, IGNORED), comparable(got, IGNORED))
}

/** On the wire, what is false is not there. */
function withoutFalse(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer ?? null), (_, value: unknown) =>
    value === false ? undefined : value,
  )
}
