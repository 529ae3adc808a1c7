import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import type { Oracle } from '../area.ts'
import { CERBOS_ENVIRONMENT, cerbosPath } from '../cerbos/binary.ts'
import { answerFrom, type VerifyAnswer } from './answer.ts'
import { type Json, TOKEN, textOf, type VerifyCase, type Way } from './verify-case.ts'

/**
 * Asks `cerbos compile`. Cases that are run the same way lie side by side in one directory, since
 * starting it takes longer than all their tests.
 */
export async function openCerbosOracle(): Promise<Oracle<VerifyCase, VerifyAnswer>> {
  return {
    async ask(cases) {
      const answers = new Map<VerifyCase, VerifyAnswer>()
      for (const way of new Set(cases.map((each) => each.way))) {
        const together = cases.filter((each) => each.way === way)
        const found = await askTogether(together, way)
        for (const [at, each] of together.entries()) answers.set(each, found[at] as VerifyAnswer)
      }
      // Each case was asked with those of its way.
      return cases.map((each) => answers.get(each) as VerifyAnswer)
    },
    async close() {},
  }
}

async function askTogether(
  cases: readonly VerifyCase[],
  way: Way,
): Promise<readonly VerifyAnswer[]> {
  const directory = mkdtempSync(join(tmpdir(), 'lockstitch-verify-'))
  try {
    for (const [index, { files }] of cases.entries()) {
      for (const [path, content] of Object.entries(files)) {
        const place = join(directory, path.replaceAll(TOKEN, tokenOf(index)))
        mkdirSync(dirname(place), { recursive: true })
        writeFileSync(place, textOf(content, tokenOf(index)))
      }
    }
    const { exitCode, stdout, stderr } = await compile(directory, way.flags)
    const report = stdout.startsWith('{') ? (JSON.parse(stdout) as { suites?: Json[] }) : {}
    // A policy that does not compile, among cases of which one was made smaller, is told for all.
    if (report.suites === undefined && cases.length > 1) {
      const answers: VerifyAnswer[] = []
      for (const each of cases) answers.push(...(await askTogether([each], way)))
      return answers
    }
    if (report.suites === undefined)
      return [{ exitCode, suites: stderr === '' ? [] : 'no results' }]
    return cases.map((_, index) => answerOf(report.suites ?? [], tokenOf(index)))
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function answerOf(suites: readonly Json[], token: string): VerifyAnswer {
  const texts = suites.map((suite) => JSON.stringify(suite))
  const own = texts.filter((text) => text.includes(`"file":"${token}/`))
  // Cerbos writes some spaces of its messages as no-break spaces, at random.
  const plain = own.map((text) => text.replaceAll(token, TOKEN).replaceAll('\u00a0', ' '))
  return answerFrom(plain.map((text) => JSON.parse(text) as Json))
}

/** As long as {@link TOKEN}, because errors have columns. */
function tokenOf(index: number): string {
  return `N${String(index + 10_000)}`
}

interface Run {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

function compile(directory: string, flags: readonly string[]): Promise<Run> {
  return new Promise((resolve) => {
    const args = ['compile', '--output=json', ...flags, directory]
    const options = { env: CERBOS_ENVIRONMENT, maxBuffer: 1 << 30 }
    execFile(cerbosPath(), args, options, (error, stdout, stderr) => {
      resolve({ exitCode: Number(error?.code ?? 0), stdout: stdout.trim(), stderr })
    })
  })
}
