// `npm run mutation [-- FILE…]`: changes the engine's decision files in one spot at a time and runs the
// tests that come there. Fails when fewer than 90 % of the changes make a test fail; the score is last.
// `check globs` are the files of these names alone; Stryker's own options may follow.
import { readFileSync, rmSync } from 'node:fs'
import { basename } from 'node:path'

import { prepare, runVisibly, tool } from './prepare.mjs'

const LEAST = 90
const CONFIG = 'tools/mutation/stryker.config.json'
const REPORT = '.stryker-tmp/mutation.json'
const NOTICED = new Set(['Killed', 'Timeout'])
const UNNOTICED = new Set(['Survived', 'NoCoverage'])

// The tests read the sources: nothing has to be built.
await prepare()
// A report of an earlier run must not be taken for this one's.
rmSync(REPORT, { force: true })
const exitCode = runVisibly(process.execPath, [
  tool('@stryker-mutator/core/bin/stryker.js'),
  'run',
  CONFIG,
  ...selection(process.argv.slice(2)),
])
process.exitCode = exitCode === 0 ? judge() : exitCode

/** Names of files as the option that they stand for; all that is no name is left as it is. */
function selection(args) {
  const { mutate } = JSON.parse(readFileSync(CONFIG, 'utf8'))
  const isNamed = (path) => args.includes(path) || args.includes(basename(path, '.ts'))
  const named = mutate.filter(isNamed)
  const rest = args.filter((arg) => !mutate.some((path) => [path, basename(path, '.ts')].includes(arg)))
  return named.length > 0 ? ['--mutate', named.join(','), ...rest] : rest
}

function judge() {
  const { files } = JSON.parse(readFileSync(REPORT, 'utf8'))
  const statuses = Object.values(files).flatMap(({ mutants }) => mutants.map(({ status }) => status))
  const killed = statuses.filter((status) => NOTICED.has(status)).length
  const counted = killed + statuses.filter((status) => UNNOTICED.has(status)).length
  const score = counted === 0 ? 0 : (100 * killed) / counted
  process.stdout.write(`mutation: ${score.toFixed(1)} % killed (${killed} of ${counted})\n`)
  return score >= LEAST ? 0 : 1
}
