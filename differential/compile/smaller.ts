import type { CompileCase } from './compile-case.ts'

/** Cases that lack a file, some lines or a word, the largest part first. */
export function* smallerCases(each: CompileCase): Iterable<CompileCase> {
  const { files } = each
  for (const file of files) {
    if (files.length > 1) yield { ...each, files: files.filter((other) => other !== file) }
  }
  for (const [index, { path, text }] of files.entries()) {
    for (const shorter of smallerTexts(text)) {
      yield { ...each, files: files.with(index, { path, text: shorter }) }
    }
  }
}

function smallerTexts(text: string): string[] {
  const lines = text.split('\n')
  const blocks = lines.flatMap((line, start) => {
    if (line === '') return []
    let end = start + 1
    while (end < lines.length && indentOf(lines[end] ?? '') > indentOf(line)) end += 1
    return [{ start, end }]
  })
  const shorter = blocks
    .sort((a, b) => b.end - b.start - (a.end - a.start))
    .map(({ start, end }) => [...lines.slice(0, start), ...lines.slice(end)].join('\n'))
  const single = lines.map((_, index) => lines.filter((__, other) => other !== index).join('\n'))
  // What stands in brackets, and a comment.
  const parts = [...text.matchAll(/, [^,[\]{}\n]+|#.*|\{[^{}\n]{3,}\}|\[[^[\]\n]{3,}\]/g)].map(
    ({ index, 0: part }) => text.slice(0, index) + text.slice(index + part.length),
  )
  return [...new Set([...shorter, ...single, ...parts])].filter((each) => each.length < text.length)
}

function indentOf(line: string): number {
  return line === '' ? Number.POSITIVE_INFINITY : line.length - line.trimStart().length
}
