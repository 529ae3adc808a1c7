import type { ImportedFile } from './import.ts'

/** How a folder differs from what the import would write into it. */
export interface RbacDrift {
  readonly path: string
  /** `missing`: not in the folder; `left-over`: not of this import; `changed`: other lines. */
  readonly kind: 'missing' | 'left-over' | 'changed'
  /** The lines that differ, `-` those in the folder, `+` those of Stytch's policy now. */
  readonly lines: readonly string[]
}

/** Compares the files of a folder that the import wrote with those that it would write now. */
export function rbacDrift(
  present: readonly ImportedFile[],
  imported: readonly ImportedFile[],
): RbacDrift[] {
  const now = new Map(imported.map(({ path, text }) => [path, text]))
  const before = new Map(present.map(({ path, text }) => [path, text.replaceAll('\r\n', '\n')]))
  const paths = [...new Set([...now.keys(), ...before.keys()])].sort()
  return paths.flatMap((path): RbacDrift[] => {
    const [is, should] = [before.get(path), now.get(path)]
    if (is === should) return []
    if (is === undefined) return [{ path, kind: 'missing', lines: [] }]
    if (should === undefined) return [{ path, kind: 'left-over', lines: [] }]
    return [{ path, kind: 'changed', lines: changedLines(is.split('\n'), should.split('\n')) }]
  })
}

/** The lines between the first and the last that differ. */
function changedLines(is: readonly string[], should: readonly string[]): string[] {
  const most = Math.min(is.length, should.length)
  let start = 0
  while (start < most && is[start] === should[start]) start += 1
  let end = 0
  while (end < most - start && is.at(-1 - end) === should.at(-1 - end)) end += 1
  const between = (lines: readonly string[]): readonly string[] =>
    lines.slice(start, lines.length - end)
  return [...between(is).map((line) => `- ${line}`), ...between(should).map((line) => `+ ${line}`)]
}
