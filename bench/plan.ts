import { cerbosPlanner } from '@lockstitch/engine/cerbos-planner'
import { planFilterText, wireOf } from '../differential/plan/answer.ts'
import type { PlanInput } from '../packages/engine/src/index.ts'
import type { WireFilter } from '../packages/engine/src/table.ts'
import { findCerbos } from '../tools/cerbos-server.ts'
import { classicPolicies, POLICIES_PER_COPY } from './classic/policies.ts'
import { type BuiltEngine, buildEngine, type MakeEngine } from './engine/built.ts'
import { figure } from './engine/floors.ts'
import { timeInTurns } from './engine/turns.ts'
import { microseconds, type Timings } from './measure.ts'
import { type CerbosPlanner, startPlanner } from './plan/cerbos.ts'
import { timeList } from './plan/list.ts'
import { classicPlans } from './plan/questions.ts'

const SEED = 1
const COPIES = 100
const REQUESTS = 100
const ASKED_AGAIN = 100
const AT_LEAST = 50

/**
 * Plans on the classic-shaped set beside the real Cerbos's over gRPC, which have to be the same, and a
 * list in SQLite by a filter beside one by checks, which has to be the same, too.
 */
export async function benchPlan(): Promise<boolean | 'cannot run'> {
  const found = findCerbos()
  if ('missing' in found) {
    process.stderr.write(`bench plan: ${found.missing}\n`)
    return 'cannot run'
  }
  const makeEngine = await buildEngine()
  const ratios = await besideCerbos(makeEngine)
  if (ratios === undefined) return false
  const { ratio, again } = ratios
  const { rows, kept, filtered, checked } = await timeList(makeEngine)
  print(`a list of ${rows} rows in SQLite, ${kept} of them allowed, equal both ways`)
  printTimings('plan, filter, query', filtered)
  printTimings('fetch all and check', checked)
  print(`ratio plan-vs-cerbos-grpc: ${figure(ratio)}`)
  print(`ratio plan-again-vs-cerbos-grpc: ${figure(again)}`)
  print(`ratio list-filter-vs-check: ${figure(checked.median / filtered.median)}`)
  if (ratio >= AT_LEAST) return true
  print(`short: plan-vs-cerbos-grpc is ${figure(ratio)}, at least ${AT_LEAST} expected`)
  return false
}

interface Ratios {
  /** Of principals who have not asked before. */
  readonly ratio: number
  /** Of those who ask the same again. */
  readonly again: number
}

/** How many times as long Cerbos takes as the slower of our two ways to plan. */
async function besideCerbos(makeEngine: MakeEngine): Promise<Ratios | undefined> {
  const files = classicPolicies(COPIES, SEED)
  const plans = classicPlans({ copies: COPIES, count: REQUESTS, seed: SEED })
  const often = plans.slice(0, ASKED_AGAIN)
  const exact = makeEngine(files)
  const asCerbos = makeEngine(files, { compat: 'cerbos', planner: cerbosPlanner })
  const cerbos = await startPlanner(files)
  try {
    const difference = await compare(plans, asCerbos, cerbos)
    if (difference !== undefined) {
      print(`the plans differ, nothing was measured: ${difference}`)
      return undefined
    }
    const times = await timeInTurns([
      { name: 'ours', calls: 2000, call: (index) => exact.plan(unseen(at(plans, index))) },
      { name: 'as cerbos', calls: 2000, call: (index) => asCerbos.plan(unseen(at(plans, index))) },
      { name: 'ours, again', calls: 2000, call: (index) => exact.plan(at(often, index)) },
      { name: 'as cerbos, again', calls: 2000, call: (index) => asCerbos.plan(at(often, index)) },
      { name: 'cerbos grpc', calls: 500, call: (index) => cerbos.plan(unseen(at(plans, index))) },
    ])
    for (const [name, timings] of times) printTimings(name, timings)
    const median = (name: string): number => times.get(name)?.median ?? Number.NaN
    const theirs = median('cerbos grpc')
    return {
      ratio: theirs / Math.max(median('ours'), median('as cerbos')),
      again: theirs / Math.max(median('ours, again'), median('as cerbos, again')),
    }
  } finally {
    await cerbos.stop()
    exact.close()
    asCerbos.close()
  }
}

let visits = 0

/**
 * The same question of somebody else, so that the plan has to be made. Who has a policy of their own stays
 * who they are.
 */
function unseen(input: PlanInput): PlanInput {
  visits += 1
  const { id, roles, attr } = input.principal
  const other = id.startsWith('deputy_') ? id : `${id}-${visits}`
  return { ...input, principal: { id: other, roles, attr: { ...attr, visit: visits } } }
}

/** What differs between a plan as Cerbos makes it and Cerbos's own, if anything does. */
async function compare(
  plans: readonly PlanInput[],
  engine: BuiltEngine,
  cerbos: CerbosPlanner,
): Promise<string | undefined> {
  const counts = new Map<WireFilter['kind'], number>()
  for (const [index, input] of plans.entries()) {
    const ours = wireOf(engine.plan(input).filter)
    const theirs = await cerbos.plan(input)
    counts.set(ours.kind, (counts.get(ours.kind) ?? 0) + 1)
    const [text, other] = [planFilterText(ours), planFilterText(theirs)]
    if (text !== other) return `plan ${index + 1}: ${text}, Cerbos ${other}`
  }
  const kinds = [...counts].map(([kind, count]) => `${count} ${kind}`).join(', ')
  print(`${COPIES * POLICIES_PER_COPY} policies, ${plans.length} plans: equal filters, ${kinds}`)
  return undefined
}

function printTimings(what: string, { median, p99 }: Timings): void {
  print(`  ${what.padEnd(19)} median ${microseconds(median)}  p99 ${microseconds(p99)}`)
}

function at<T>(items: readonly T[], index: number): T {
  return items[index % items.length] as T // The remainder is within the list, which is not empty.
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
