#!/usr/bin/env -S node --max-semi-space-size=4
// A server needs 25 MB less with a nursery that small, and no more time.
import { processIo } from './io.ts'
import { run } from './program.ts'
import { prepareForShortRun } from './short-run.ts'

const args = process.argv.slice(2)
prepareForShortRun(args)
process.exitCode = await run(args, processIo())
