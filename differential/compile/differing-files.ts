import { answerDifference, type CompileAnswer, type Finding, isOfFile } from './answer.ts'
import type { CompileCase } from './compile-case.ts'

/** What both sides find in a file. */
export interface InFile {
  readonly file: string
  readonly here: readonly Finding[]
  readonly there: readonly Finding[]
}

/** What the sides find in the files about which they do not agree. */
export function differInFiles(ours: CompileAnswer, theirs: CompileAnswer): readonly InFile[] {
  // Beside a file that does not load, nothing else is compared.
  const onlyFiles = ofFiles(ours).length + ofFiles(theirs).length > 0
  const compared = onlyFiles ? ofFiles : ({ findings }: CompileAnswer) => findings
  const files = new Set([...compared(ours), ...compared(theirs)].map(({ file }) => file))
  return [...files].flatMap((file) => {
    const of = (answer: CompileAnswer): CompileAnswer => ({
      findings: compared(answer).filter((finding) => finding.file === file),
    })
    const [here, there] = [of(ours), of(theirs)]
    if (answerDifference(here, there) === undefined) return []
    return [{ file, here: here.findings, there: there.findings }]
  })
}

/** The text of a file of a case. */
export function textOf(files: CompileCase['files'], file: string): string {
  return files.find(({ path }) => path === file)?.text ?? ''
}

/** Whether there are some, and all are so. */
export function all<Item>(items: readonly Item[], isSo: (item: Item) => boolean): boolean {
  return items.length > 0 && items.every(isSo)
}

/** The findings about files that do not load. */
function ofFiles({ findings }: CompileAnswer): readonly Finding[] {
  return findings.filter(({ step }) => isOfFile(step))
}

/** The line of a place. */
export function lineOf(at: string): number {
  return Number.parseInt(at, 10)
}

/** How far into a text a place is. */
export function offsetOf(at: string, text: string): number {
  const [line = 1, column = 1] = at.split(' ')[0]?.split(':').map(Number) ?? []
  const above = text.split('\n').slice(0, line - 1)
  const start = above.reduce((sum, each) => sum + each.length + 1, 0)
  // Columns count characters, not the units of which some have two.
  const inLine = [...(text.slice(start).split('\n')[0] ?? '')].slice(0, column - 1)
  return start + inLine.join('').length
}
