import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { difference, type Plain } from '../conformance/compare.ts'
import { CERBOS_ENVIRONMENT, findCerbos } from '../differential/cerbos/binary.ts'
import { bundleCli } from './build-packages.ts'
import { writePolicyFolder } from './compile/policy-folder.ts'

const POLICIES = 1_000
const ROWS = 10_000
const ROUNDS = 5
const AT_LEAST = 3

const MAIN = fileURLToPath(new URL('../packages/cli/bundle/main.js', import.meta.url))

/**
 * A folder of policies with tests, compiled and tested by the command line as it is published, in a process
 * of its own, and by `cerbos compile`, in turn. Before anything is timed both have to say the same.
 */
export function benchCompile(): boolean | 'cannot run' {
  const cerbos = findCerbos()
  if ('missing' in cerbos) {
    process.stderr.write(`bench compile: ${cerbos.missing}\n`)
    return 'cannot run'
  }
  bundleCli()
  const folder = mkdtempSync(join(tmpdir(), 'lockstitch-bench-'))
  try {
    const written = writePolicyFolder(folder, { policies: POLICIES, rows: ROWS })
    print(`${written.policies} policy files, ${written.suites} suites, ${written.rows} test rows`)
    const ours = (): Run => runTimed(process.execPath, [MAIN, 'compile', '--output=json', folder])
    const theirs = (): Run => runTimed(cerbos.path, ['compile', '--output=json', folder])
    const differing = compare(ours(), theirs(), written.rows)
    if (differing !== undefined) {
      print(`the answers differ, nothing was measured: ${differing}`)
      return false
    }
    return report(ours, theirs)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Run {
  readonly seconds: number
  readonly code: number | null
  readonly stdout: string
}

function runTimed(program: string, args: readonly string[]): Run {
  const start = performance.now()
  const options = { encoding: 'utf8', maxBuffer: 1 << 30, env: CERBOS_ENVIRONMENT } as const
  const { status, stdout, stderr } = spawnSync(program, args, options)
  const seconds = (performance.now() - start) / 1000
  if (stdout === '') throw new Error(`${program} printed nothing: ${stderr}`)
  return { seconds, code: status, stdout }
}

function compare(ours: Run, theirs: Run, rows: number): string | undefined {
  if (ours.code !== theirs.code) return `exit code ${ours.code}, Cerbos's is ${theirs.code}`
  // Both print one JSON object.
  const wanted = JSON.parse(theirs.stdout) as Plain & {
    readonly summary?: { readonly testsCount?: number }
  }
  if (wanted.summary?.testsCount !== rows) return `Cerbos ran ${wanted.summary?.testsCount} tests`
  return difference(wanted, JSON.parse(ours.stdout) as Plain)
}

function report(ours: () => Run, theirs: () => Run): boolean {
  const times: { readonly ours: number; readonly theirs: number }[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    times.push({ ours: ours().seconds, theirs: theirs().seconds })
  }
  const our = median(times.map((each) => each.ours))
  const their = median(times.map((each) => each.theirs))
  print(`lockstitch compile  ${our.toFixed(2)} s`)
  print(`cerbos compile      ${their.toFixed(2)} s`)
  const ratio = their / our
  if (ratio < AT_LEAST)
    print(`short: compile-vs-cerbos is ${ratio.toFixed(2)}, at least ${AT_LEAST} is wanted`)
  print(`ratio compile-vs-cerbos: ${ratio.toFixed(2)}`)
  return ratio >= AT_LEAST
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
