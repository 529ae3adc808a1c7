import type { Place } from '../place.ts'
import type { SourceText, Span } from '../source.ts'

/** The fields and the positions in lists that lead from the root of a file to a value. */
export interface Path {
  /** Undefined at the root, whose key is `$`. */
  readonly within: Path | undefined
  readonly key: string | number
  /** Whether a name is written `["name"]`, as test suites have it. */
  readonly quoted?: boolean
}

/**
 * Where a value was read. Every value has one and hardly any is ever told, so that its path is put
 * together when somebody asks: policies by the thousand are read at once.
 */
export class ReadPlace implements Place {
  readonly source: SourceText
  readonly span: Span
  readonly at: Path
  readonly anchor: number
  /** The path that Cerbos reports, which of a merged value is where it was merged from. */
  readonly anchorAt: Path

  constructor(source: SourceText, span: Span, at: Path, anchor: number, anchorAt: Path = at) {
    this.source = source
    this.span = span
    this.at = at
    this.anchor = anchor
    this.anchorAt = anchorAt
  }

  get path(): string {
    return pathText(this.at)
  }

  get anchorPath(): string {
    return pathText(this.anchorAt)
  }
}

/** A path as it is told; what has a meaning in paths is quoted. */
export function pathText({ within, key, quoted }: Path): string {
  if (within === undefined) return String(key)
  if (typeof key === 'number') return `${pathText(within)}[${key}]`
  if (quoted) return `${pathText(within)}[${JSON.stringify(key)}]`
  return /[$.*[\]]/.test(key) ? `${pathText(within)}.'${key}'` : `${pathText(within)}.${key}`
}
