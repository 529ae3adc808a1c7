/** How far Cerbos's own parser comes with a text, and what it expects there. */
interface Step {
  readonly layout: string
  readonly pattern: RegExp
}

const LAYOUT = '2006-01-02T15:04:05.999999999Z07:00'

// biome-ignore format: table
const STEPS: readonly Step[] = [
  { layout: '2006',   pattern: /^\d{4}/ },
  { layout: '-',      pattern: /^-/ },
  { layout: '01',     pattern: /^\d{2}/ },
  { layout: '-',      pattern: /^-/ },
  { layout: '02',     pattern: /^\d{2}/ },
  { layout: 'T',      pattern: /^T/ },
  { layout: '15',     pattern: /^\d{2}/ },
  { layout: ':',      pattern: /^:/ },
  { layout: '04',     pattern: /^\d{2}/ },
  { layout: ':',      pattern: /^:/ },
  { layout: '05',     pattern: /^\d{2}(?:[.,]\d+)?/ },
  { layout: 'Z07:00', pattern: /^(?:Z|[+-]\d{2}:\d{2})/ },
]

/**
 * What is wrong with a text as an RFC 3339 time, in the words that Cerbos passes on to authors of
 * tests; `undefined` for one that is right.
 */
export function timestampProblem(text: string): string | undefined {
  let rest = text
  const parsing = `parsing time ${JSON.stringify(text)}`
  for (const { layout, pattern } of STEPS) {
    const match = pattern.exec(rest)
    if (match === null) {
      return `${parsing} as "${LAYOUT}": cannot parse ${JSON.stringify(rest)} as "${layout}"`
    }
    rest = rest.slice(match[0].length)
    const outOfRange = OUT_OF_RANGE.find(([name, most, least = 0]) => {
      return layout === name && isOutside(Number(match[0].slice(0, 2)), least, most)
    })
    if (outOfRange !== undefined) return `${parsing}: ${outOfRange[3]} out of range`
  }
  if (rest !== '') return `${parsing}: extra text: ${JSON.stringify(rest)}`
  return isOutside(Number(text.slice(8, 10)), 1, daysOfMonth(text))
    ? `${parsing}: day out of range`
    : undefined
}

// biome-ignore format: table
const OUT_OF_RANGE: readonly (readonly [layout: string, most: number, least: number, name: string])[] = [
  ['01', 12, 1, 'month'],
  ['15', 23, 0, 'hour'],
  ['04', 59, 0, 'minute'],
  ['05', 59, 0, 'second'],
]

function daysOfMonth(text: string): number {
  const year = Number(text.slice(0, 4))
  const month = Number(text.slice(5, 7))
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  if (month === 2) return isLeap ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}

function isOutside(value: number, least: number, most: number): boolean {
  return value < least || value > most
}
