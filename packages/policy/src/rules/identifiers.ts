import type { PolicyDocument } from '../document.ts'
import type { NamedEntry } from '../read/fields.ts'
import type { ValidationRule } from './rule.ts'

const IDENTIFIER = /^[_a-zA-Z][_a-zA-Z0-9]*$/
const RESERVED: ReadonlySet<string> = new Set(['true', 'false', 'null', 'in'])

/** Variables and constants have names that an expression can read. */
export const identifiers: ValidationRule = (document, report) => {
  const isInvalid = ({ name }: NamedEntry<unknown>): boolean =>
    !IDENTIFIER.test(name) || RESERVED.has(name)
  for (const { name, namePlace } of variablesOf(document).filter(isInvalid)) {
    report('invalid-variable-name', namePlace, { name })
  }
  for (const { name, namePlace } of constantsOf(document).filter(isInvalid)) {
    report('invalid-constant-name', namePlace, { name })
  }
}

function variablesOf(document: PolicyDocument): NamedEntry<unknown>[] {
  const { topVariables } = document
  if (document.kind === 'exportVariables') return [...topVariables, ...document.definitions]
  if (document.kind === 'exportConstants') return [...topVariables]
  return [...topVariables, ...document.variables.local]
}

function constantsOf(document: PolicyDocument): readonly NamedEntry<unknown>[] {
  if (document.kind === 'exportConstants') return document.definitions
  return document.kind === 'exportVariables' ? [] : document.constants.local
}
