import type { LocatedText, Place, ScalarStyle } from '../place.ts'
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
 * Where a value was read. Every value has one and hardly any is ever told, and policies by the
 * thousand are read at once: so it is its own path, has no more than it needs to tell the rest, and
 * what only few have is in classes of their own.
 */
export class ReadPlace implements Place, Path {
  readonly within: Path | undefined
  readonly key: string | number
  readonly start: number
  readonly end: number
  readonly anchor: number

  constructor({ within, key }: Path, { start, end }: Span, anchor: number) {
    this.within = within
    this.key = key
    this.start = start
    this.end = end
    this.anchor = anchor
  }

  get source(): SourceText {
    let root: Path = this
    while (root.within !== undefined) root = root.within
    return (root as RootPlace).source // Every path begins at the root of a file.
  }

  get span(): Span {
    return { start: this.start, end: this.end }
  }

  get path(): string {
    return pathText(this)
  }

  /** The path that Cerbos reports. */
  get anchorPath(): string {
    return this.path
  }
}

/** The place of a file's root, which knows the file. */
export class RootPlace extends ReadPlace {
  readonly #source: SourceText

  constructor(source: SourceText, span: Span, anchor: number) {
    super({ within: undefined, key: '$' }, span, anchor)
    this.#source = source
  }

  override get source(): SourceText {
    return this.#source
  }
}

/** A place whose name is quoted in paths, or whose value was merged from elsewhere. */
class OddPlace extends ReadPlace {
  readonly quoted: boolean
  readonly #anchorAt: Path | undefined

  constructor(at: Path, span: Span, anchor: number, anchorAt: Path | undefined) {
    super(at, span, anchor)
    this.quoted = at.quoted === true
    this.#anchorAt = anchorAt
  }

  override get anchorPath(): string {
    return pathText(this.#anchorAt ?? this)
  }
}

/** A text, which is its own place: most values are texts. */
class ReadText extends ReadPlace implements LocatedText {
  readonly value: string
  readonly style: ScalarStyle

  constructor(at: Path, span: Span, anchor: number, { value, style }: TextParts) {
    super(at, span, anchor)
    this.value = value
    this.style = style
  }

  get place(): Place {
    return this
  }
}

type TextParts = Pick<LocatedText, 'value' | 'style'>

/** A text with its place, as {@link readPlace} has it. */
export function readText(
  at: Path,
  span: Span,
  anchor: number,
  anchorAt: Path | undefined,
  text: TextParts,
): LocatedText {
  const isOdd = at.quoted || anchorAt !== undefined
  return isOdd
    ? { ...text, place: new OddPlace(at, span, anchor, anchorAt) }
    : new ReadText(at, span, anchor, text)
}

/** The place under a path; of a merged value with the path that it was merged from. */
export function readPlace(at: Path, span: Span, anchor: number, anchorAt?: Path): ReadPlace {
  const isOdd = at.quoted || anchorAt !== undefined
  return isOdd ? new OddPlace(at, span, anchor, anchorAt) : new ReadPlace(at, span, anchor)
}

/** A path as it is told; what has a meaning in paths is quoted. */
export function pathText({ within, key, quoted }: Path): string {
  if (within === undefined) return String(key)
  if (typeof key === 'number') return `${pathText(within)}[${key}]`
  if (quoted) return `${pathText(within)}[${JSON.stringify(key)}]`
  return /[$.*[\]]/.test(key) ? `${pathText(within)}.'${key}'` : `${pathText(within)}.${key}`
}
