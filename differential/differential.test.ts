import { BOOL } from '@lockstitch/cel'
import { describe, expect, test } from 'vitest'
import { CEL_AREA } from './areas/cel.ts'
import { CHECK_AREA } from './areas/check.ts'
import { ALL_FEATURES, type CelCase, generateCase } from './cel/generate.ts'
import { answerOf, honestCompiler } from './cel/ours.ts'
import { compilerWith, PLANTS } from './cel/plants.ts'
import { smallerCases } from './cel/smaller.ts'
import { featuresOf, leaf, render } from './cel/tree.ts'
import { findCerbos } from './cerbos/binary.ts'
import {
  ALL_FEATURES as ALL_CHECK_FEATURES,
  featuresOf as checkFeaturesOf,
} from './check/features.ts'
import { generateCase as generateCheckCase } from './check/generate.ts'
import { decideBy } from './check/ours.ts'
import { PLANTS as CHECK_PLANTS } from './check/plants.ts'
import { runDifferential } from './run.ts'

const text = ({ value, condition, input }: CelCase): string =>
  JSON.stringify([render(value), render(condition), input])

/** A case about one expression without a request. */
function caseOf(expression: string): CelCase {
  const input = { principal: {}, resource: { n: 1, s: 'a', nothing: null }, claims: {} }
  return { value: leaf(expression, BOOL), condition: leaf('true', BOOL), input, seed: 0, index: 0 }
}

describe('the generator', () => {
  test('a seed and an index make the same case each time', () => {
    for (const index of [0, 1, 77, 4000]) {
      expect(text(generateCase(1, index))).toBe(text(generateCase(1, index)))
      expect(text(generateCase(1, index))).not.toBe(text(generateCase(2, index)))
    }
  })

  test('every feature has its turn', () => {
    const counts = new Map(ALL_FEATURES.map((feature) => [feature, 0]))
    for (let index = 0; index < 2000; index += 1) {
      const { value, condition } = generateCase(1, index)
      for (const feature of new Set([...featuresOf(value), ...featuresOf(condition)])) {
        const count = counts.get(feature)
        if (count !== undefined) counts.set(feature, count + 1)
      }
    }
    expect([...counts].filter(([, count]) => count < 3)).toEqual([])
  })

  test('smaller cases are smaller, and end', () => {
    let each = generateCase(1, 1234)
    for (let step = 0; step < 1000; step += 1) {
      const [smaller] = smallerCases(each)
      if (smaller === undefined) return
      expect(text(smaller).length).toBeLessThan(text(each).length)
      each = smaller
    }
    throw new Error('cases get smaller for ever')
  })
})

// An expression that tells each bug apart; without one it would not be known whether it is there.
// biome-ignore format: a table
const REVEALING: Readonly<Record<string, string>> = {
  'addition-wraps': '9223372036854775807 + 1',
  'uint-subtraction-wraps': '1u - 2u',
  'division-rounds-down': '-7 / 2',
  'modulo-has-sign-of-divisor': '-7 % 2',
  'size-in-utf16-units': 'size("😀")',
  'char-at-in-utf16-units': '"😀a".charAt(1)',
  'months-from-1': 'timestamp(0).getMonth()',
  'days-of-month-from-0': 'timestamp(0).getDate()',
  'sunday-is-7': 'timestamp("2024-03-10T12:00:00Z").getDayOfWeek()',
  'time-zone-ignored': 'timestamp(0).getHours("Asia/Kolkata")',
  'milliseconds-only': 'timestamp("2024-03-10T12:00:00.123456Z") == timestamp("2024-03-10T12:00:00.123Z")',
  'int-rounds': 'int(1.9)',
  'bool-takes-two-words': 'bool("1")',
  'double-text-of-javascript': 'string(1e-7)',
  'starts-with-ignores-case': '"ABC".startsWith("a")',
  'lower-ascii-lowers-all': '"É".lowerAscii()',
  'split-drops-the-rest': '"a,b,c".split(",", 2)',
  'non-zero-takes-all': 'optional.ofNonZeroValue(0).hasValue()',
  'ancestor-of-itself': 'hierarchy("a").ancestorOf(hierarchy("a"))',
  'intersect-from-the-left': '[1, 2, 3].intersect([3, 1])',
  'and-does-not-absorb': 'R.attr.nope && false',
  'or-does-not-absorb': 'R.attr.nope || true',
  'any-condition': 'dyn(1) ? "yes" : "no"',
  'missing-key-is-null': 'R.attr.nope == null',
  'has-null-is-false': 'has(R.attr.nothing)',
  'has-on-scalar-fails': 'has(R.attr.n.x)',
  'in-ignores-types': '1 in [dyn("1")]',
  'equality-needs-one-type': '1 == dyn(1.0)',
  'order-in-utf16-units': '"\\uFFFF" < "😀"',
  'exists-one-takes-several': '[1, 2].exists_one(i, true)',
  'element-beyond-end-is-null': '[1][5]',
  'types-not-checked': '1 == "a"',
  'whole-numbers-are-ints': 'R.attr.n + 1',
}

describe('planted bugs', () => {
  const honest = honestCompiler()

  test('there are at least 20, each with an expression that reveals it', () => {
    expect(PLANTS.length).toBeGreaterThanOrEqual(20)
    expect(Object.keys(REVEALING).sort()).toEqual(PLANTS.map(({ name }) => name).sort())
  })

  test.each(Object.entries(REVEALING))(
    '%s shows in `%s`, and nowhere else among these',
    (name, expression) => {
      const planted = compilerWith(name)
      const shows = (each: string): boolean =>
        JSON.stringify(answerOf(caseOf(each), planted)) !==
        JSON.stringify(answerOf(caseOf(each), honest))
      expect(shows(expression)).toBe(true)
      expect(
        ['1 + 1', '"abc".size()', 'R.attr.s == "a"', '[1, 2].exists(i, i == 2)'].filter(shows),
      ).toEqual([])
    },
  )
})

describe('cases about decisions', () => {
  // From several policy sets, of which each has other settings.
  const cases = Array.from({ length: 900 }, (_, i) => generateCheckCase(1, i * 23))

  test('a seed and an index make the same case each time', () => {
    expect(JSON.stringify(generateCheckCase(1, 77))).toBe(JSON.stringify(generateCheckCase(1, 77)))
    expect(JSON.stringify(generateCheckCase(1, 77))).not.toBe(
      JSON.stringify(generateCheckCase(2, 77)),
    )
  })

  test('every feature has its turn', () => {
    const found = new Set(cases.flatMap(checkFeaturesOf))
    expect(ALL_CHECK_FEATURES.filter((feature) => !found.has(feature))).toEqual([])
  })

  test('the policies compile, and the model agrees with the engine', () => {
    const decide = decideBy(undefined)
    for (const each of cases.slice(0, 300)) {
      const answer = decide(each)
      expect(answer.kind).toBe('decided')
      expect(answer).not.toHaveProperty('model')
    }
  })

  test('there are at least 20 bugs to plant, and each changes an answer', () => {
    expect(CHECK_PLANTS.length).toBeGreaterThanOrEqual(20)
    const decide = decideBy(undefined)
    const honest = cases.map((each) => JSON.stringify(decide(each)))
    const unseen = CHECK_PLANTS.filter((plant) => {
      const planted = decideBy(plant)
      return cases.every((each, i) => JSON.stringify(planted(each)) === honest[i])
    })
    expect(unseen.map(({ name }) => name)).toEqual([])
  }, 120_000)
})

describe('the command', () => {
  const run = async (args: readonly string[]) => {
    const lines: string[] = []
    const print = (line: string): void => {
      lines.push(line)
    }
    const code = await runDifferential({ args, areas: [CEL_AREA, CHECK_AREA], print })
    return { code, text: lines.join('\n') }
  }

  test.each([
    { args: [], says: '--area is missing' },
    { args: ['--area', 'poetry'], says: 'no area is named poetry' },
    { args: ['--area', 'cel', '--cases', 'many'], says: '--cases takes a whole number' },
    { args: ['--area', 'cel', '--plant', 'nothing'], says: 'no bug is named nothing' },
    { args: ['--area', 'cel', '--colour', 'red'], says: 'unknown argument' },
  ])('$args: $says', async ({ args, says }) => {
    const { code, text: printed } = await run(args)
    expect(code).toBe(2)
    expect(printed).toContain(says)
  })

  test('lists the bugs that it can plant', async () => {
    const { code, text: printed } = await run(['--area', 'cel', '--plant', 'list'])
    expect(code).toBe(0)
    for (const { name } of PLANTS) expect(printed).toContain(name)
  })

  // The real Cerbos is there on the platforms for which npm has it.
  const cerbos = findCerbos()
  test.skipIf('missing' in cerbos)(
    'finds a planted bug with the real Cerbos',
    { timeout: 120_000 },
    async () => {
      const args = [
        '--area',
        'cel',
        '--seed',
        '1',
        '--cases',
        '150',
        '--plant',
        'or-does-not-absorb',
      ]
      const { code, text: printed } = await run(args)
      expect(printed).toMatch(/planted or-does-not-absorb: found/)
      expect(printed).toContain('|| ')
      expect(printed).toMatch(/, 1 differ$/)
      expect(code).toBe(1)
    },
  )

  test.skipIf('missing' in cerbos)(
    'decides as the real Cerbos does',
    { timeout: 120_000 },
    async () => {
      const { code, text: printed } = await run(['--area', 'check', '--seed', '1', '--cases', '40'])
      expect(printed).toMatch(/differential check: 40 agree, 0 differ/)
      expect(code).toBe(0)
    },
  )
})
