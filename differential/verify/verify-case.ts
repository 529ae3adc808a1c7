import type { RunOptions } from '@lockstitch/verify'

/** JSON that is built and taken apart piece by piece. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

export type JsonObject = { [name: string]: Json }

/** A directory of policies and tests, and how they are run. */
export interface VerifyCase {
  /** Contents by path. JSON is YAML, and any mistake in it has a position. */
  readonly files: Readonly<Record<string, Json>>
  readonly way: Way
  /** What the case tries out. */
  readonly features: readonly string[]
}

/** A way of running tests: flags of `cerbos compile` and options of ours that mean the same. */
export interface Way {
  readonly name: string
  readonly flags: readonly string[]
  readonly options: RunOptions
}

// biome-ignore format: table
export const WAYS: readonly Way[] = [
  { name: 'plain',          flags: [],                                                      options: {} },
  { name: 'skip-batching',  flags: ['--skip-batching'],                                     options: { skipBatching: true } },
  { name: 'strict',         flags: ['--strict-evaluation'],                                 options: { strictEvaluation: true } },
  { name: 'ignore-schemas', flags: ['--ignore-schemas'],                                    options: { schemaEnforcement: 'none' } },
  { name: 'run',            flags: ['--run=second|p2'],                                     options: { run: 'second|p2' } },
  { name: 'filter actions', flags: ['--test-filter=action=v*'],                             options: { filter: { action: ['v*'] } } },
  { name: 'filter others',  flags: ['--test-filter=test=f*;resource=r1;principal=p[12]'],   options: { filter: { test: ['f*'], resource: ['r1'], principal: ['p[12]'] } } },
]

/**
 * Stands in every name that policies are found by, so that many cases can lie in one directory
 * without meeting: each gets a number of its own there, of the same length.
 */
export const TOKEN = 'N00000'

/** The text of a file, with a case's own number in it. */
export function textOf(content: Json, token: string): string {
  return JSON.stringify(content, undefined, 1).replaceAll(TOKEN, token)
}
