import { writeFile } from 'node:fs/promises'
import { belowThreshold, type Coverage, coverageHtml, coverageText } from '@lockstitch/verify'

import type { TestingOptions } from '../commands/compile-options.ts'
import { CommandFailure, exitCodes, reasonOf } from '../exit-codes.ts'
import type { Io, TextOutput } from '../io.ts'

/** Whether the tests are to be measured. */
export function wantsCoverage({
  coverage,
  coverageHtml: page,
  coverageThreshold,
}: TestingOptions): boolean {
  return coverage === true || page !== undefined || coverageThreshold !== undefined
}

/** Tells what the tests cover, and whether that is enough. */
export async function reportCoverage(
  coverage: Coverage | undefined,
  options: TestingOptions,
  { io, to }: { readonly io: Io; readonly to: TextOutput },
): Promise<boolean> {
  if (coverage === undefined) return true
  const report = coverage.report()
  if (options.coverage) to.write(`\n${coverageText(report)}`)
  if (options.coverageHtml !== undefined)
    await writePage(options.coverageHtml, coverageHtml(report))
  const short = belowThreshold(report, { rules: options.coverageThreshold })
  for (const line of short) io.stderr.write(`lockstitch: ${line}\n`)
  return short.length === 0
}

async function writePage(file: string, page: string): Promise<void> {
  try {
    await writeFile(file, page)
  } catch (error) {
    const message = `the coverage cannot be written to \`${file}\`: ${reasonOf(error)}`
    throw new CommandFailure(exitCodes.failed, message, { cause: error })
  }
}
