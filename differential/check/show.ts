import { type CheckCase, textOf } from './policy-set.ts'

const MOST_FILES = 12

/** The policies and settings of a case, to be read. */
export function shownCase({ policies: { files }, settings }: CheckCase): readonly string[] {
  const shown =
    files.length > MOST_FILES
      ? [`(${files.length} files)`]
      : files.flatMap((file) => [file.path, oneLine(textOf(file))])
  return [...shown, `settings: ${JSON.stringify(settings)}`]
}

function oneLine(json: string): string {
  return `  ${JSON.stringify(JSON.parse(json))}`
}
