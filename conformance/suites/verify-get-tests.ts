import {
  expandTable,
  type Fixtures,
  SuiteError,
  type Test,
  type TestTable,
} from '@lockstitch/verify'

import { difference, type Plain } from '../compare.ts'
import { NO_SKIPS } from '../skips/skip-list.ts'
import { failed, type Outcome, PASSED, type Suite } from '../suite.ts'

/** The tests that a table of principals and resources stands for. */
export const VERIFY_GET_TESTS: Suite = {
  name: 'verify_get_tests',
  needsCorpus: true,
  skips: NO_SKIPS,
  cases: (corpus) =>
    corpus.cases('verify_get_tests').map(({ name, content }) => ({
      name,
      // The format of this suite, which its README describes.
      run: () => runCase(content.testCase as GetTestsCase),
    })),
}

interface GetTestsCase {
  readonly table: PlainTable
  readonly wantTests?: readonly Plain[]
  readonly wantErr?: string
}

interface PlainTable {
  readonly name: string
  readonly description?: string
  readonly skip?: boolean
  readonly skipReason?: string
  readonly input: Partial<TestTable['input']>
  readonly expected: readonly PlainExpectation[]
}

interface PlainExpectation extends PlainLists {
  readonly principal?: string
  readonly resource?: string
  readonly actions: Readonly<Record<string, 'EFFECT_ALLOW' | 'EFFECT_DENY'>>
  readonly outputs?: TestTable['expected'][number]['outputs']
}

interface PlainLists {
  readonly principals?: readonly string[]
  readonly principalGroups?: readonly string[]
  readonly resources?: readonly string[]
  readonly resourceGroups?: readonly string[]
}

/** The fixtures that the upstream test has in its code. */
const FIXTURES: Fixtures = {
  principals: new Map(
    ['employee', 'manager', 'department_head'].map((id) => [id, { id, roles: ['user'] }]),
  ),
  principalGroups: new Map([['management', ['manager', 'department_head']]]),
  resources: new Map(
    ['employee', 'manager', 'department_head'].map((id) => [
      `${id}_leave_request`,
      { kind: 'leave_request', id },
    ]),
  ),
  resourceGroups: new Map([
    ['management_leave_requests', ['manager_leave_request', 'department_head_leave_request']],
  ]),
  auxData: new Map([['test_aux_data', { jwt: { answer: 42 } }]]),
}

function runCase({ table, wantTests = [], wantErr }: GetTestsCase): Outcome {
  try {
    const tests = expandTable(tableFrom(table), FIXTURES, undefined)
    if (wantErr !== undefined) return failed(`expected the error ${wantErr}, got tests`)
    const found = difference(wantTests, tests.map(plainTest))
    return found === undefined ? PASSED : failed(found)
  } catch (error) {
    if (!(error instanceof SuiteError)) throw error
    const found = difference(wantErr, error.message)
    return found === undefined ? PASSED : failed(found)
  }
}

function tableFrom({ expected, input, description = '', ...table }: PlainTable): TestTable {
  return {
    name: table.name,
    description,
    skip: table.skip ?? false,
    skipReason: table.skipReason ?? '',
    options: undefined,
    location: { file: '', line: 1, column: 1 },
    input: { ...listsFrom(input), actions: input.actions ?? [], auxData: input.auxData ?? '' },
    expected: expected.map(({ principal, resource, actions, outputs = [], ...lists }) => ({
      ...listsFrom({
        ...lists,
        ...(principal !== undefined && { principals: [principal] }),
        ...(resource !== undefined && { resources: [resource] }),
      }),
      actions: new Map(Object.entries(actions)),
      outputs,
    })),
  }
}

function listsFrom({
  principals = [],
  principalGroups = [],
  resources = [],
  resourceGroups = [],
}: PlainLists): Required<PlainLists> {
  return { principals, principalGroups, resources, resourceGroups }
}

/** A test as protobuf JSON; what nobody expects is written down as a denial where nothing is expected at all. */
function plainTest({ table, principal, resource, input, effects, outputs }: Test): Plain {
  const expected =
    effects.size > 0
      ? [...effects]
      : input.actions.map((action) => [action, 'EFFECT_DENY'] as const)
  const entries = [...outputs].map(([action, bySource]) => {
    const values = [...bySource.values()].map(({ src, val }) => [src, val] as const)
    return [action, { entries: Object.fromEntries(values) }] as const
  })
  return {
    name: { testTableName: table.name, principalKey: principal, resourceKey: resource },
    description: table.description === '' ? undefined : table.description,
    skip: table.skip || undefined,
    skipReason: table.skipReason === '' ? undefined : table.skipReason,
    input: JSON.parse(JSON.stringify(input)),
    expected: Object.fromEntries(expected),
    expectedOutputs:
      entries.length > 0 ? JSON.parse(JSON.stringify(Object.fromEntries(entries))) : undefined,
  }
}
