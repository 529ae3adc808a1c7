import type { EvaluationError, ValidationError } from '@lockstitch/engine'
import type { WireFilter } from '@lockstitch/engine/table'

import type { Oracle } from '../area.ts'
import type { CerbosServer } from '../cerbos/server.ts'
import { unsignedToken } from '../cerbos/token.ts'
import { groupsOf, inParallel } from '../check/cerbos-oracle.ts'
import { openServerPool, type ServerPool } from '../check/server-pool.ts'
import { answerOf, type PlanAnswer } from './answer.ts'
import { type PlanCase, planInput } from './plan-case.ts'

/** Asks the real Cerbos: one server for the cases that have policies and settings in common. */
export async function openPlanOracle(): Promise<Oracle<PlanCase, PlanAnswer>> {
  const pool = await openServerPool()
  return {
    async ask(cases) {
      const answers: PlanAnswer[] = Array.from({ length: cases.length })
      await Promise.all(
        groupsOf(cases).map(async (group) => {
          const found = await askTogether(
            pool,
            group.map(([, each]) => each),
          )
          for (const [i, [index]] of group.entries()) answers[index] = found[i] as PlanAnswer
        }),
      )
      return answers
    },
    close: () => pool.close(),
  }
}

async function askTogether(
  pool: ServerPool,
  cases: readonly PlanCase[],
): Promise<readonly PlanAnswer[]> {
  const [first] = cases
  if (first === undefined) return []
  return pool.use(first.settings, first.policies, async ({ refusal, server, readErrors }) => {
    if (refusal !== undefined) return cases.map(() => ({ kind: 'refused', reason: refusal }))
    const replies = await inParallel(cases, (each) => plan(server, each))
    const callIds = replies.flatMap((reply) => ('filter' in reply ? [reply.cerbosCallId] : []))
    const errors = await readErrors(callIds)
    return replies.map((reply): PlanAnswer => {
      if ('reason' in reply) return { kind: 'refused', reason: reply.reason }
      const ofCall = (errors.get(reply.cerbosCallId)?.[0] ?? []).flatMap(({ celError }) =>
        celError === undefined ? [] : [celError],
      )
      return answerOfReply(reply, ofCall)
    })
  })
}

function answerOfReply(
  { filter, meta, validationErrors = [] }: PlanReply,
  errors: readonly EvaluationError[],
): PlanAnswer {
  const isMatched = meta.filterDebug !== 'NO_MATCH'
  return answerOf({ filter, isMatched, scopes: meta.matchedScopes ?? {}, validationErrors, errors })
}

/** `cerbos.response.v1.PlanResourcesResponse` */
export interface PlanReply {
  readonly cerbosCallId: string
  readonly filter: WireFilter
  readonly meta: {
    readonly filterDebug: string
    readonly matchedScopes?: Readonly<Record<string, string>>
  }
  readonly validationErrors?: readonly Partial<ValidationError>[]
}

async function plan(
  server: CerbosServer,
  each: PlanCase,
): Promise<PlanReply | { readonly reason: string }> {
  const { auxData, ...asked } = planInput(each)
  const answer = await server.post('/api/plan/resources', {
    ...asked,
    includeMeta: true,
    ...(auxData?.jwt && { auxData: { jwt: { token: unsignedToken(auxData.jwt) } } }),
  })
  // It is what Cerbos's API says that it is.
  if (answer.ok) return answer.body as PlanReply
  if (answer.status === 500) return { reason: answer.message }
  throw new Error(`Cerbos answered ${answer.status}: ${answer.message}\n${JSON.stringify(asked)}`)
}
