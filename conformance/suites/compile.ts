import { compilePolicies, type LinkedPolicySet, parentScopes } from '@lockstitch/policy'

import { difference, type Plain } from '../compare.ts'
import type { CaseFile, Corpus } from '../corpus.ts'
import { type CompileError, compileErrors, errorDifference } from '../policy/compile-errors.ts'
import { schemaFiles } from '../schema-files.ts'
import { NO_SKIPS } from '../skips/skip-list.ts'
import { failed, type Outcome, PASSED, type Suite } from '../suite.ts'

/** A policy with all that it imports: what is wrong with it, and which variables it reads. */
export const COMPILE: Suite = {
  name: 'compile',
  needsCorpus: true,
  skips: NO_SKIPS,
  cases: (corpus) =>
    corpus.cases('compile').map((file) => ({ name: file.name, run: () => runCase(file, corpus) })),
}

interface CompileTestCase {
  readonly mainDef: string
  readonly wantErrors?: readonly CompileError[]
  readonly wantVariables?: readonly ScopeVariables[]
}

interface ScopeVariables {
  readonly scope?: string
  readonly variables?: readonly string[]
  readonly constants?: readonly string[]
  readonly derivedRoles?: readonly RoleVariables[]
}

interface RoleVariables {
  readonly name: string
  readonly variables?: readonly string[]
  readonly constants?: readonly string[]
}

function runCase({ content }: CaseFile, corpus: Corpus): Outcome {
  // The format of this suite, which its README describes.
  const { mainDef, wantErrors = [], wantVariables } = content.testCase as CompileTestCase
  const files = Object.entries(content.files as Readonly<Record<string, string>>)
  const { policySet, diagnostics } = compilePolicies(
    [...files.map(([path, text]) => ({ path, text })), ...schemaFiles(corpus)],
    { compat: 'cerbos' },
  )
  const inUnit = unitOf(mainDef, new Map(files))
  const errors = compileErrors(diagnostics).filter(({ file, error }) => {
    if (error !== MISSING) return inUnit(file)
    // Cerbos comes to the next ancestor only if those before it are whole; we report all of it.
    return file === mainDef && wantErrors.some((wanted) => wanted.error === MISSING)
  })
  const differing = errorDifference(wantErrors, errors)
  if (differing !== undefined) return failed(differing)
  if (wantErrors.length === 0 && policySet === undefined) {
    return failed(`does not compile: ${diagnostics.map(({ message }) => message).join('; ')}`)
  }
  if (wantVariables === undefined || policySet === undefined) return PASSED
  const found = difference(wantVariables.map(comparable), variablesOf(policySet, mainDef))
  return found === undefined ? PASSED : failed(found)
}

const MISSING = 'missing policy definition'

/** Cerbos compiles one policy with its ancestors and imports; other policies do not belong to it. */
function unitOf(mainDef: string, files: ReadonlyMap<string, string>): (file: string) => boolean {
  const subjectOf = (file: string): string | undefined =>
    /^ {2}(?:resource|principal|role): *\S+/m.exec(files.get(file) ?? '')?.[0]
  const main = subjectOf(mainDef)
  return (file) => {
    const subject = subjectOf(file)
    return subject === undefined || subject === main
  }
}

/** What each scope of a policy reads, the root first. */
function variablesOf({ policies }: LinkedPolicySet, file: string): readonly Plain[] {
  const main = policies.find(({ location }) => location.file === file)
  if (main === undefined) return []
  const chain = [...parentScopes(main.scope).reverse(), main.scope]
  return chain.flatMap((scope) => {
    const key = main.key.replace(/(\/.*)?$/, scope === '' ? '' : `/${scope}`)
    const policy = policies.find((each) => each.key === key)
    if (policy === undefined) return []
    const roles = policy.kind === 'resource' ? [...policy.derivedRoles.values()] : []
    const derivedRoles = roles.map(({ name, variables }) => ({ name, ...namesOf(variables) }))
    return [comparable({ scope, derivedRoles, ...namesOf(policy.variables) })]
  })
}

function namesOf({
  variables,
  constants,
}: LinkedPolicySet['policies'][number]['variables']): Omit<RoleVariables, 'name'> {
  return { variables: variables.map(({ name }) => name), constants: Object.keys(constants) }
}

function comparable({ scope = '', derivedRoles = [], ...names }: ScopeVariables): Plain {
  const roles = derivedRoles.map(({ name, ...of }) => ({ name, ...sorted(of) }))
  roles.sort((a, b) => (a.name < b.name ? -1 : 1))
  return { scope, derivedRoles: roles, ...sorted(names) }
}

function sorted({ variables = [], constants = [] }: Omit<RoleVariables, 'name'>): {
  readonly variables: readonly string[]
  readonly constants: readonly string[]
} {
  return { variables: [...variables].sort(), constants: [...constants].sort() }
}
