import { cerbosLoadFailure } from '../../packages/policy/src/cerbos-findings.ts'
import { collectInto } from '../../packages/policy/src/diagnostics.ts'
import { withoutEchoes } from '../../packages/policy/src/echoes.ts'
import { readPolicy } from '../../packages/policy/src/read/read-policy.ts'
import { validationRules } from '../../packages/policy/src/rules/index.ts'
import { sourceText } from '../../packages/policy/src/source.ts'
import { difference, type Plain } from '../compare.ts'
import type { CaseFile } from '../corpus.ts'
import { type ErrorDetails, errorDetails } from '../policy/load-failures.ts'
import { plainPolicy } from '../policy/plain-policy.ts'
import { skipList } from '../skips/skip-list.ts'
import { failed, type Outcome, PASSED, type Suite } from '../suite.ts'

/** Policy files as text: what is read from them, and what is wrong with them. */
export const PARSER: Suite = {
  name: 'parser',
  needsCorpus: true,
  skips: skipList([
    {
      reason:
        'several documents in one file, which no policy store accepts, neither in Cerbos nor here',
      names: 'case_002, case_006, case_010',
    },
  ]),
  cases: (corpus) =>
    corpus.cases('parser').map((file) => ({ name: file.name, run: () => runCase(file) })),
}

interface ProtoYamlTestCase {
  readonly want?: readonly { readonly message: Plain }[]
  readonly wantErrors?: readonly ErrorDetails[]
}

function runCase({ name, content }: CaseFile): Outcome {
  // The format of this suite, which its README describes.
  const { want = [], wantErrors = [] } = content.testCase as ProtoYamlTestCase
  const { document, errors } = readDocument(name, content.input as string)
  const wrong = difference(comparable(wantErrors), comparable(errors))
  if (wrong !== undefined) return failed(wrong)
  // What is left of a policy with mistakes is used for nothing here.
  if (wantErrors.length > 0) return PASSED
  const read = document === undefined ? [] : [document]
  const differing = difference(
    want.map(({ message }) => message),
    read,
  )
  return differing === undefined ? PASSED : failed(differing)
}

/** Reads one policy file, without what can only be said of it beside others. */
export function readDocument(
  path: string,
  text: string,
): { readonly document: Plain; readonly errors: readonly ErrorDetails[] } {
  const found: Parameters<typeof collectInto>[0] = []
  const report = collectInto(found)
  const document = readPolicy(sourceText({ path, text }), report)
  if (document) for (const check of validationRules) check(document, report)
  return {
    document: document && plainPolicy(document),
    errors: withoutEchoes(found).map((each) => errorDetails(cerbosLoadFailure(each))),
  }
}

/** Sorted by position. The words of the YAML library that Cerbos uses are no API. */
function comparable(errors: readonly ErrorDetails[]): readonly Plain[] {
  return errors
    .map(({ kind, message, position }) => {
      const isForeign = position !== undefined && position.path === undefined
      return { kind, message: isForeign ? '(a syntax error)' : message, position: { ...position } }
    })
    .sort((a, b) => lineOf(a) - lineOf(b))
}

function lineOf({ position }: { readonly position: { readonly line?: number } }): number {
  return position.line ?? 0
}
