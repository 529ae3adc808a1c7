import { type Report, relatedPlace } from '../diagnostics.ts'
import type {
  DerivedRoles,
  ExportConstants,
  ExportVariables,
  PolicyDocument,
  PrincipalPolicy,
  ResourcePolicy,
  RolePolicy,
} from '../document.ts'
import { policyKey, sanitiseName } from '../names.ts'
import { anchorOf, type LocatedText, type Place } from '../place.ts'
import type { Position } from '../source.ts'

/** The enabled documents of a set, by what they are found by. */
export interface Catalogue {
  readonly documents: PolicyDocument[]
  /** Resource, principal and role policies by key. */
  readonly policies: Map<string, ScopedPolicy>
  /** What can be imported, by sanitised names: {@link findExport}. */
  readonly derivedRoles: ReadonlyMap<string, DerivedRoles>
  readonly exportVariables: ReadonlyMap<string, ExportVariables>
  readonly exportConstants: ReadonlyMap<string, ExportConstants>
  /** Disabled documents by key, to explain why something is not found. */
  readonly disabled: ReadonlyMap<string, PolicyDocument>
  /** The keys of the documents by their files. */
  readonly keys: ReadonlyMap<string, string>
}

/** A policy that rules are looked up in, with its names. */
export interface ScopedPolicy {
  readonly document: ResourcePolicy | PrincipalPolicy | RolePolicy
  readonly key: string
  readonly subject: string
  readonly version: string
  readonly scope: string
}

/** A policy that is switched off. */
export interface DisabledDefinition {
  readonly file: string
  /** `resource.document.vdefault/acme`, `derived_roles.common_roles`. */
  readonly policy: string
  /** Where Cerbos says that the document is. */
  readonly position: Position
}

/** Files documents under their keys; a key that is taken is an error in the later file. */
export function createCatalogue(documents: readonly PolicyDocument[], report: Report): Catalogue {
  const taken = new Map<string, PolicyDocument>()
  const catalogue = {
    documents: [] as PolicyDocument[],
    policies: new Map<string, ScopedPolicy>(),
    derivedRoles: new Map<string, DerivedRoles>(),
    exportVariables: new Map<string, ExportVariables>(),
    exportConstants: new Map<string, ExportConstants>(),
    disabled: new Map<string, PolicyDocument>(),
    keys: new Map<string, string>(),
  }
  for (const document of documents) {
    // A document without a name has been reported, and cannot be found by one.
    if (!nameOf(document)?.value) continue
    const key = documentKey(document)
    catalogue.keys.set(document.source.path, key)
    if (document.disabled?.value === true) {
      catalogue.disabled.set(key, document)
      continue
    }
    const earlier = taken.get(key)
    if (earlier !== undefined) {
      const related = [relatedPlace('first defined here', namePlace(earlier))]
      const details = { name: key, earlier: earlier.source.path }
      report('duplicate-definition', wholePlace(document), details, { related })
      continue
    }
    taken.set(key, document)
    catalogue.documents.push(document)
    file(document, key, catalogue)
  }
  return catalogue
}

/**
 * Takes the policies out of a catalogue, the last one first. Documents by the thousand need more
 * memory than what they are linked into, so that whoever links them lets go of them one by one.
 */
export function takePolicies(catalogue: Catalogue): ScopedPolicy[] {
  const policies = [...catalogue.policies.values()].reverse()
  catalogue.policies.clear()
  catalogue.documents.length = 0
  return policies
}

interface Shelves {
  readonly policies: Map<string, ScopedPolicy>
  readonly derivedRoles: Map<string, DerivedRoles>
  readonly exportVariables: Map<string, ExportVariables>
  readonly exportConstants: Map<string, ExportConstants>
}

function file(document: PolicyDocument, key: string, shelves: Shelves): void {
  switch (document.kind) {
    case 'derivedRoles':
      shelves.derivedRoles.set(exportedName(document), document)
      return
    case 'exportVariables':
      shelves.exportVariables.set(exportedName(document), document)
      return
    case 'exportConstants':
      shelves.exportConstants.set(exportedName(document), document)
      return
    case 'resourcePolicy':
    case 'principalPolicy':
    case 'rolePolicy':
      shelves.policies.set(key, { document, key, ...identityOf(document) })
  }
}

/** `resource.document.vdefault/acme`, `derived_roles.common_roles`. */
function documentKey(document: PolicyDocument): string {
  switch (document.kind) {
    case 'resourcePolicy':
      return policyKey({ kind: 'resource', ...identityOf(document) })
    case 'principalPolicy':
      return policyKey({ kind: 'principal', ...identityOf(document) })
    case 'rolePolicy':
      return policyKey({ kind: 'role', ...identityOf(document) })
    case 'derivedRoles':
      return `derived_roles.${exportedName(document)}`
    case 'exportVariables':
      return `export_variables.${exportedName(document)}`
    case 'exportConstants':
      return `export_constants.${exportedName(document)}`
  }
}

/** As policies find it: a set `team-roles` is `team_roles` as well. */
function exportedName({ name }: DerivedRoles | ExportVariables | ExportConstants): string {
  return sanitiseName(name?.value ?? '')
}

/** What an import means. */
export function findExport<Document>(
  documents: ReadonlyMap<string, Document>,
  name: string,
): Document | undefined {
  return documents.get(sanitiseName(name))
}

function identityOf(document: ScopedPolicy['document']): {
  subject: string
  version: string
  scope: string
} {
  return {
    subject: nameOf(document)?.value ?? '',
    version: document.version?.value || 'default',
    scope: document.scope?.value ?? '',
  }
}

function nameOf(document: PolicyDocument): LocatedText | undefined {
  switch (document.kind) {
    case 'resourcePolicy':
      return document.resource
    case 'principalPolicy':
      return document.principal
    case 'rolePolicy':
      return document.role
    case 'derivedRoles':
    case 'exportVariables':
    case 'exportConstants':
      return document.name
  }
}

/** The same, which Cerbos reports as the place of the whole document. */
function wholePlace(document: PolicyDocument): Place {
  const { root } = document
  const { source, span, path } = namePlace(document)
  return { source, span, path, anchor: root.anchor ?? root.span.start, anchorPath: '' }
}

/** Those of the documents that are switched off. */
export function disabledDefinitions(
  documents: readonly PolicyDocument[],
): readonly DisabledDefinition[] {
  const disabled = documents.filter((document) => document.disabled?.value === true)
  return disabled.map((document) => ({
    file: document.source.path,
    policy: documentKey(document),
    position: anchorOf(document.root),
  }))
}

/** Where a document says what it defines. */
export function namePlace(document: PolicyDocument): Place {
  return nameOf(document)?.place ?? document.place
}
