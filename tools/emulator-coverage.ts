import {
  type Outcome,
  runContract,
  strayCases,
} from '../packages/stytch-emulator/test/contract/run.ts'

/**
 * Calls every method of the official SDK's clients that has a case, and says which have none. It fails
 * when a case does; what is not covered yet is printed apart.
 */
const outcomes = await runContract()
const name = ({ client, path }: Outcome): string => `${client}.${path}`
const ofKind = (kind: Outcome['kind']): readonly Outcome[] =>
  outcomes.filter((one) => one.kind === kind)

print(
  'out of scope',
  ofKind('out-of-scope').map((one) => `${name(one)}: ${one.reason}`),
)
print('not covered', ofKind('uncovered').map(name))
const failures = [
  ...ofKind('failed').map((one) => `${name(one)}: ${one.reason}`),
  ...strayCases(outcomes).map((path) => `${path}: the SDK has no such method`),
]
print('failed', failures)
for (const client of ['B2BClient', 'Client'] as const) {
  const own = outcomes.filter((one) => one.client === client)
  say(`${client}: ${count(own, 'covered')} of ${own.length} methods covered`)
}
const inScope = outcomes.length - count(outcomes, 'out-of-scope')
say(`${count(outcomes, 'covered')} of ${inScope} SDK methods`)
if (failures.length > 0) process.exitCode = 1

function count(list: readonly Outcome[], kind: Outcome['kind']): number {
  return list.filter((one) => one.kind === kind).length
}

function print(title: string, lines: readonly string[]): void {
  if (lines.length === 0) return
  say(`${title} (${lines.length}):`)
  for (const line of lines) say(`  ${line}`)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
