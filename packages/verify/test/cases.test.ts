import { compilePolicies } from '@lockstitch/policy'
import { describe, expect, test } from 'vitest'

import { jsonReport } from '../src/report/json.ts'
import { type RunOptions, runTests } from '../src/run.ts'
import { cerbosCompile, findCerbos } from './cerbos-compile.ts'
import { POLICY, SUITE_CASES } from './suite-cases.ts'

const cerbos = findCerbos()

/** Our results as the JSON that pipelines read. */
function results(files: Readonly<Record<string, string>>, options: RunOptions = {}): unknown {
  const { policySet } = compilePolicies([{ path: 'doc.yaml', text: POLICY }], { compat: 'cerbos' })
  if (policySet === undefined) throw new Error('the policy does not compile')
  const sources = Object.entries(files).map(([path, text]) => ({ path, text }))
  return withoutChance(JSON.parse(jsonReport(runTests(policySet, sources, options))))
}

async function cerbosResults(
  files: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<unknown> {
  const all = { 'doc.yaml': POLICY, ...files }
  const run = await cerbosCompile(cerbos ?? '', all, ['--output=json', ...args])
  return withoutChance(JSON.parse(run.stdout.replaceAll('\u00a0', ' ')))
}

/** The order of findings in one place or without one, and of outputs, is left to chance by Cerbos. */
function withoutChance(value: unknown, key = ''): unknown {
  if (key === 'error' && typeof value === 'string') {
    const [first, ...lines] = value.split('\n')
    const places = [...new Set(lines.map(placeOf))]
    const sorted = places.flatMap((place) => lines.filter((line) => placeOf(line) === place).sort())
    return [first, ...sorted].join('\n')
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => withoutChance(item))
    return key === 'outputs' ? items.sort(byText) : items
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, of]) => [name, withoutChance(of, name)]),
  )
}

function placeOf(line: string): string {
  return /^\d+:\d+ /.exec(line)?.[0] ?? ''
}

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1
}

describe.runIf(cerbos !== undefined)('suites come to what they come to in the real Cerbos', () => {
  test.each(SUITE_CASES)('$name', async ({ files }) => {
    expect(results(files)).toEqual(await cerbosResults(files))
  })

  // biome-ignore format: table
  const ways: readonly { readonly name: string; readonly options: RunOptions; readonly args: readonly string[] }[] = [
    { name: 'an action at a time',        options: { skipBatching: true },                       args: ['--skip-batching'] },
    { name: 'strictly',                   options: { strictEvaluation: true },                   args: ['--strict-evaluation'] },
    { name: 'by a pattern',               options: { run: '^S/.*"r"$' },                         args: ['--run=^S/.*"r"$'] },
    { name: 'by a pattern of RE2',        options: { run: '(?i)^s/TEST_TABLE_NAME:"t"\\s\\s' },  args: ['--run=(?i)^s/TEST_TABLE_NAME:"t"\\s\\s'] },
    { name: 'by one that matches nothing', options: { run: '^t$' },                              args: ['--run=^t$'] },
    { name: 'by action',                  options: { filter: { action: ['ed*'] } },              args: ['--test-filter=action=ed*'] },
    { name: 'by several actions',         options: { filter: { action: ['view', 'later'] } },    args: ['--test-filter=action=view', '--test-filter=action=later'] },
    { name: 'by suite',                   options: { filter: { suite: ['s'] } },                 args: ['--test-filter=suite=s'] },
    { name: 'by test',                    options: { filter: { suite: ['S'], test: ['?x'], action: ['q'] } }, args: ['--test-filter=suite=S;test=?x;action=q'] },
    { name: 'by principal',               options: { filter: { principal: ['z'], action: ['q'] } }, args: ['--test-filter=principal=z;action=q'] },
    { name: 'by resource',                options: { filter: { resource: ['r'] } },              args: ['--test-filter=resource=r'] },
    { name: 'by another resource',        options: { filter: { resource: ['z'] } },              args: ['--test-filter=resource=z'] },
  ]
  const suite = `name: S
principals:
  p: {id: p, roles: [user], attr: {y: 1}}
resources:
  r: {kind: doc, id: r, attr: {x: 1}}
tests:
  - name: t
    input: {principals: [p], resources: [r], actions: [view, edit, broken, later]}
    expected:
      - {principal: p, resource: r, actions: {view: EFFECT_ALLOW, edit: EFFECT_ALLOW, broken: EFFECT_ALLOW}}
`
  test.each(ways)('$name', async ({ options, args }) => {
    const files = { 'a_test.yaml': suite }
    expect(results(files, options)).toEqual(await cerbosResults(files, args))
  })
})
