import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import type { Oracle } from '../area.ts'
import { CerbosCrash, type CompileReport, compileReport } from '../cerbos/compile.ts'
import { type CompileAnswer, CRASH, type Finding, loadKind, SYNTAX } from './answer.ts'
import type { CompileCase } from './compile-case.ts'
import { TOKEN } from './folder.ts'
import { compileText, missingScope, scopeConflict, stepOf } from './ours.ts'

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
      if (!(error instanceof CerbosCrash)) throw error
      if (cases.length === 1) return [{ findings: [crash(error)] }]
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
    close: () => rm(home, { recursive: true, force: true }),
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

/** Puts what is found with the cases that it is about. */
function collect(report: CompileReport, findings: readonly Finding[][]): void {
  for (const finding of findingsOf(report)) {
    const numbers = new Set(JSON.stringify(finding).match(/Q\d{4}/g))
    const [token, other] = [...numbers]
    const found = token === undefined ? undefined : findings[Number(token.slice(1)) - 1]
    if (found === undefined || token === undefined || other !== undefined) {
      throw new Error(`Cerbos tells of no one case: ${JSON.stringify(finding)}`)
    }
    found.push(JSON.parse(JSON.stringify(finding).replaceAll(token, TOKEN)) as Finding)
  }
}

function findingsOf({ lintErrors = {}, compileErrors }: CompileReport): Finding[] {
  const load = (lintErrors.load_failures ?? []).map(({ file, error, error_details }): Finding => {
    const message = error_details?.message ?? error
    const kind = loadKind(message)
    const step = stepOf(ERROR_KINDS[error_details?.kind ?? 0], message)
    return { step, file, kind, at: placeOf(error_details), text: kind === SYNTAX ? '' : message }
  })
  const imports = (lintErrors.missing_imports ?? []).map((each): Finding => {
    const { importing_file: file, desc: text } = each
    return { step: 'fit', file, kind: 'missing import', at: placeOf(each), text }
  })
  const scopes = (lintErrors.missing_scope_details ?? []).flatMap(
    ({ missing_policy, descendants }) =>
      descendants.map((descendant) => missingScope(missing_policy, descendant)),
  )
  const duplicates = (lintErrors.duplicate_defs ?? []).map((each): Finding => {
    const text = `${each.policy} ${each.other_file}`
    return { step: 'fit', file: each.file, kind: 'duplicate definition', at: '', text }
  })
  const conflicts = (lintErrors.scope_permissions_conflicts ?? []).map(({ scope }) =>
    scopeConflict(scope ?? ''),
  )
  const compiled = (compileErrors?.errors ?? []).map((each): Finding => {
    const { file, error, description = '' } = each
    return { step: 'compile', file, kind: error, at: placeOf(each), text: compileText(description) }
  })
  return [...load, ...imports, ...scopes, ...duplicates, ...conflicts, ...compiled]
}

/** By number. */
const ERROR_KINDS = [undefined, 'KIND_PARSE_ERROR', 'KIND_VALIDATION_ERROR']

interface Positioned {
  readonly position?: { readonly line?: number; readonly column?: number; readonly path?: string }
}

function placeOf(positioned: Positioned | undefined): string {
  const { line = 0, column = 0, path } = positioned?.position ?? {}
  return positioned?.position === undefined ? '' : `${line}:${column}${path ? ` ${path}` : ''}`
}
