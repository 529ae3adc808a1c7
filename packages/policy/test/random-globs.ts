/** Draws a number from 0 to 1 again and again, the same ones for one seed. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

// biome-ignore format: a table
const PIECES = [
  '*', '*', '*', '**', '?', '?', 'a', 'b', 'c', ':', 'ab', 'b:', 'é',
  '{a,b}', '{a,bc}', '{,a}', '{b,}', '{*,a}', '{*,b:}', '{a*,b}', '{*a,b:}', '{**,c}', '{?,ab}',
  '{a,ab,abc}', '{a:b,a:c}', '{*:a,*:b}', '{a*b,c}', '{a?,b}', '{[!a],b}', '{*a*,b}', '{a**b,c}',
  '{{a,b},c}', '{a,{b*,c}}', '{a', '{a:*:b,a:*:ab}', '{', ',', '}', '[ab]', '[!a]', '[!ab]',
  '[!:]', '[a-b]', '[!a-b]', '[b]', '[a-é]', '\\*', '\\a', '\\{', '\\', '[a', '!', ']', '-',
]
const PARTS = ['*', '**', '?', 'a', 'b', 'c', ':', 'é', '[!a]', '[ab]', '[!ab]', '{a,b*}', '{}']
// biome-ignore format: a table
const CHARACTERS = ['a', 'b', 'c', ':', 'x', 'a', 'b', 'ab', 'é', '😀', '*', '{', ',', '[', '-']

/** A pattern of a rule, mostly a strange one. */
export function randomGlob(random: () => number): string {
  const length = 1 + Math.floor(random() * 5)
  const glob = Array.from({ length }, () =>
    random() < 0.2 ? randomAlternatives(random) : pickFrom(random)(PIECES),
  ).join('')
  return glob.includes('*') ? glob : `${glob}*`
}

/** Alternatives that often begin or end alike. */
function randomAlternatives(random: () => number): string {
  const pieces = (): string => {
    const length = Math.floor(random() * 3)
    return Array.from({ length }, () => pickFrom(random)(PARTS)).join('')
  }
  const [before, behind] = [pieces(), pieces()]
  const length = 1 + Math.floor(random() * 3)
  return `{${Array.from({ length }, () => before + pieces() + behind).join(',')}}`
}

/** A name that patterns may match. */
export function randomName(random: () => number): string {
  const pick = pickFrom(random)
  return Array.from({ length: 1 + Math.floor(random() * 6) }, () => pick(CHARACTERS)).join('')
}

/** A name that a pattern matches, more or less. */
export function nameLike(glob: string, random: () => number): string {
  const pick = pickFrom(random)
  const one = (text: string): string =>
    text.replace(/\{([^{}]*)\}/g, (_, inner: string) => pick(inner.split(',')))
  const name = one(one(glob))
    .replace(/\*\*?/g, () => pick(['', 'a', 'b:', 'xb']))
    .replace(/\?/g, () => pick(['a', 'b', ':', 'é']))
    .replace(/\[!?(.)[^\]]*\]/gu, (_, first: string) => pick([first, 'b', 'a']))
    .replace(/[\\{}]/g, '')
  return name === '' ? 'a' : name
}

function pickFrom(random: () => number): <Item>(items: readonly Item[]) => Item {
  return (items) => items[Math.floor(random() * items.length)] as (typeof items)[number]
}
