/** One step of a pattern: which characters it matches, or any number but slashes. */
type Token = 'star' | ((character: string) => boolean)

const MAX_STEPS = 10_000_000

/**
 * Matches a whole path against a pattern as Go does: `*` and `?` do not match `/`; `[a-c]` and
 * `[^x]` are classes. Answers `undefined` for a malformed pattern, or one too long for the path.
 */
export function matchPath(pattern: string, path: string): boolean | undefined {
  const tokens = readPattern(pattern)
  const characters = [...path]
  if (tokens === undefined || tokens.length * characters.length > MAX_STEPS) return undefined
  // reached[i]: whether the tokens so far match the first i characters. No backtracking.
  let reached = characters.map(() => false)
  reached.unshift(true)
  for (const token of tokens) reached = advance(token, reached, characters)
  return reached[characters.length] === true
}

function advance(
  token: Token,
  reached: readonly boolean[],
  characters: readonly string[],
): boolean[] {
  const next = reached.map(() => false)
  for (let i = 0; i <= characters.length; i += 1) {
    const previous = characters[i - 1]
    if (token === 'star') {
      const extended = previous !== undefined && previous !== '/' && next[i - 1] === true
      next[i] = reached[i] === true || extended
    } else next[i] = previous !== undefined && reached[i - 1] === true && token(previous)
  }
  return next
}

function readPattern(pattern: string): readonly Token[] | undefined {
  const tokens: Token[] = []
  const characters = [...pattern]
  for (let i = 0; i < characters.length; i += 1) {
    const character = characters[i] as string
    if (character === '*') tokens.push('star')
    else if (character === '?') tokens.push((each) => each !== '/')
    else if (character !== '[') tokens.push((each) => each === character)
    else {
      const end = readClass(characters, i + 1, tokens)
      if (end === undefined) return undefined
      i = end
    }
  }
  return tokens
}

/** Reads a class from behind its `[` and answers with the position of its `]`. */
function readClass(
  characters: readonly string[],
  start: number,
  tokens: Token[],
): number | undefined {
  const isNegated = characters[start] === '^'
  const ranges: (readonly [low: string, high: string])[] = []
  let pos = isNegated ? start + 1 : start
  while (characters[pos] !== ']' || ranges.length === 0) {
    const low = characters[pos]
    if (low === undefined || low === '-' || low === ']') return undefined
    let high = low
    if (characters[pos + 1] === '-') {
      const written = characters[pos + 2]
      if (written === undefined || written === '-' || written === ']') return undefined
      high = written
      pos += 2
    }
    ranges.push([low, high])
    pos += 1
  }
  const code = (character: string): number => character.codePointAt(0) ?? 0
  tokens.push((each) => {
    const isIn = ranges.some(([low, high]) => code(each) >= code(low) && code(each) <= code(high))
    return isIn !== isNegated
  })
  return pos
}
