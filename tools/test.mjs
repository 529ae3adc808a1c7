// `npm test [-- FILTER …]`: installs what is missing and runs every test; ends with the tally.
import { prepare, runVisibly, tool } from './prepare.mjs'

await prepare({ build: true })
process.exitCode = runVisibly(process.execPath, [
  tool('vitest/vitest.mjs'),
  'run',
  '--reporter=default',
  '--reporter=./tools/tally-reporter.ts',
  ...process.argv.slice(2),
])
