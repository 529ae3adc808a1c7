import type { EvaluationError, PlanFilter, ValidationError } from '@lockstitch/engine'
import type { WireFilter } from '@lockstitch/engine/table'

import { readOperand } from '../../tools/plan-filter.ts'
import type { Oracle } from '../area.ts'
import type { CerbosServer } from '../cerbos/server.ts'
import { unsignedToken } from '../cerbos/token.ts'
import { groupsOf, inParallel } from '../check/cerbos-oracle.ts'
import { openServerPool, type ServerPool } from '../check/server-pool.ts'
import { answerOf, type PlanAnswer } from './answer.ts'
import { type PlanCase, planInput, rowsOf } from './plan-case.ts'
import { keptRows } from './rows.ts'

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
    const asked = await inParallel(cases, async (each) => ({
      reply: await plan(server, each),
      allowed: await allowedRows(server, each),
    }))
    const replies = asked.map(({ reply }) => reply)
    const callIds = replies.flatMap((reply) => ('filter' in reply ? [reply.cerbosCallId] : []))
    const errors = await readErrors(callIds)
    return asked.map(({ reply, allowed }, index): PlanAnswer => {
      if ('reason' in reply) return { kind: 'refused', reason: reply.reason, allowed }
      const ofCall = (errors.get(reply.cerbosCallId)?.[0] ?? []).flatMap(({ celError }) =>
        celError === undefined ? [] : [celError],
      )
      // There is a reply for each case.
      const kept = keptRows(cases[index] as PlanCase, readFilter(reply.filter))
      return { ...answerOfReply(reply, ofCall), kept, allowed }
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

/** Which of the rows Cerbos's check allows; `undefined` for all where it fails, as it does for some outputs. */
async function allowedRows(
  server: CerbosServer,
  each: PlanCase,
): Promise<readonly (boolean | undefined)[]> {
  const { principal, actions, auxData } = each.input
  const rows = rowsOf(each)
  const answer = await server.post('/api/check/resources', {
    principal,
    resources: rows.map((resource) => ({ resource, actions })),
    ...(auxData?.jwt && { auxData: { jwt: { token: unsignedToken(auxData.jwt) } } }),
  })
  if (!answer.ok) return rows.map(() => undefined)
  // It is what Cerbos's API says that it is.
  const { results } = answer.body as {
    readonly results: readonly { readonly actions: Readonly<Record<string, string>> }[]
  }
  return rows.map((_, index) => {
    const decided = results[index]?.actions
    return decided && actions.every((action) => decided[action] === 'EFFECT_ALLOW')
  })
}

const KINDS = {
  KIND_ALWAYS_ALLOWED: 'allowed',
  KIND_ALWAYS_DENIED: 'denied',
  KIND_CONDITIONAL: 'conditional',
} as const

function readFilter({ kind, condition }: WireFilter): PlanFilter {
  const known = KINDS[kind]
  if (known !== 'conditional') return { kind: known }
  if (condition === undefined) throw new Error('Cerbos gave a condition that is none')
  return { kind: known, condition: readOperand(condition) }
}
