import type { Env } from '@lockstitch/cel'

import { type DiagnosticCode, findings } from './codes.ts'
import { asWarnings, type Report } from './diagnostics.ts'
import type { DerivedRoles, PolicyDocument } from './document.ts'
import { createCatalogue, findExport, type ScopedPolicy, takePolicies } from './link/catalogue.ts'
import { type ImportedRoles, linkDerivedRoles } from './link/derived-roles.ts'
import { createExpressionCompiler } from './link/expressions.ts'
import { resolveImports } from './link/imports.ts'
import { reportKindsNeverMatched } from './link/kinds-never-matched.ts'
import type { Linker, LinkOptions } from './link/linker.ts'
import { linkPrincipalPolicy } from './link/principal-policy.ts'
import { linkResourcePolicy } from './link/resource-policy.ts'
import { reportResourcesWithoutPolicy } from './link/resources-without-policy.ts'
import { linkRolePolicy } from './link/role-policy.ts'
import { checkRuleNameCollisions } from './link/rule-name-collisions.ts'
import { checkAncestors, checkReachable, checkScopePermissions } from './link/scopes.ts'
import { usedDocuments } from './link/used-documents.ts'
import type { LinkedDerivedRole, LinkedPolicy, LinkedPolicySet } from './linked.ts'
import { compileRules } from './rules/index.ts'
import type { SchemaStore } from './schemas/schema-store.ts'

/** What linking needs beside the documents. */
interface LinkContext {
  readonly env: Env
  readonly report: Report
  readonly schemas: SchemaStore
}

/**
 * Links documents: resolves imports, compiles expressions, orders variables, checks the scopes. The
 * list of documents is empty afterwards. What it returns may be used only when no error was reported.
 */
export function linkPolicies(
  documents: PolicyDocument[],
  { env, report, schemas }: LinkContext,
  options: LinkOptions,
): LinkedPolicySet {
  const catalogue = createCatalogue(documents, report)
  documents.length = 0
  const expressions = createExpressionCompiler(env, options)
  const checksSchemas = options.invalidSchemas !== 'ignore'
  const { compat } = options
  const linker: Linker = { report, catalogue, expressions, schemas, checksSchemas, compat }
  checkAncestors(linker, options)
  checkReachable(linker, options)
  checkScopePermissions(linker, options)
  checkRuleNameCollisions(catalogue, report, options)
  reportResourcesWithoutPolicy(catalogue, report)
  reportKindsNeverMatched(catalogue, report)
  const sets = linkDefinitions(linker)
  const policies: LinkedPolicy[] = []
  const pending = takePolicies(catalogue)
  for (let policy = pending.pop(); policy; policy = pending.pop()) {
    policies.push(linkPolicy(policy, sets, linker))
  }
  reportUnusedRoles(sets, policies, report)
  return { policies }
}

interface DerivedRoleSets {
  readonly roles: ReadonlyMap<DerivedRoles, ReadonlyMap<string, LinkedDerivedRole>>
  /** Those with a mistake, be it in what they import. */
  readonly broken: ReadonlySet<PolicyDocument>
}

/** Checks all documents, and links those that policies import. */
function linkDefinitions(linker: Linker): DerivedRoleSets {
  const { catalogue, report, expressions } = linker
  // Cerbos does not compile what nothing imports, so mistakes in there are no errors.
  const used = usedDocuments(catalogue)
  const broken = new Set<PolicyDocument>()
  const linkerFor = (document: PolicyDocument): Linker =>
    used.has(document)
      ? { ...linker, report: watched(report, () => broken.add(document)) }
      : { ...linker, report: asWarnings(report) }
  for (const document of catalogue.documents) {
    // A resource policy is checked when it is known whether the derived roles that it imports are sound.
    if (document.kind === 'resourcePolicy') continue
    checkValues(document, linkerFor(document).report)
  }
  for (const document of catalogue.exportVariables.values()) {
    if (used.has(document)) continue
    for (const { value } of document.definitions) {
      expressions.compile(value, linkerFor(document).report)
    }
  }
  const roles = new Map<DerivedRoles, ReadonlyMap<string, LinkedDerivedRole>>()
  for (const set of catalogue.derivedRoles.values()) {
    roles.set(set, linkDerivedRoles(set, linkerFor(set)))
    if (importedBy(set, catalogue).some((document) => broken.has(document))) broken.add(set)
  }
  return { roles, broken }
}

/** The variables and constants that derived roles import. */
function importedBy(set: DerivedRoles, catalogue: Linker['catalogue']): readonly PolicyDocument[] {
  const { variables, constants } = set
  return [
    ...variables.imports.items.map(({ value }) => findExport(catalogue.exportVariables, value)),
    ...constants.imports.items.map(({ value }) => findExport(catalogue.exportConstants, value)),
  ].flatMap((document) => document ?? [])
}

function checkValues(document: PolicyDocument, report: Report): void {
  for (const check of compileRules) check(document, report)
}

/** Says when an error is reported, but for a missing import: Cerbos tells of all of those first. */
function watched(report: Report, onError: () => void): Report {
  return (code, ...rest) => {
    if (findings[code].severity === 'error' && code !== 'import-not-found') onError()
    report(code, ...rest)
  }
}

function linkPolicy(policy: ScopedPolicy, sets: DerivedRoleSets, linker: Linker): LinkedPolicy {
  const { document } = policy
  if (document.kind === 'principalPolicy') return linkPrincipalPolicy(document, policy, linker)
  if (document.kind === 'rolePolicy') return linkRolePolicy(document, policy, linker)
  const found = resolveImports('derived roles', document.importDerivedRoles, linker)
  const imports = found.map((entry): ImportedRoles => {
    return { ...entry, roles: sets.roles.get(entry.document) ?? new Map() }
  })
  // Cerbos looks no further into what imports a set that it cannot compile.
  const isTold =
    linker.compat !== 'cerbos' || !found.some((entry) => sets.broken.has(entry.document))
  const told = isTold ? linker : { ...linker, report: toldAnyway(linker.report) }
  checkValues(document, told.report)
  return linkResourcePolicy(document, policy, imports, told)
}

/** The set that is broken is an error already, so that nothing is let through by what is left out. */
function toldAnyway(report: Report): Report {
  return (code, ...rest) => {
    if (TOLD_ANYWAY.has(code)) report(code, ...rest)
  }
}

const TOLD_ANYWAY: ReadonlySet<DiagnosticCode> = new Set([
  'import-not-found',
  'unknown-derived-role',
  'ambiguous-derived-role',
])

function reportUnusedRoles(
  sets: DerivedRoleSets,
  policies: readonly LinkedPolicy[],
  report: Report,
): void {
  const used = new Set(
    policies.flatMap((policy) =>
      policy.kind === 'resource' ? [...policy.derivedRoles.values()] : [],
    ),
  )
  for (const [document, roles] of sets.roles) {
    for (const { name, place } of document.definitions.items) {
      const role = roles.get(name?.value ?? '')
      if (role === undefined || used.has(role)) continue
      report('unused-derived-role', name?.place ?? place, { name: role.name })
    }
  }
}
