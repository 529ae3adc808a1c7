import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { expect, test } from 'vitest'

import * as cerbos from '../src/cerbos.ts'
import * as defineFunction from '../src/define-function.ts'
import * as cel from '../src/index.ts'
import * as print from '../src/print.ts'
import * as reduce from '../src/reduce.ts'

/** The entries that the README imports. */
const ENTRIES: Readonly<Record<string, unknown>> = {
  '@lockstitch/cel': cel,
  '@lockstitch/cel/cerbos': cerbos,
  '@lockstitch/cel/define-function': defineFunction,
  '@lockstitch/cel/print': print,
  '@lockstitch/cel/reduce': reduce,
}

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const programs = [...readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text)

/** What a program prints, line by line. */
function printed(program: string): readonly string[] {
  const { outputText } = ts.transpileModule(program, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  })
  const lines: string[] = []
  const log = (value: unknown): void => void lines.push(String(value))
  // The README is ours.
  const run = new Function('require', 'exports', 'console', outputText)
  run((name: string) => ENTRIES[name], {}, { log, error: log })
  return lines
}

test.each(programs.map((program, i) => [i + 1, program] as const))(
  'the program %i of the README prints what its comments say',
  (_, program) => {
    const expected = [...program.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)].map(
      ([, text]) => text,
    )
    expect(expected.length).toBeGreaterThan(0)
    expect(printed(program)).toEqual(expected)
  },
)
