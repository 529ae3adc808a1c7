import type { Env } from '@lockstitch/cel'

import { type DiagnosticCode, findings } from './codes.ts'
import { asWarnings, type Report } from './diagnostics.ts'
import type { DerivedRoles, PolicyDocument, ResourcePolicy } from './document.ts'
import { createCatalogue, findExport, type ScopedPolicy, takePolicies } from './link/catalogue.ts'
import type { DefinitionOwner } from './link/definition-scope.ts'
import { type ImportedRoles, linkDerivedRoles } from './link/derived-roles.ts'
import { createExpressionCompiler } from './link/expressions.ts'
import { resolveImports } from './link/imports.ts'
import { reportKindsNeverMatched } from './link/kinds-never-matched.ts'
import type { LinkMemory } from './link/link-memory.ts'
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
  readonly memory: LinkMemory
}

/**
 * Links documents: resolves imports, compiles expressions, orders variables, checks the scopes. The
 * list of documents is empty afterwards. What it returns may be used only when no error was reported.
 */
export function linkPolicies(
  documents: PolicyDocument[],
  { env, report, schemas, memory }: LinkContext,
  options: LinkOptions,
): LinkedPolicySet {
  const catalogue = createCatalogue(documents, report)
  documents.length = 0
  const expressions = createExpressionCompiler(env, options)
  const checksSchemas = options.invalidSchemas !== 'ignore'
  const { compat } = options
  const linker: Linker = { report, catalogue, expressions, schemas, checksSchemas, compat, memory }
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
  const { catalogue, report, expressions, memory } = linker
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
    memory.recall({ step: 'values', document, given: [] }, linkerFor(document).report, (told) =>
      checkValues(document, told),
    )
  }
  for (const document of catalogue.exportVariables.values()) {
    if (used.has(document)) continue
    const { report: told } = linkerFor(document)
    memory.recall({ step: 'expressions', document, given: [] }, told, (reported) => {
      for (const { value } of document.definitions) expressions.compile(value, reported)
    })
  }
  const roles = new Map<DerivedRoles, ReadonlyMap<string, LinkedDerivedRole>>()
  for (const document of catalogue.derivedRoles.values()) {
    const given = importedBy(document, catalogue)
    const setLinker = linkerFor(document)
    const linked = memory.recall({ step: 'roles', document, given }, setLinker.report, (told) =>
      linkDerivedRoles(document, { ...setLinker, report: told }),
    )
    roles.set(document, linked)
    if (given.some((each) => each && broken.has(each))) broken.add(document)
  }
  return { roles, broken }
}

/** The variables and constants that a document imports; nothing for those that are not there. */
function importedBy(
  { variables, constants }: DefinitionOwner,
  catalogue: Linker['catalogue'],
): readonly (PolicyDocument | undefined)[] {
  return [
    ...variables.imports.items.map(({ value }) => findExport(catalogue.exportVariables, value)),
    ...constants.imports.items.map(({ value }) => findExport(catalogue.exportConstants, value)),
  ]
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
  const { catalogue, memory, report, schemas } = linker
  const imported = importedBy(document, catalogue)
  if (document.kind !== 'resourcePolicy') {
    return memory.recall({ step: 'policy', document, given: imported }, report, (told) =>
      document.kind === 'principalPolicy'
        ? linkPrincipalPolicy(document, policy, { ...linker, report: told })
        : linkRolePolicy(document, policy, { ...linker, report: told }),
    )
  }
  const importedRoles = document.importDerivedRoles.items.flatMap(({ value }) => {
    const set = findExport(catalogue.derivedRoles, value)
    return set ? [set, sets.roles.get(set), sets.broken.has(set)] : [undefined]
  })
  const given = [...imported, ...importedRoles, document.schemas && schemas]
  return memory.recall({ step: 'policy', document, given }, report, (told) =>
    linkWithRoles(document, policy, sets, { ...linker, report: told }),
  )
}

function linkWithRoles(
  document: ResourcePolicy,
  policy: ScopedPolicy,
  sets: DerivedRoleSets,
  linker: Linker,
): LinkedPolicy {
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
