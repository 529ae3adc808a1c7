import {
  ALL_FEATURES as ALL_CHECK_FEATURES,
  featuresOf as checkFeaturesOf,
} from '../check/features.ts'
import type { PlanAnswer } from './answer.ts'
import type { PlanCase } from './plan-case.ts'

/** What a case tries out: what a decision would, and what there is in the plan. */
export function featuresOf(
  each: PlanCase,
  theirs: PlanAnswer,
  ours: PlanAnswer | undefined,
): readonly string[] {
  const found = [...checkFeaturesOf(each), ...rowFeatures(theirs, ours)]
  if (each.known.length > 0) found.push('plan: attributes that are known')
  if (theirs.kind === 'refused') return [...found, 'plan: refused']
  const { filter, isMatched, scopes } = theirs
  for (const kind of KINDS) if (filter.includes(`"${kind}"`)) found.push(`plan: ${kind}`)
  if (!isMatched) found.push('plan: NO_MATCH')
  if (scopes !== '[]') found.push('plan: a matched scope')
  for (const [, operator] of filter.matchAll(/"operator":"([^"]+)"/g)) {
    found.push(`plan: operator ${operator}`)
  }
  return found
}

/** Whether a plan is tried at all, and comes to anything. */
function rowFeatures(theirs: PlanAnswer, ours: PlanAnswer | undefined): readonly string[] {
  const { ownRows } = ours ?? {}
  if (ownRows === undefined) return []
  if (ownRows === 'refused') return ['rows: our own plan is refused']
  const found = ['rows: our own plan is tried']
  if (theirs.kind === 'refused') found.push('rows: our own plan is tried where Cerbos has none')
  if (new Set(ownRows).size > 1) found.push('rows: our own plan keeps some and some not')
  const { kept, allowed } = theirs
  if (kept === undefined || allowed === undefined) return found
  const known = kept.filter((each, row) => each !== undefined && allowed[row] !== undefined)
  const isSound = kept.every((each, row) => each === allowed[row])
  if (isSound) found.push('rows: Cerbos keeps what it allows')
  else if (known.length === kept.length) found.push('rows: Cerbos keeps other than what it allows')
  if (isSound && new Set(kept).size > 1) found.push('rows: Cerbos keeps some and some not')
  return found
}

const ROW_FEATURES = [
  'our own plan is tried',
  'our own plan is tried where Cerbos has none',
  'our own plan is refused',
  'our own plan keeps some and some not',
  'Cerbos keeps what it allows',
  'Cerbos keeps some and some not',
  'Cerbos keeps other than what it allows',
].map((feature) => `rows: ${feature}`)

const KINDS = ['KIND_ALWAYS_ALLOWED', 'KIND_ALWAYS_DENIED', 'KIND_CONDITIONAL']

/** Operators of plans: what the generator never makes would otherwise not be missed. */
// biome-ignore format: a list
const OPERATORS = [
  'and', 'or', 'not', 'eq', 'ne', 'lt', 'gt', 'ge', 'in', 'add', 'sub', 'mult', 'div', 'mod', '-_', 'if', 'index', 'get-field', 'list', 'struct', 'set-field',
  'exists', 'all', 'exists_one', 'filter', 'map', 'lambda', 'timestamp', 'duration', 'timeSince', 'hierarchy', 'overlaps', 'hasIntersection', 'startsWith', 'contains', 'endsWith',
  'size', 'int', 'double', 'string', 'matches', 'replace', 'lowerAscii', 'math.@max', 'type', 'transformList', 'getFullYear',
]

export const ALL_FEATURES: readonly string[] = [
  // A plan has no outputs.
  ...ALL_CHECK_FEATURES.filter((feature) => !feature.includes('`conditionNotMet`')),
  ...ROW_FEATURES,
  ...KINDS.map((kind) => `plan: ${kind}`),
  'plan: attributes that are known',
  'plan: refused',
  'plan: NO_MATCH',
  'plan: a matched scope',
  ...OPERATORS.map((operator) => `plan: operator ${operator}`),
]
