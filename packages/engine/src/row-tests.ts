import {
  type Effect,
  expressionsOfRule,
  type LinkedCondition,
  type VariableSet,
} from '@lockstitch/policy'

import { readsAny } from './reads.ts'
import type { DerivedRoleSlot, Row } from './rows.ts'
import type { Sharing } from './sharing.ts'

/** What has to be evaluated to know whether a row applies, apart from whose it is. */
export interface RowTest {
  readonly effect: Effect | undefined
  readonly condition: LinkedCondition | undefined
  readonly derivedRole: DerivedRoleSlot | undefined
  /** Undefined where they are those of the resource policy. */
  readonly variables: VariableSet | undefined
  /** Whether its condition or its output does. */
  readonly readsVariables: boolean
  readonly hasOutput: boolean
  /** What a role policy does not list: it is denied without a look at anything. */
  readonly isImplicit: boolean
  readonly ofRolePolicy: boolean
}

/** The test of a row, whose variables are its own. */
export function testOf(row: Row): RowTest {
  return createTest(row, row.condition, row.derivedRole, row.variables)
}

/** The tests of rows for one resource, shared with those of other policies. */
export function sharedTests(sharing: Sharing, rows: readonly Row[]): readonly RowTest[] {
  const tests = rows.map((row) => sharedTest(sharing, row))
  return sharing.tests(numbersOf(sharing, tests), tests)
}

function sharedTest(sharing: Sharing, row: Row): RowTest {
  const condition = row.condition && sharedCondition(sharing, row.condition)
  const derivedRole = row.derivedRole && sharedSlot(sharing, row.derivedRole)
  const isOwn = row.policy.kind === 'role'
  const variables = isOwn ? sharedVariables(sharing, row.variables) : undefined
  const test = createTest(row, condition, derivedRole, variables)
  const { effect, readsVariables, hasOutput, isImplicit, ofRolePolicy } = test
  const parts = numbersOf(sharing, [condition, derivedRole, variables])
  const flags = [readsVariables, hasOutput, isImplicit, ofRolePolicy]
  return sharing.test([effect, ...flags, ...parts], test)
}

// One literal makes all tests, because reading them is fast when they all have the same shape.
function createTest(
  row: Row,
  condition: LinkedCondition | undefined,
  derivedRole: DerivedRoleSlot | undefined,
  variables: VariableSet | undefined,
): RowTest {
  const { effect, output, rule, policy } = row
  return {
    effect,
    condition,
    derivedRole,
    variables,
    readsVariables: doesReadVariables(row),
    hasOutput: output !== undefined,
    isImplicit: rule === undefined,
    ofRolePolicy: policy.kind === 'role',
  }
}

function doesReadVariables({ condition, output, policy: { location } }: Row): boolean {
  return readsAny(expressionsOfRule({ condition, output, location }), VARIABLES)
}

const VARIABLES = ['V', 'variables', 'C', 'constants']

/** A derived role as tests read it, whatever policy names it. */
export function sharedSlot(sharing: Sharing, slot: DerivedRoleSlot): DerivedRoleSlot {
  return sharing.sharedFor(slot, () => shareSlot(sharing, slot))
}

function shareSlot(sharing: Sharing, slot: DerivedRoleSlot): DerivedRoleSlot {
  const { index, readsRuntime } = slot
  const { name } = slot.role
  const condition = slot.role.condition && sharedCondition(sharing, slot.role.condition)
  const variables = sharedVariables(sharing, slot.role.variables)
  const role = sharing.role([name, ...numbersOf(sharing, [condition, variables])], {
    ...slot.role,
    ...(condition && { condition }),
    variables,
  })
  const parts = [index, readsRuntime, sharing.numberOf(role)]
  return sharing.slot(parts, { ...slot, role })
}

function sharedCondition(sharing: Sharing, condition: LinkedCondition): LinkedCondition {
  return sharing.sharedFor(condition, () => shareCondition(sharing, condition))
}

function shareCondition(sharing: Sharing, condition: LinkedCondition): LinkedCondition {
  const { kind, location } = condition
  if (kind === 'expr') {
    return sharing.condition([kind, sharing.numberOf(condition.program)], condition)
  }
  const of = condition.of.map((part) => sharedCondition(sharing, part))
  return sharing.condition([kind, ...numbersOf(sharing, of)], { kind, of, location })
}

/** Sets with constants are left as they are: their values would have to be compared. */
export function sharedVariables(sharing: Sharing, set: VariableSet): VariableSet {
  if (Object.keys(set.constants).length > 0) return set
  const parts = set.variables.flatMap(({ name, program }) => [name, sharing.numberOf(program)])
  return sharing.variables(parts, set)
}

function numbersOf(sharing: Sharing, objects: readonly (object | undefined)[]): readonly number[] {
  return objects.map((object) => sharing.numberOf(object))
}
