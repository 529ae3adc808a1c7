import { difference, type Plain } from '../compare.ts'
import type { CaseFile } from '../corpus.ts'
import { NO_SKIPS } from '../skips/skip-list.ts'
import { failed, type Outcome, PASSED, type Suite } from '../suite.ts'
import { readDocument } from './parser.ts'

/** One policy in several forms, which mean the same. */
export const POLICY_FORMATS: Suite = {
  name: 'policy_formats',
  needsCorpus: true,
  skips: NO_SKIPS,
  cases: (corpus) =>
    corpus.cases('policy_formats').map((file) => ({ name: file.name, run: () => runCase(file) })),
}

function runCase({ content }: CaseFile): Outcome {
  // The format of this suite, which its README describes.
  const { files, want, wantErr } = content as unknown as {
    readonly files: Readonly<Record<string, string>>
    readonly want?: Plain
    readonly wantErr?: string
  }
  const wrong = Object.entries(files).flatMap(([path, text]) => {
    const { document, errors } = readDocument(path, text)
    const messages = errors.map(({ message }) => message).join('; ')
    if (wantErr !== undefined) {
      return messages.includes(wantErr) ? [] : [`${path}: expected “${wantErr}”, got “${messages}”`]
    }
    const problem = messages || (want && difference(want, document))
    return problem || document === undefined ? [`${path}: ${problem ?? 'there is no policy'}`] : []
  })
  return wrong.length === 0 ? PASSED : failed(wrong.join('\n'))
}
