#!/usr/bin/env node
import { processIo } from './io.ts'
import { run } from './program.ts'
import { prepareForShortRun } from './short-run.ts'

const args = process.argv.slice(2)
prepareForShortRun(args)
process.exitCode = await run(args, processIo())
