import { describe, expect, test } from 'vitest'

import { findCerbos } from '../cerbos/binary.ts'
import { answerDifference, findingText } from './answer.ts'
import { openCerbosOracle } from './cerbos-oracle.ts'
import type { CompileCase } from './compile-case.ts'
import { TOKEN } from './folder.ts'
import { plantedAnswer } from './plants.ts'

const HEAD = 'apiVersion: api.cerbos.dev/v1\n'
const CONSTANTS = `${HEAD}exportConstants:\n  name: ${TOKEN}\n  definitions:\n`

function rule(fields: string): string {
  return `${HEAD}resourcePolicy: {resource: ${TOKEN}, version: default, rules: [{roles: [user], ${fields}}]}\n`
}

/** What YAML has in one way and Cerbos's parser in another, or not at all. */
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  'a colon in a flow mapping ends no address and no value': [
    rule('actions: [http://a], effect: EFFECT_ALLOW'),
    rule('actions: [a], effect: a:b'),
    `${CONSTANTS}    a: {b:# c}\n`,
    `${CONSTANTS}    a: {b:'c}\n`,
    `${CONSTANTS}    a: {b:@c}\n`,
    `${CONSTANTS}    a: {b: [c, -"d:*"]}\n`,
  ],
  'tabs in double quotes swallow what follows': [
    `${HEAD}exportConstants:\n  description: "a\tb"\n  name: ${TOKEN}\n`,
    `${CONSTANTS}    a: ["b\tc", d]\n`,
    `${CONSTANTS}    a: ["b\tc" , d]\n`,
    `${CONSTANTS}    a: "b\tc"\n`,
  ],
  'keys are names everywhere': [
    `${CONSTANTS}    a: {1: b}\n`,
    `${CONSTANTS}    a:\n      - true: b\n`,
    `${HEAD}metadata: {sourceAttributes: {attributes: {a: {1.5: b}}}}\nexportConstants: {name: ${TOKEN}}\n`,
  ],
  'a quotation has an end': [
    `${HEAD}description: "a\\"\n"exportConstants":\n  name: ${TOKEN}\n`,
    `${HEAD}description: 'a''\n'exportConstants':\n  name: ${TOKEN}\n`,
  ],
  'a repeated key comes before a mistake of syntax below it': [
    `a: 1\na: 2\nb: [\n`,
    `a: 1\na: 2\nb: c: d\n`,
    `a: 1\nb: [}\na: 2\n`,
  ],
  'own fields win over merged ones': [
    rule(
      "actions: [a], effect: EFFECT_ALLOW, condition: {match: &m {expr: 'true'}}}, {roles: [user], actions: [b], effect: EFFECT_DENY, condition: {match: {<<: *m, all: {of: [{expr: 'P.id == R.id'}]}}}",
    ),
  ],
}

/** Cerbos has a mapping where YAML has a text. */
test.each([
  rule('actions: [view:public], effect: EFFECT_ALLOW'),
  rule('actions: [a, view:public:all], effect: EFFECT_ALLOW'),
  rule('actions: [a], effect:EFFECT_ALLOW'),
  `${CONSTANTS}    a: {max:5}\n`,
])('what a colon in brackets ends is refused: %s', (text) => {
  const { findings } = plantedAnswer([{ path: `${TOKEN}/file.yaml`, text }], undefined)
  expect(findings.map(findingText).join()).toMatch(/\[syntax\] $/)
})

describe.skipIf('missing' in findCerbos())('as the real Cerbos', () => {
  test.each(Object.entries(TEXTS))('%s', { timeout: 60_000 }, async (_name, texts) => {
    const oracle = await openCerbosOracle()
    try {
      const cases = texts.map((text): CompileCase => {
        const files = [{ path: `${TOKEN}/file.yaml`, text }]
        return { files, made: [], fields: [], alone: false }
      })
      const answers = await oracle.ask(cases)
      for (const [i, { files }] of cases.entries()) {
        const theirs = answers[i]
        const ours = plantedAnswer(files, undefined)
        const told = [files[0]?.text, ...(theirs?.findings ?? []).map(findingText)].join('\n')
        expect(theirs && answerDifference(ours, theirs), told).toBe(undefined)
      }
    } finally {
      await oracle.close()
    }
  })
})
