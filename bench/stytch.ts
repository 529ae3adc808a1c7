import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

import { startCerbos } from '../tools/cerbos-server.ts'
import { buildPackages } from './build-packages.ts'
import { microseconds, type Timings, timingsOf } from './measure.ts'

const policies = fileURLToPath(new URL('../packages/stytch/starter-policies', import.meta.url))
const SERVE = fileURLToPath(new URL('emulator/serve.mjs', import.meta.url))
const MEASURE = fileURLToPath(new URL('stytch/measure.mjs', import.meta.url))
const counts = { theirs: 2_000, verified: 1_000, cached: 20_000 }
const FLOORS = { cached: 50, verified: 5 }

/** What the measuring process found, in milliseconds. */
type Measured = Readonly<Record<keyof typeof counts, readonly number[]>>

/**
 * From a request's cookie with a session JWT to a decision: with a JWT that was never seen, whose
 * signature is verified, and with one that was. Beside it the way of the tutorials, in the same
 * process and in the same run: the session is authenticated at Stytch, which is the emulator on this
 * machine, and the real Cerbos is asked over HTTP.
 */
export async function benchStytch(): Promise<boolean> {
  buildPackages('packages/stytch', 'packages/stytch-emulator')
  const engine = { strictEvaluation: true, lenientScopeSearch: true }
  const cerbos = await startCerbos({ policies, engine })
  const emulator = forked(SERVE)
  try {
    const [started] = (await once(emulator, 'message')) as [object]
    const { url: stytchUrl, ...others } = started as { readonly url: string }
    const child = forked(MEASURE)
    const answered = Promise.race([once(child, 'message'), failed(child)])
    child.send({ ...others, stytchUrl, cerbosUrl: cerbos.httpUrl, policies, counts })
    const [measured] = (await answered) as [Measured]
    return report(measured)
  } finally {
    emulator.disconnect()
    await cerbos.stop()
  }
}

function report(measured: Measured): boolean {
  const theirs = timingsOf(Float64Array.from(measured.theirs))
  const verified = timingsOf(Float64Array.from(measured.verified))
  const cached = timingsOf(Float64Array.from(measured.cached))
  print(line('SDK over HTTP, then Cerbos over HTTP', theirs))
  print(line('first, the signature is verified', verified))
  print(line('repeated, the session is known', cached))
  const isFast = ratio('cached', theirs, cached)
  return ratio('verified', theirs, verified) && isFast
}

function ratio(name: keyof typeof FLOORS, theirs: Timings, ours: Timings): boolean {
  const value = theirs.median / ours.median
  if (value < FLOORS[name]) print(`warning: the ratio is below ${FLOORS[name]}`)
  print(`ratio session-to-decision-${name}: ${value.toFixed(1)}`)
  return value >= FLOORS[name]
}

function line(title: string, { median, p99 }: Timings): string {
  return `${title.padEnd(38)} median ${microseconds(median)}  p99 ${microseconds(p99)}`
}

/** The sources that this process runs are not what is measured. */
function forked(script: string): ChildProcess {
  return fork(script, [], { execArgv: [] })
}

async function failed(child: ChildProcess): Promise<never> {
  const [code] = (await once(child, 'exit')) as [number | null]
  throw new Error(`the measuring process ended with ${code}`)
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
