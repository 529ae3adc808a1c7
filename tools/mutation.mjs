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
/** One that ends the process is noticed by no test. */
const UNNOTICED = new Set(['Survived', 'NoCoverage', 'RuntimeError'])
/** For a mutant that is tried again alone. */
const PATIENCE_MS = 60_000

// The tests read the sources: nothing has to be built.
await prepare()
const args = process.argv.slice(2)
const mutants = run(selection(args))
process.exitCode = mutants ? judge(confirmTimeouts(mutants)) : 1

/** The mutants of a run; `undefined` when it fails. */
function run(options) {
  // A report of an earlier run must not be taken for this one's.
  rmSync(REPORT, { force: true })
  const stryker = tool('@stryker-mutator/core/bin/stryker.js')
  if (runVisibly(process.execPath, [stryker, 'run', CONFIG, ...options]) !== 0) return undefined
  const { files } = JSON.parse(readFileSync(REPORT, 'utf8'))
  return Object.entries(files).flatMap(([path, { mutants: ofFile }]) =>
    ofFile.map((mutant) => ({ path, ...mutant })),
  )
}

/** Names of files as the option that they stand for; all that is no name is left as it is. */
function selection(given) {
  const { mutate } = JSON.parse(readFileSync(CONFIG, 'utf8'))
  const isNamed = (path) => given.includes(path) || given.includes(basename(path, '.ts'))
  const named = mutate.filter(isNamed)
  const rest = given.filter((arg) => !mutate.some((path) => [path, basename(path, '.ts')].includes(arg)))
  return named.length > 0 ? ['--mutate', named.join(','), ...rest] : rest
}

/**
 * A machine that is busy must not pass for tests that notice something. A loop without end is told by
 * counting its rounds; what the clock ended is tried again, alone and with more time.
 */
function confirmTimeouts(all) {
  const doubtful = all.filter(({ status, statusReason }) => status === 'Timeout' && !statusReason)
  if (doubtful.length === 0) return all
  process.stdout.write(`${doubtful.length} changes that took too long are tried again\n`)
  const spots = doubtful.map(({ path, location: { start, end } }) => `${path}:${start.line}-${end.line}`)
  const options = ['--mutate', [...new Set(spots)].join(','), '--concurrency', '1', '--timeoutMS', PATIENCE_MS]
  const again = new Map(run(options.map(String))?.map((mutant) => [keyOf(mutant), mutant]))
  return all.map((mutant) =>
    doubtful.includes(mutant) ? (again.get(keyOf(mutant)) ?? { status: 'Survived' }) : mutant,
  )
}

function keyOf({ path, location, mutatorName, replacement }) {
  return JSON.stringify([path, location, mutatorName, replacement])
}

function judge(all) {
  const countOf = (statuses) => all.filter(({ status }) => statuses.has(status)).length
  const killed = countOf(NOTICED)
  const counted = killed + countOf(UNNOTICED)
  const score = counted === 0 ? 0 : (100 * killed) / counted
  process.stdout.write(`mutation: ${score.toFixed(1)} % killed (${killed} of ${counted})\n`)
  return score >= LEAST ? 0 : 1
}
