import type { CheckInput } from '@lockstitch/engine'

import type { Oracle } from '../area.ts'
import type { CerbosServer } from '../cerbos/server.ts'
import { unsignedToken } from '../cerbos/token.ts'
import { answerFromCerbos, type CerbosResult, type CheckAnswer } from './answer.ts'
import type { CheckCase, PolicySet } from './policy-set.ts'
import { openServerPool, type ServerPool } from './server-pool.ts'

/** How many requests to a server are under way at once. */
const PARALLEL_REQUESTS = 8

/** Asks the real Cerbos: one server for the cases that have policies and settings in common. */
export async function openCerbosOracle(): Promise<Oracle<CheckCase, CheckAnswer>> {
  const pool = await openServerPool()
  return {
    async ask(cases) {
      const answers: CheckAnswer[] = Array.from({ length: cases.length })
      await Promise.all(
        groupsOf(cases).map(async (group) => {
          const found = await askTogether(pool, group)
          for (const [i, [index]] of group.entries()) answers[index] = found[i] as CheckAnswer
        }),
      )
      return answers
    },
    close: () => pool.close(),
  }
}

/** Cases with their places among all, that one server can answer. */
type Group<Case> = (readonly [index: number, each: Case])[]

export function groupsOf<Case extends CheckCase>(cases: readonly Case[]): Group<Case>[] {
  const bySet = new Map<PolicySet, Map<string, Group<Case>>>()
  for (const [index, each] of cases.entries()) {
    const bySettings = bySet.get(each.policies) ?? new Map<string, Group<Case>>()
    bySet.set(each.policies, bySettings)
    const key = JSON.stringify(each.settings)
    const group = bySettings.get(key) ?? []
    bySettings.set(key, group)
    group.push([index, each])
  }
  return [...bySet.values()].flatMap((bySettings) => [...bySettings.values()])
}

async function askTogether(
  pool: ServerPool,
  group: Group<CheckCase>,
): Promise<readonly CheckAnswer[]> {
  const first = group[0]?.[1]
  if (first === undefined) return []
  return pool.use(first.settings, first.policies, async ({ refusal, server, readErrors }) => {
    if (refusal !== undefined) return group.map(() => ({ kind: 'refused', reason: refusal }))
    const calls = callsOf(group.map(([, each]) => each.input))
    const replies = (await inParallel(calls, (call) => check(server, call))).flat()
    const callIds = replies.flatMap(({ reply }) => ('results' in reply ? [reply.cerbosCallId] : []))
    const errors = await readErrors([...new Set(callIds)])
    // Calls are made of neighbours, so their answers are in the order of the cases.
    return replies.map(({ reply, place }): CheckAnswer => {
      if ('reason' in reply) return { kind: 'refused', reason: reply.reason }
      const result = reply.results[place]
      if (result === undefined) throw new Error('Cerbos gave no result')
      return answerFromCerbos(result, errors.get(reply.cerbosCallId)?.[place] ?? [])
    })
  })
}

/** Neighbours with a principal in common are asked together: most of the time goes into calls. */
function callsOf(inputs: readonly CheckInput[]): readonly (readonly CheckInput[])[] {
  const calls: CheckInput[][] = []
  for (const input of inputs) {
    const last = calls.at(-1)
    if (last?.[0] !== undefined && whoAsks(last[0]) === whoAsks(input)) last.push(input)
    else calls.push([input])
  }
  return calls
}

function whoAsks({ requestId, principal, auxData }: CheckInput): string {
  return JSON.stringify([requestId, principal, auxData])
}

interface Reply {
  readonly reply: CheckReply
  /** Which of the results it is. */
  readonly place: number
}

type CheckReply =
  | { readonly cerbosCallId: string; readonly results: readonly CerbosResult[] }
  | { readonly reason: string }

async function check(
  server: CerbosServer,
  inputs: readonly CheckInput[],
): Promise<readonly Reply[]> {
  const [first] = inputs
  if (first === undefined) return []
  const { requestId, principal, auxData } = first
  const answer = await server.post('/api/check/resources', {
    requestId,
    includeMeta: true,
    principal,
    resources: inputs.map(({ resource, actions }) => ({ resource, actions })),
    ...(auxData?.jwt && { auxData: { jwt: { token: unsignedToken(auxData.jwt) } } }),
  })
  if (answer.ok) {
    // It is what Cerbos's API says that it is.
    const reply = answer.body as CheckReply
    return inputs.map((_, place) => ({ reply, place }))
  }
  // An output that is no JSON fails the whole call, so that the others are asked without it.
  if (answer.status === 500 && inputs.length > 1) {
    return (await Promise.all(inputs.map((input) => check(server, [input])))).flat()
  }
  if (answer.status === 500) return [{ reply: { reason: answer.message }, place: 0 }]
  throw new Error(`Cerbos answered ${answer.status}: ${answer.message}\n${JSON.stringify(inputs)}`)
}

/** Works on several items at a time. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = Array.from({ length: items.length })
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next
      next += 1
      results[index] = await work(items[index] as Item)
    }
  }
  await Promise.all(Array.from({ length: PARALLEL_REQUESTS }, worker))
  return results
}
