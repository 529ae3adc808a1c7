import { fileURLToPath } from 'node:url'

import { runConformance } from './run.ts'
import { SUITES } from './suites/index.ts'

process.exitCode = await runConformance({
  args: process.argv.slice(2),
  suites: SUITES,
  // Beside the repository in development and CI; nobody else has it.
  defaultCorpus: fileURLToPath(new URL('../../shared/conformance', import.meta.url)),
  print: (line) => process.stdout.write(`${line}\n`),
})
