import {
  type CompiledPolicies,
  cerbosFindings,
  cerbosText,
  compilePolicies,
  type Diagnostic,
} from '@lockstitch/policy'

import type { Plant } from '../area.ts'
import type { CompileAnswer } from './answer.ts'
import type { CaseFile } from './compile-case.ts'
import { findingsOf, isRead } from './ours.ts'

/** A bug: what it does to the files before they are compiled, or to what is found in them. */
interface Bug extends Plant {
  readonly files?: (files: readonly CaseFile[]) => readonly CaseFile[]
  readonly diagnostics?: (diagnostics: readonly Diagnostic[]) => readonly Diagnostic[]
}

/** A rule that is not there. */
const without = (...codes: readonly string[]): Pick<Bug, 'diagnostics'> => ({
  diagnostics: (found) => found.filter(({ code }) => !codes.includes(code)),
})

/** Where Cerbos sees one sort of mistake, altered. */
const altered = (
  code: string,
  alter: (anchor: NonNullable<Diagnostic['anchor']>) => NonNullable<Diagnostic['anchor']>,
): Pick<Bug, 'diagnostics'> => ({
  diagnostics: (found) =>
    found.map((each) =>
      each.code === code && each.anchor ? { ...each, anchor: alter(each.anchor) } : each,
    ),
})

/** Text that is read as another one. */
const readAs = (pattern: RegExp, replacement: string): Pick<Bug, 'files'> => ({
  files: (files) =>
    files.map(({ path, text }) => ({ path, text: text.replace(pattern, replacement) })),
})

// biome-ignore format: a table
const BUGS: readonly Bug[] = [
  { name: 'unknown-fields-pass', doc: 'a field that does not exist is ignored', ...without('unknown-field') },
  { name: 'duplicate-keys-pass', doc: 'the last of two equal keys counts', ...without('duplicate-key') },
  { name: 'both-spellings-pass', doc: '`scopePermissions` beside `scope_permissions` is taken', ...without('duplicate-field') },
  { name: 'two-kinds-pass', doc: 'a file may have two kinds of policies, or a match two operators', ...without('conflicting-fields') },
  { name: 'effect-may-be-missing', doc: 'a rule without an effect is taken', diagnostics: (found) => found.filter((each) => each.code !== 'missing-field' || cerbosText(each)?.error.includes('effect') !== true) },
  { name: 'names-have-no-pattern', doc: 'names, versions and scopes may look like anything', ...without('invalid-value') },
  { name: 'lists-may-repeat', doc: 'equal items of a list are taken', ...without('duplicate-item') },
  { name: 'rule-for-nobody', doc: 'a rule needs no roles', ...without('rule-without-roles') },
  { name: 'rule-names-may-repeat', doc: 'two rules may have one name', ...without('duplicate-rule-name') },
  { name: 'resources-may-repeat', doc: 'two rules of a principal policy may be for one resource', ...without('duplicate-resource') },
  { name: 'empty-list-of-conditions', doc: '`all` of nothing is taken', diagnostics: (found) => found.filter((each) => each.code !== 'missing-field' || cerbosText(each)?.error.includes('.of:') !== true) },
  { name: 'imports-may-be-missing', doc: 'what no file defines may be imported', ...without('import-not-found') },
  { name: 'scopes-need-no-parents', doc: 'the chain of scopes may have holes', ...without('missing-scope') },
  { name: 'last-definition-wins', doc: 'two files may define one policy', ...without('duplicate-definition') },
  { name: 'scope-permissions-unchecked', doc: 'policies of one scope may disagree', ...without('scope-permissions-conflict') },
  { name: 'cycles-pass', doc: 'variables may refer to themselves', ...without('cyclical-variable-definitions') },
  { name: 'redefinitions-pass', doc: 'a local variable hides an imported one', ...without('variable-redefined') },
  { name: 'undefined-variables-pass', doc: 'an expression may read a variable that is not there', ...without('undefined-variable') },
  { name: 'derived-roles-unchecked', doc: 'a rule may name a derived role that is not there', ...without('unknown-derived-role') },
  { name: 'first-derived-role-wins', doc: 'two imported sets may define one role', ...without('ambiguous-derived-role') },
  { name: 'schemas-not-loaded', doc: 'a schema that is missing or broken is taken', ...without('invalid-schema') },
  { name: 'scripts-pass', doc: 'a condition may be a script', ...without('script-condition') },
  { name: 'any-variable-name', doc: 'variables may be named `in` or `9x`', ...without('invalid-variable-name') },
  { name: 'disabled-counts-for-nothing', doc: 'disabled policies are read like others', ...readAs(/^("?disabled"?): *true/m, '$1: false') },
  { name: 'yaml-1.1-octals', doc: '`017` is a string', ...readAs(/: 017\b/g, ': "017"') },
  { name: 'effects-in-any-case', doc: '`effect_allow` and `EFFECT_allow` are taken', ...readAs(/effect: (["']?)EFFECT_allow\1/g, 'effect: EFFECT_ALLOW') },
  { name: 'only-one-document-read', doc: 'what follows `---` is ignored', ...without('multiple-documents') },
  { name: 'columns-from-0', doc: 'columns of wrong types are counted from 0', ...altered('wrong-type', ({ path, position }) => ({ path, position: { ...position, column: position.column - 1 } })) },
  { name: 'paths-without-numbers', doc: 'the path of an expression lacks the number of its rule', ...altered('invalid-expression', ({ path, position }) => ({ position, path: path.replace(/\[\d+\]/, '[]') })) },
]

export const PLANTS: readonly Plant[] = BUGS

/** Our answer, with a bug if one is named. */
export function plantedAnswer(files: readonly CaseFile[], name: string | undefined): CompileAnswer {
  const bug = BUGS.find((each) => each.name === name)
  const read = (bug?.files?.(files) ?? files).filter(isRead)
  const compiled: CompiledPolicies = compilePolicies(read, { compat: 'cerbos' })
  const diagnostics = bug?.diagnostics?.(compiled.diagnostics) ?? compiled.diagnostics
  return { findings: findingsOf(cerbosFindings({ ...compiled, diagnostics })) }
}
