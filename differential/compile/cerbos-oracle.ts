import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import type { CerbosFindings, CerbosPosition } from '@lockstitch/policy'

import type { Oracle } from '../area.ts'
import {
  CerbosCrash,
  type CompileReport,
  compileReport,
  type ReportPosition,
} from '../cerbos/compile.ts'
import { type CompileAnswer, CRASH, type Finding } from './answer.ts'
import type { CompileCase } from './compile-case.ts'
import { TOKEN } from './folder.ts'
import { findingsOf } from './ours.ts'

/**
 * Asks the real Cerbos about many folders at once: each is a directory of one large folder, with a
 * number of its own in all names. What does not load or fit keeps everything from being compiled,
 * so such cases are taken out, and the rest is asked again.
 */
export async function openCerbosOracle(): Promise<Oracle<CompileCase, CompileAnswer>> {
  const home = await mkdtemp(join(tmpdir(), 'lockstitch-differential-'))
  let folders = 0
  const askTogether = async (cases: readonly CompileCase[]): Promise<readonly CompileAnswer[]> => {
    folders += 1
    const folder = join(home, String(folders))
    try {
      return await compileTogether(cases, folder)
    } catch (error) {
      const isOfOneCase = error instanceof CerbosCrash || error instanceof SharedFinding
      if (!isOfOneCase) throw error
      if (cases.length === 1) {
        if (error instanceof SharedFinding) throw error
        return [{ findings: [crash(error)] }]
      }
      const half = Math.ceil(cases.length / 2)
      return [
        ...(await askTogether(cases.slice(0, half))),
        ...(await askTogether(cases.slice(half))),
      ]
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
  return {
    async ask(cases) {
      const answers = new Map<CompileCase, CompileAnswer>()
      const together = cases.filter(({ alone }) => !alone)
      for (const group of [together, ...cases.filter(({ alone }) => alone).map((each) => [each])]) {
        if (group.length === 0) continue
        const found = await askTogether(group)
        for (const [i, each] of group.entries()) answers.set(each, found[i] as CompileAnswer)
      }
      return cases.map((each) => answers.get(each) as CompileAnswer)
    },
    // When one batch fails, another one may still be writing.
    close: () => rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }),
  }
}

function crash({ message }: CerbosCrash): Finding {
  const text = /^panic: .*$/m.exec(message)?.[0] ?? message.slice(0, 200)
  return { step: 'read', file: '', kind: CRASH, at: '', text }
}

async function compileTogether(
  cases: readonly CompileCase[],
  folder: string,
): Promise<readonly CompileAnswer[]> {
  await mkdir(folder, { recursive: true })
  await Promise.all(cases.map((each, number) => writeCase(folder, each, number)))
  const findings = cases.map((): Finding[] => [])
  collect(await compileReport(folder), findings)
  const broken = findings.flatMap((found, number) => (found.length > 0 ? [number] : []))
  const isWhole = findings.every((found) => found.every(({ step }) => step === 'compile'))
  if (!isWhole) {
    // Without them the others are compiled.
    for (const number of broken) {
      await rm(join(folder, tokenOf(number)), { recursive: true, force: true })
    }
    if (broken.length < cases.length) collect(await compileReport(folder), findings)
  }
  return findings.map((found) => ({ findings: found }))
}

async function writeCase(folder: string, { files }: CompileCase, number: number): Promise<void> {
  for (const { path, text } of files) {
    const own = join(folder, path.replaceAll(TOKEN, tokenOf(number)))
    await mkdir(dirname(own), { recursive: true })
    await writeFile(own, text.replaceAll(TOKEN, tokenOf(number)))
  }
}

/** As long as the token of every case. */
function tokenOf(number: number): string {
  return `Q${String(number + 1).padStart(TOKEN.length - 1, '0')}`
}

/** Something that cases are only wrong about together, so that they are asked apart. */
class SharedFinding extends Error {}

/** Puts what is found with the cases that it is about. */
function collect(report: CompileReport, findings: readonly Finding[][]): void {
  for (const finding of findingsOf(findingsIn(report))) {
    const numbers = new Set(JSON.stringify(finding).match(/Q\d{4}/g))
    // A case that is asked alone may have names without its number.
    const [token = findings.length === 1 ? tokenOf(0) : undefined, other] = numbers
    const found = token === undefined ? undefined : findings[Number(token.slice(1)) - 1]
    if (found === undefined || token === undefined || other !== undefined) {
      throw new SharedFinding(`Cerbos tells of no one case: ${JSON.stringify(finding)}`)
    }
    found.push(JSON.parse(JSON.stringify(finding).replaceAll(token, TOKEN)) as Finding)
  }
}

/** The report in the shape in which ours is. */
function findingsIn({ lintErrors = {}, compileErrors }: CompileReport): CerbosFindings {
  return {
    loadFailures: (lintErrors.load_failures ?? []).map(
      ({ file, error, error_details: details }) => {
        const { kind: number = 0, message = error, position } = details ?? {}
        const kind = ERROR_KINDS[number]
        return { file, message, ...(kind && { kind }), ...placeIn(position) }
      },
    ),
    missingImports: (lintErrors.missing_imports ?? []).map((each) => ({
      importingFile: each.importing_file,
      importingPolicy: each.importing_policy,
      importKind: each.import_kind,
      importName: each.import_name,
      desc: each.desc,
      ...placeIn(each.position),
    })),
    missingScopes: (lintErrors.missing_scope_details ?? []).map((each) => ({
      missingPolicy: each.missing_policy,
      descendants: each.descendants,
    })),
    duplicateDefinitions: (lintErrors.duplicate_defs ?? []).map((each) => ({
      file: each.file,
      otherFile: each.other_file,
      policy: each.policy,
    })),
    scopePermissionsConflicts: (lintErrors.scope_permissions_conflicts ?? []).map(
      ({ scope = '' }) => scope,
    ),
    disabledDefinitions: [],
    compileErrors: (compileErrors?.errors ?? []).map(({ position, file, error, description }) => ({
      file,
      error,
      ...(description !== undefined && { description }),
      ...placeIn(position),
    })),
  }
}

/** By number. */
const ERROR_KINDS = [undefined, 'parse-error', 'validation-error'] as const

function placeIn(position: ReportPosition | undefined): { readonly position?: CerbosPosition } {
  return position === undefined ? {} : { position: { line: 0, column: 0, ...position } }
}
