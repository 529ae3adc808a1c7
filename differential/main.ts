import { AREAS } from './areas/index.ts'
import { runDifferential } from './run.ts'

process.exitCode = await runDifferential({
  args: process.argv.slice(2),
  areas: AREAS,
  print: (line) => process.stdout.write(`${line}\n`),
})
