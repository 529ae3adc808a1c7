import type { CaseFile, Corpus } from '../corpus.ts'
import { brokenAssertions } from '../server/assertions.ts'
import { type ServerSetup, send, withServer } from '../server/started.ts'
import { NO_SKIPS } from '../skips/skip-list.ts'
import { failed, type Outcome, PASSED, type Suite } from '../suite.ts'
import { EMPTY, FULL, serverSetup } from './server.ts'

/** The requests by which the developers of Cerbos try a server. */
export const HACK_REQUESTS: Suite = {
  name: 'hack_requests',
  needsCorpus: true,
  skips: NO_SKIPS,
  cases: (corpus) =>
    corpus.cases('hack_requests').map((file) => ({
      name: file.name,
      run: () => runCase(file, corpus),
    })),
}

interface HackRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly wantStatus: number
  readonly asserts: readonly string[]
}

async function runCase({ content }: CaseFile, corpus: Corpus): Promise<Outcome> {
  // The format of this suite, which its README describes.
  const { method, path, headers, body, wantStatus, asserts } = content as unknown as HackRequest
  const isOfAdmin = path.startsWith('/admin/')
  for (const kept of isOfAdmin ? EMPTY : FULL) {
    const outcome = await withServer({ ...setup(corpus), kept }, async ({ httpAddress }) => {
      const authorization = `Basic ${btoa('cerbos:cerbosAdmin')}`
      const answer = await send(`http://${httpAddress}${path}`, {
        method,
        headers: { ...headers, authorization },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      if (answer.status !== wantStatus) {
        return failed(`expected status ${wantStatus}, got ${answer.status}: ${answer.text}`)
      }
      const broken = brokenAssertions(asserts, answer)
      return broken.length === 0 ? PASSED : failed(`${broken.join('\n')}\nin ${answer.text}`)
    })
    if (outcome.kind !== 'passed') return outcome
  }
  return PASSED
}

/** The limits of a server that nobody has told any. */
function setup(corpus: Corpus): ServerSetup {
  const { server, ...rest } = serverSetup(corpus)
  const { requestLimits: _, ...others } = server ?? {}
  return { ...rest, server: others }
}
