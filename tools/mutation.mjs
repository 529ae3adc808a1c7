// `npm run mutation [-- --mutate FILE]`: changes the engine's decision files in one spot at a time and runs
// the tests that come there. Fails when fewer than 90 % of the changes make a test fail; the score is last.
import { readFileSync, rmSync } from 'node:fs'

import { prepare, runVisibly, tool } from './prepare.mjs'

const LEAST = 90
const CONFIG = 'tools/mutation/stryker.config.json'
const REPORT = '.stryker-tmp/mutation.json'
const NOTICED = new Set(['Killed', 'Timeout'])
const UNNOTICED = new Set(['Survived', 'NoCoverage'])

await prepare({ build: true })
// A report of an earlier run must not be taken for this one's.
rmSync(REPORT, { force: true })
const exitCode = runVisibly(process.execPath, [
  tool('@stryker-mutator/core/bin/stryker.js'),
  'run',
  CONFIG,
  ...process.argv.slice(2),
])
process.exitCode = exitCode === 0 ? judge() : exitCode

function judge() {
  const { files } = JSON.parse(readFileSync(REPORT, 'utf8'))
  const statuses = Object.values(files).flatMap(({ mutants }) => mutants.map(({ status }) => status))
  const killed = statuses.filter((status) => NOTICED.has(status)).length
  const counted = killed + statuses.filter((status) => UNNOTICED.has(status)).length
  const score = counted === 0 ? 0 : (100 * killed) / counted
  process.stdout.write(`mutation: ${score.toFixed(1)} % killed (${killed} of ${counted})\n`)
  return score >= LEAST ? 0 : 1
}
