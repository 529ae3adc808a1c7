import type { KnownDifference } from '../area.ts'
import { type CompileAnswer, CRASH, type Finding, findingText, isOfFile, SYNTAX } from './answer.ts'
import type { CompileCase } from './compile-case.ts'

/** What is meant to differ from Cerbos, or cannot be helped. */
export const KNOWN: readonly KnownDifference<CompileCase, CompileAnswer>[] = [
  {
    reason: 'Cerbos panics, as of a file that ends with `---`',
    applies: (_, __, { findings }) => findings.some(({ kind }) => kind === CRASH),
  },
  {
    reason:
      'a number that is no scope permission is refused here, and nobody knows what it means there',
    applies: (_, { findings }, theirs) =>
      findings.some(
        (finding) =>
          finding.kind === 'enum value' &&
          /\.scope_?[pP]ermissions$/.test(finding.at) &&
          !hasLike(theirs, finding),
      ),
  },
  {
    reason: 'Cerbos counts a comment in a file with CRLF as two lines',
    applies: ({ files }, ours, theirs) =>
      files.some(({ text }) => /#.*\r\n/.test(text)) && sameBut('at', ours, theirs),
  },
  {
    reason: 'a mistake in a value with an anchor is told once here, and for each use of it there',
    applies: ({ files }, ours, theirs) =>
      files.some(({ text }) => /(?<![&\w])&[\wé]/.test(text)) &&
      ofFiles(theirs).length > 0 &&
      ofFiles(theirs).every((finding) => hasLike(ours, finding)) &&
      ofFiles(ours).every((finding) => hasLike(theirs, finding)),
  },
  {
    reason: 'Cerbos takes a tab at the start of a line for a mistake, even where the line is blank',
    applies: ({ files }, ours, theirs) =>
      ofFiles(theirs).some(
        ({ file, kind }) =>
          kind === SYNTAX &&
          !ofFiles(ours).some((mine) => mine.file === file && mine.kind === kind) &&
          files.some(({ path, text }) => path === file && /^ *\t/m.test(text)),
      ),
  },
]

function ofFiles({ findings }: CompileAnswer): readonly Finding[] {
  return findings.filter(({ step }) => isOfFile(step))
}

function hasLike({ findings }: CompileAnswer, { file, kind }: Finding): boolean {
  return findings.some((finding) => finding.file === file && finding.kind === kind)
}

/** Whether the findings are the same but for one part of them. */
function sameBut(part: keyof Finding, ours: CompileAnswer, theirs: CompileAnswer): boolean {
  const texts = ({ findings }: CompileAnswer): string =>
    JSON.stringify(findings.map((finding) => findingText({ ...finding, [part]: '' })).sort())
  return texts(ours) === texts(theirs)
}
