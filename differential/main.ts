import { AREAS } from './areas/index.ts'
import { runDifferential } from './run.ts'

// A run that is told to end reports what it has compared. npm passes the signal on, which then comes more than once.
const stop = new AbortController()
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort())

process.exitCode = await runDifferential({
  args: process.argv.slice(2),
  areas: AREAS,
  signal: stop.signal,
  print: (line) => process.stdout.write(`${line}\n`),
})
