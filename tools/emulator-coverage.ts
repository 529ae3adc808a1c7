import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

import { memberMethods, trySignIn, userMethods } from '../examples/app/test/sign-in-methods.ts'
import { startWorkspace } from '../examples/app/test/workspace.ts'
import { endpoints } from '../packages/stytch-emulator/src/routes/index.ts'
import { checkAgainstDeclarations } from '../packages/stytch-emulator/test/contract/declarations.ts'
import {
  type OpenApi,
  problemsOf,
  responseSchema,
} from '../packages/stytch-emulator/test/contract/openapi.ts'
import {
  type CheckAnswer,
  type Outcome,
  runContract,
  strayCases,
} from '../packages/stytch-emulator/test/contract/run.ts'
import { findBrowser, launchBrowser } from './browser.ts'

/** Where Stytch's description of its API is, unless `--openapi FILE` says otherwise. */
const isAsked = process.argv.includes('--openapi')
const openapiFile = resolve(
  process.argv[process.argv.indexOf('--openapi') + 1 || -1] ??
    fileURLToPath(new URL('../../shared/reference/stytch-openapi.yml', import.meta.url)),
)

const newFields = ['intermediate_session_token_expires_at', 'id_token_template_content']

/**
 * Calls every method of the official SDK's clients that has a case, and says which have none. It fails
 * when a case does; what is not covered yet is printed apart. Before that, each way of signing in is
 * tried in a browser, into the example application.
 */
const signInFailures = await trySignIns()
const openapi = await readOpenApi()
const declarations = checkAgainstDeclarations()
const described = openapi && checkAgainst(openapi)
const outcomes = await runContract((method, answer) => [
  ...declarations(method, answer),
  ...(described?.(method, answer) ?? []),
])
if (openapi === undefined)
  say(`answers are not compared with Stytch's OpenAPI: there is none at ${openapiFile}`)
const name = ({ client, path }: Outcome): string => `${client}.${path}`
const ofKind = (kind: Outcome['kind']): readonly Outcome[] =>
  outcomes.filter((one) => one.kind === kind)

print(
  'out of scope',
  ofKind('out-of-scope').map((one) => `${name(one)}: ${one.reason}`),
)
print('not covered', ofKind('uncovered').map(name))
const failures = [
  ...ofKind('failed').map((one) => `${name(one)}: ${one.reason}`),
  ...strayCases(outcomes).map((path) => `${path}: the SDK has no such method`),
]
print('failed', failures)
for (const client of ['B2BClient', 'Client'] as const) {
  const own = outcomes.filter((one) => one.client === client)
  say(`${client}: ${count(own, 'covered')} of ${own.length} methods covered`)
}
const inScope = outcomes.length - count(outcomes, 'out-of-scope')
say(`${count(outcomes, 'covered')} of ${inScope} SDK methods`)
if (failures.length + signInFailures > 0) process.exitCode = 1

/** How many ways of signing in fail; all of them where there is no browser. */
async function trySignIns(): Promise<number> {
  const methods = [...memberMethods, ...userMethods]
  const found = findBrowser()
  if ('missing' in found) {
    say(`no sign-in is tried: ${found.missing}`)
    return methods.length
  }
  const workspace = await startWorkspace()
  const browser = await launchBrowser()
  let failed = 0
  for (const method of methods) {
    const context = await browser.newContext()
    try {
      await trySignIn(await context.newPage(), workspace, method)
      say(`sign-in ${method.name}: ok`)
    } catch (error) {
      failed += 1
      say(`sign-in ${method.name}: failed: ${String(error)}`)
    }
    await context.close()
  }
  await browser.close()
  await workspace.close()
  return failed
}

function count(list: readonly Outcome[], kind: Outcome['kind']): number {
  return list.filter((one) => one.kind === kind).length
}

function print(title: string, lines: readonly string[]): void {
  if (lines.length === 0) return
  say(`${title} (${lines.length}):`)
  for (const line of lines) say(`  ${line}`)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Only where nobody asked for it may it be missing. */
async function readOpenApi(): Promise<OpenApi | undefined> {
  if (!isAsked && !existsSync(openapiFile)) return undefined
  return parse(await readFile(openapiFile, 'utf8')) as OpenApi
}

/** Answers of methods that the emulator serves, compared with what Stytch publishes of them. */
function checkAgainst(api: OpenApi): CheckAnswer {
  return (method, answer) => {
    const row = endpoints.find(
      ({ sdk, clients }) => sdk === method.path && clients.includes(method.client),
    )
    const schema = row && responseSchema(api, row.method, pathDescribed(api, row.path))
    if (schema === undefined) return []
    return problemsOf(api, schema, answer).filter((problem) => !isDrift(problem))
  }
}

/**
 * The path whose answer the description has right. It gives the links of users the answer of the
 * members' links; while it does, theirs is compared with the answer of passcodes, which is the same
 * in the SDK's types.
 */
function pathDescribed(api: OpenApi, path: string): string {
  if (path !== '/v1/magic_links/authenticate') return path
  const schemas = [path, '/v1/b2b/magic_links/authenticate'].map((one) =>
    JSON.stringify(responseSchema(api, 'POST', one)),
  )
  return schemas[0] === schemas[1] ? '/v1/otps/authenticate' : path
}

/** Fields that the SDK's types have and the description, which is older, does not. */
function isDrift(problem: string): boolean {
  const field = /^(?:.*\.)?(\w+): the description does not know it$/.exec(problem)?.[1] ?? ''
  return newFields.includes(field) || problem === 'request_id: the description does not know it'
}
