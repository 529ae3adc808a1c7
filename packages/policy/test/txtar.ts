import type { SourceFile } from '../src/source.ts'

/** The files of a text in which each begins with a line `-- path --`. */
export function filesIn(text: string): SourceFile[] {
  const parts = text.split(/^-- (.+) --\n/m).slice(1)
  const files: SourceFile[] = []
  for (let index = 0; index < parts.length; index += 2) {
    files.push({ path: parts[index] ?? '', text: parts[index + 1] ?? '' })
  }
  return files
}
