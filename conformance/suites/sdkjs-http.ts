import { join } from 'node:path'

import { difference } from '../compare.ts'
import type { CaseFile, Corpus } from '../corpus.ts'
import { comparable } from '../server/comparable.ts'
import { type HttpAnswer, type ServerSetup, send, withServer } from '../server/started.ts'
import { NO_SKIPS } from '../skips/skip-list.ts'
import { failed, type Outcome, PASSED, type Suite } from '../suite.ts'
import { EMPTY, FULL } from './server.ts'

/** The exchanges of a run of the tests of Cerbos's JavaScript SDK, over HTTP. */
export const SDKJS_HTTP: Suite = {
  name: 'sdkjs_http',
  needsCorpus: true,
  skips: NO_SKIPS,
  cases: (corpus) =>
    corpus.cases('sdkjs_http').map((file) => ({
      name: file.name,
      run: () => runCase(file, corpus),
    })),
}

interface Exchange {
  readonly method: string
  readonly path: string
  readonly body?: unknown
  readonly wantStatus: number
  readonly wantBody?: unknown
  readonly contentType?: string
  readonly auth?: boolean
}

async function runCase({ content }: CaseFile, corpus: Corpus): Promise<Outcome> {
  // The format of this suite, which its README describes.
  const steps = content.steps as readonly Exchange[]
  const isOfAdmin = steps.some(({ path }) => path.startsWith('/admin/'))
  for (const kept of content.server === 'mutable' ? EMPTY : FULL) {
    const outcome = await runOn({ ...setup(corpus), kept, hasAdmin: isOfAdmin }, steps)
    if (outcome.kind !== 'passed') return outcome
  }
  return PASSED
}

function runOn(given: ServerSetup, steps: readonly Exchange[]): Promise<Outcome> {
  return withServer(given, async ({ httpAddress }) => {
    for (const [index, step] of steps.entries()) {
      const answer = await exchange(`http://${httpAddress}`, step)
      const wrong = differs(step, answer, given)
      if (wrong !== undefined)
        return failed(`${given.kept}, step ${index}, ${step.method} ${step.path}: ${wrong}`)
    }
    return PASSED
  })
}

/** What the upstream tests start their servers with; how the connection is made is not of the answers. */
function setup(corpus: Corpus): ServerSetup {
  return {
    store: join(corpus.fixture('sdkjs_policies'), '0.55'),
    engine: { schemaEnforcement: 'warn', globals: { allow_deletion: true } },
    server: { auxData: { disableVerification: true } },
  }
}

function exchange(url: string, { method, path, body, auth }: Exchange): Promise<HttpAnswer> {
  return send(`${url}${path}`, {
    method,
    ...(body !== undefined && body !== null && { body: JSON.stringify(body) }),
    ...(auth && { headers: { authorization: `Basic ${btoa('cerbos:cerbosAdmin')}` } }),
  })
}

function differs(
  step: Exchange,
  { status, headers, body, text }: HttpAnswer,
  { kept }: ServerSetup,
): string | undefined {
  if (status !== step.wantStatus)
    return `expected status ${step.wantStatus}, got ${status}: ${text}`
  const contentType = headers.get('content-type')
  if (step.contentType !== undefined && contentType !== step.contentType) {
    return `expected ${step.contentType}, got ${contentType}`
  }
  // What was recorded is of a directory, which knows its policies by their paths.
  const unlike = kept === 'database' ? [...UNRECORDED, 'policyId'] : UNRECORDED
  const [want, got] = [step.wantBody ?? {}, withoutOurs(body)]
  return difference(comparable(want, new Set(unlike)), comparable(got, new Set(unlike)))
}

/** The recording is without the hashes of policies and the times of their changes. */
const UNRECORDED: readonly string[] = ['cerbosCallId', 'hash', 'update_ts']

/** What our health says besides. */
function withoutOurs(body: unknown): unknown {
  const { lockstitch: _, ...rest } = (body ?? {}) as Readonly<Record<string, unknown>>
  return rest
}
