import { readFile } from 'node:fs/promises'
import {
  EngineError,
  type EngineOptions,
  type Explanation,
  explanationText,
} from '@lockstitch/engine'
import { Engine, PolicyLoadError } from '@lockstitch/engine/node'

import type { ExplainOptions } from '../commands/explain.ts'
import { CommandFailure, type ExitCode, exitCodes, reasonOf } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { type Question, QuestionError, questionsFrom } from './questions.ts'

/** Runs `lockstitch explain`. */
export async function runExplain(
  file: string | undefined,
  options: ExplainOptions,
  io: Io,
): Promise<ExitCode> {
  const questions = await readQuestions(file, options, io)
  // What a record tells is explained as of its own time.
  let now: number | undefined
  const engine = await loadEngine(options, () => now ?? Date.now())
  const texts = questions.map((question) => {
    now = question.time
    const explanation = explain(engine, question)
    return options.json ? asJson(explanation, question) : asText(explanation, question)
  })
  io.stdout.write(texts.join(options.json ? '' : '\n'))
  return exitCodes.ok
}

async function readQuestions(
  file: string | undefined,
  options: ExplainOptions,
  io: Io,
): Promise<readonly Question[]> {
  const { principal, resource, auxData, action } = options
  try {
    if (file !== undefined) {
      const given = { principal, resource, 'aux-data': auxData }
      const both = Object.entries(given).find(([, value]) => value !== undefined)
      if (both) throw usage(`expected a file or \`--${both[0]}\`, got both`)
      const text = file === '-' ? await io.readStdin() : await readText(file)
      return questionsFrom(parse(text, file === '-' ? 'standard input' : `\`${file}\``), action)
    }
    if (principal === undefined) throw usage('expected `--principal`, or a file with a request')
    if (resource === undefined) throw usage('expected `--resource` beside `--principal`')
    if (action === undefined) throw usage('expected `--action`')
    return questionsFrom({
      principal: await jsonOption(principal, 'principal'),
      resource: await jsonOption(resource, 'resource'),
      actions: action,
      ...(auxData !== undefined && { auxData: await jsonOption(auxData, 'aux-data') }),
    })
  } catch (error) {
    if (error instanceof QuestionError) throw usage(error.message, error)
    throw error
  }
}

async function loadEngine(options: ExplainOptions, clock: () => number): Promise<Engine> {
  try {
    return await Engine.fromDirectory(options.policies, { ...engineOptions(options), clock })
  } catch (error) {
    if (!(error instanceof PolicyLoadError)) throw error
    // Without a diagnostic it is the directory that is wrong.
    const code = error.diagnostics.length > 0 ? exitCodes.policies : exitCodes.failed
    const text =
      error.diagnostics.length > 0 ? `the policies do not compile\n\n${error.text}` : error.text
    throw new CommandFailure(code, text, { cause: error })
  }
}

function engineOptions(options: ExplainOptions): EngineOptions {
  const { defaults, strictEvaluation, lenientScopeSearch } = options
  if (defaults === 'lockstitch') return {}
  return {
    compat: 'cerbos',
    strictEvaluation: strictEvaluation === true,
    lenientScopeSearch: lenientScopeSearch === true,
  }
}

function explain(engine: Engine, { input, action }: Question): Explanation {
  try {
    return engine.explain(input, action)
  } catch (error) {
    if (error instanceof EngineError) throw usage(`this cannot be decided: ${error.message}`, error)
    throw error
  }
}

function asText(explanation: Explanation, { recorded }: Question): string {
  const note =
    recorded === undefined || recorded === explanation.effect
      ? ''
      : `  The record says ${verdict(recorded)}: the policies or the options were others then.\n`
  return explanationText(explanation) + (note && `\n${note}`)
}

function asJson(explanation: Explanation, { recorded }: Question): string {
  return `${JSON.stringify({ ...explanation, ...(recorded !== undefined && { recorded }) })}\n`
}

function verdict(effect: string): string {
  return effect.replace('EFFECT_', '')
}

async function jsonOption(value: string, name: string): Promise<unknown> {
  const isJson = value.trimStart().startsWith('{')
  return parse(isJson ? value : await readText(value), isJson ? `--${name}` : `\`${value}\``)
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const message = `\`${file}\` cannot be read: ${reasonOf(error)}`
    throw new CommandFailure(exitCodes.failed, message, { cause: error })
  }
}

function parse(text: string, where: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw usage(`${where} is not JSON: ${reasonOf(error)}`, error)
  }
}

function usage(message: string, cause?: unknown): CommandFailure {
  return new CommandFailure(exitCodes.usage, message, cause === undefined ? {} : { cause })
}
