/**
 * Decides whether a pattern may run on the platform's backtracking engine: a pattern of single
 * characters and classes whose meaning is the same there as in RE2, and which can match a text in
 * one way only, so that there is nothing to backtrack into. Everything else is RE2's.
 */
export function safeRegExp(pattern: string): RegExp | undefined {
  const parts = readParts(pattern)
  if (parts === undefined || !isDeterministic(parts)) return undefined
  const body = parts.atoms.map((atom) => atom.source + atom.quantifier).join('')
  return new RegExp(`${parts.start ? '^' : ''}${body}${parts.end ? '$' : ''}`, 'u')
}

interface Atom {
  readonly source: string
  /** The characters that it matches, all of them ASCII. */
  readonly ascii: ReadonlySet<number>
  readonly quantifier: '' | '?' | '*' | '+'
}

interface Parts {
  readonly start: boolean
  readonly end: boolean
  readonly atoms: readonly Atom[]
}

const LITERAL = /[A-Za-z0-9 _@/:,;=!"#%&'<>~-]/y
const ESCAPED = /\\[.\-/+*?()[\]{}|^$\\]/y
const DIGIT_CLASS = /\\d/y
const WORD_CLASS = /\\w/y
const CLASS = /\[(?:[A-Za-z0-9_.@:%+ ]-[A-Za-z0-9_.@:%+ ]|\\[.\-/+*?\\]|[A-Za-z0-9_.@:%+ ])+-?\]/y
const QUANTIFIER = /[*+?](?![*+?{])/y

function readParts(pattern: string): Parts | undefined {
  const atoms: Atom[] = []
  const start = pattern.startsWith('^')
  let pos = start ? 1 : 0
  const take = (expression: RegExp): string | undefined => {
    expression.lastIndex = pos
    const text = expression.exec(pattern)?.[0]
    if (text !== undefined) pos += text.length
    return text
  }
  while (pos < pattern.length) {
    if (pattern[pos] === '$' && pos === pattern.length - 1) return { start, end: true, atoms }
    const atom = readAtom(take)
    if (atom === undefined) return undefined
    const quantifier = (take(QUANTIFIER) ?? '') as Atom['quantifier']
    atoms.push({ ...atom, quantifier })
  }
  return { start, end: false, atoms }
}

type Take = (expression: RegExp) => string | undefined

function readAtom(take: Take): Omit<Atom, 'quantifier'> | undefined {
  const literal = take(LITERAL)
  if (literal !== undefined) return atomOf(literal)
  const escaped = take(ESCAPED)
  if (escaped !== undefined) return atomOf(escaped.slice(1))
  if (take(DIGIT_CLASS)) return classAtom('[0-9]')
  if (take(WORD_CLASS)) return classAtom('[0-9A-Za-z_]')
  const characterClass = take(CLASS)
  return characterClass === undefined ? undefined : classAtom(characterClass)
}

function atomOf(character: string): Omit<Atom, 'quantifier'> {
  const source = /[\\^$.*+?()[\]{}|/-]/.test(character) ? `[\\${character}]` : character
  return { source, ascii: new Set([character.charCodeAt(0)]) }
}

function classAtom(source: string): Omit<Atom, 'quantifier'> | undefined {
  const matcher = classMatcher(source)
  if (matcher === undefined) return undefined
  const ascii = new Set<number>()
  for (let code = 0; code < 128; code += 1) {
    if (matcher.test(String.fromCharCode(code))) ascii.add(code)
  }
  return { source: matcher.source, ascii }
}

function classMatcher(source: string): RegExp | undefined {
  // A last `-` stands for itself; the `u` flag wants it escaped.
  const escaped = source.endsWith('-]') ? `${source.slice(0, -2)}\\-]` : source
  try {
    return new RegExp(escaped, 'u')
  } catch {
    return undefined // A range from a later to an earlier character: RE2 words the error.
  }
}

function isDeterministic({ start, atoms }: Parts): boolean {
  const repeats = atoms.some(({ quantifier }) => quantifier === '*' || quantifier === '+')
  // Without `^` each position of the text is tried, which repetition would make quadratic.
  if (repeats && !start) return false
  return atoms.every((atom, i) => {
    if (atom.quantifier === '') return true
    for (const next of atoms.slice(i + 1)) {
      if (overlap(atom, next)) return false
      if (next.quantifier === '' || next.quantifier === '+') return true
    }
    return true
  })
}

function overlap(a: Atom, b: Atom): boolean {
  for (const code of a.ascii) if (b.ascii.has(code)) return true
  return false
}
