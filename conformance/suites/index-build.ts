import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import {
  type CompiledPolicies,
  cerbosFindings,
  compilePolicies,
  type LinkedPolicySet,
} from '@lockstitch/policy'
import { diskSource, PolicySourceError } from '@lockstitch/policy/node'

import { difference, type Plain } from '../compare.ts'
import type { CaseFile } from '../corpus.ts'
import { errorDetails, type LoadFailure } from '../policy/load-failures.ts'
import { NO_SKIPS } from '../skips/skip-list.ts'
import { failed, type Outcome, PASSED, type Suite } from '../suite.ts'

/** Directories of files: which are policies, and whether they fit together. */
export const INDEX: Suite = {
  name: 'index',
  needsCorpus: true,
  skips: NO_SKIPS,
  cases: (corpus) =>
    corpus.cases('index').map((file) => ({ name: file.name, run: () => runCase(file) })),
}

interface IndexBuilderTestCase {
  readonly files: Readonly<Record<string, string>>
  readonly wantErrList?: IndexErrors
  readonly wantCompilationUnits?: readonly CompilationUnit[]
}

/** What Cerbos finds when it builds its index, by sort. */
interface IndexErrors {
  readonly loadFailures?: readonly LoadFailure[]
  readonly missingImports?: readonly Plain[]
  readonly duplicateDefs?: readonly Plain[]
  readonly missingScopeDetails?: readonly MissingScope[]
  readonly disabledDefs?: readonly { readonly file: string }[]
}

interface MissingScope {
  readonly missingPolicy: string
  readonly descendants: readonly string[]
}

interface CompilationUnit {
  readonly mainFqn: string
}

async function runCase({ content }: CaseFile): Promise<Outcome> {
  // The format of this suite, which its README describes.
  const { files, wantErrList = {}, wantCompilationUnits } = content.testCase as IndexBuilderTestCase
  const { errors, policySet } = await build(files)
  const wrong = difference(comparable(wantErrList), comparable(errors))
  if (wrong !== undefined) return failed(wrong)
  if (wantCompilationUnits === undefined) return PASSED
  const wanted = wantCompilationUnits.map(({ mainFqn }) => mainFqn).sort()
  const differing = difference(wanted, policySet?.policies.map(({ fqn }) => fqn).sort())
  return differing === undefined ? PASSED : failed(differing)
}

interface Built {
  readonly errors: IndexErrors
  readonly policySet?: LinkedPolicySet | undefined
}

/** Writes the files to the disk, because which of them are policies is what the disk source knows. */
async function build(files: Readonly<Record<string, string>>): Promise<Built> {
  const directory = await mkdtemp(join(tmpdir(), 'lockstitch-index-'))
  try {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(directory, path)), { recursive: true })
      await writeFile(join(directory, path), text)
    }
    const sources = await diskSource(directory).read()
    const compiled = compilePolicies(sources, { compat: 'cerbos' })
    return { errors: indexErrors(compiled), policySet: compiled.policySet }
  } catch (error) {
    if (!(error instanceof PolicySourceError)) throw error
    return { errors: sourceErrors(error) }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

function sourceErrors({ code, message }: PolicySourceError): IndexErrors {
  // A server that starts on nothing allows nothing: Cerbos does so, Lockstitch says that it is odd.
  if (code === 'policy-directory-empty') return {}
  const misplaced = /^`([^`]*_schemas)`/.exec(message)?.[1]
  const text = '_schemas directory must be under the root of the storage directory'
  if (code !== 'schemas-directory-misplaced' || misplaced === undefined) throw new Error(message)
  return { loadFailures: [{ file: misplaced, error: text, errorDetails: { message: text } }] }
}

function indexErrors(compiled: CompiledPolicies): IndexErrors {
  const found = cerbosFindings(compiled)
  return {
    loadFailures: found.loadFailures.map((failure) => {
      const details = errorDetails(failure)
      return { file: failure.file, error: details.message, errorDetails: details }
    }),
    missingImports: found.missingImports.map((each) => ({
      ...each,
      position: each.position && { ...each.position },
    })),
    duplicateDefs: found.duplicateDefinitions.map(({ file, otherFile, policy }) => ({
      file,
      otherFile,
      policy,
    })),
    missingScopeDetails: found.missingScopes,
    disabledDefs: found.disabledDefinitions,
  }
}

/** Lists sorted. Where a whole document stands tells nothing. */
function comparable({
  loadFailures = [],
  missingImports = [],
  duplicateDefs = [],
  missingScopeDetails = [],
  disabledDefs = [],
}: IndexErrors): Plain {
  return {
    loadFailures: sorted(loadFailures.map((each) => JSON.parse(JSON.stringify(each)))),
    missingImports: sorted(missingImports),
    duplicateDefs: sorted(duplicateDefs.map(withoutPosition)),
    missingScopeDetails: sorted(
      missingScopeDetails.map(({ missingPolicy, descendants }) => ({
        missingPolicy,
        descendants: [...descendants].sort(),
      })),
    ),
    disabledDefs: disabledDefs.map(({ file }) => file).sort(),
  }
}

function withoutPosition(value: Plain): Plain {
  const { position: _, ...rest } = value as { readonly [key: string]: Plain }
  return rest
}

function sorted(values: readonly Plain[]): readonly Plain[] {
  return [...values].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}
