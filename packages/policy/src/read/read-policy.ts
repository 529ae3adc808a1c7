import type { Report } from '../diagnostics.ts'
import type { DocumentBase, PolicyDocument } from '../document.ts'
import { unanchored } from '../place.ts'
import { apiVersion } from '../rules/api-version.ts'
import type { SourceText } from '../source.ts'
import { readRoot } from './cursor.ts'
import { readDerivedRoles } from './derived-roles.ts'
import { readExportConstants, readExportVariables } from './exports.ts'
import type { Fields } from './fields.ts'
import { readMetadata } from './metadata.ts'
import { readPrincipalPolicy } from './principal-policy.ts'
import { readResourcePolicy } from './resource-policy.ts'
import { readRolePolicy } from './role-policy.ts'
import { readYaml } from './yaml.ts'

/** They spread the base last: V8 gives what is spread first and added to later three times the memory. */
const READERS: {
  readonly [Kind in PolicyDocument['kind']]: (base: DocumentBase, fields: Fields) => PolicyDocument
} = {
  resourcePolicy: readResourcePolicy,
  principalPolicy: readPrincipalPolicy,
  derivedRoles: readDerivedRoles,
  exportVariables: readExportVariables,
  exportConstants: readExportConstants,
  rolePolicy: readRolePolicy,
}

/** The fields of which a file has exactly one. */
const POLICY_KINDS: readonly string[] = Object.keys(READERS)

/**
 * Reads a policy file. Undefined when the file is empty, or so broken that no document can be made
 * of it, which is reported.
 */
export function readPolicy(source: SourceText, report: Report): PolicyDocument | undefined {
  const root = readYaml(source, report)
  return root && readRoot(root, source, report, (fields) => readDocument(fields, report))
}

function readDocument(fields: Fields, report: Report): PolicyDocument | undefined {
  fields.text('$schema')
  const kind = fields.oneOf(POLICY_KINDS)
  const base = readBase(fields)
  if (isPolicyKind(kind)) {
    return fields.message(kind, (body) => {
      return READERS[kind]({ ...base, place: body.place }, body)
    })
  }
  apiVersion(base, report)
  report('missing-choice', unanchored(fields.place), { field: 'policyType', all: POLICY_KINDS })
  return undefined
}

function isPolicyKind(kind: string | undefined): kind is PolicyDocument['kind'] {
  return kind !== undefined && Object.hasOwn(READERS, kind)
}

function readBase(fields: Fields): DocumentBase {
  return {
    source: fields.place.source,
    root: fields.place,
    place: fields.place,
    apiVersion: fields.text('apiVersion'),
    disabled: fields.flag('disabled'),
    description: fields.text('description'),
    metadata: fields.message('metadata', readMetadata),
    topVariables: fields.textMap('variables'),
    topVariablesPlace: fields.keyOf('variables'),
  }
}
