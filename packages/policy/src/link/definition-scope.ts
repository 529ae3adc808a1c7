import { compact } from '../compact.ts'
import { type Report, relatedPlace } from '../diagnostics.ts'
import type { ConstantEntry, Definitions, VariableEntry } from '../document.ts'
import type { JsonValue, LinkedVariable, VariableSet } from '../linked.ts'
import { nearName } from '../near-name.ts'
import { citeFile, type LocatedText, type Place, unanchored } from '../place.ts'
import { type CompiledExpression, expressionLocation, placeInExpression } from './expressions.ts'
import { gatherDefinitions, type NamedDefinition } from './gather-definitions.ts'
import type { Linker } from './linker.ts'
import { findCycles, inDependencyOrder, reachableFrom } from './variable-order.ts'

/** A document that has variables and constants. */
export interface DefinitionOwner {
  readonly variables: Definitions<VariableEntry>
  readonly constants: Definitions<ConstantEntry>
  readonly topVariables: readonly VariableEntry[]
}

/** The variables and constants that the expressions of one document can read. */
export interface DefinitionScope {
  readonly report: Report
  /** Compiles an expression; mistakes and names that do not exist are reported. */
  compile(text: LocatedText): CompiledExpression | undefined
  /** What some expressions need: their variables, and the variables of those, in order. */
  variableSet(roots: readonly CompiledExpression[]): VariableSet
  /** Warns of imports of which neither these expressions nor any other definition uses a name. */
  reportUnusedImports(roots: readonly CompiledExpression[]): void
}

/** Gathers, compiles and checks the definitions of a document. */
export function createDefinitionScope(owner: DefinitionOwner, linker: Linker): DefinitionScope {
  const { report, expressions } = linker
  const { variables, constants, imports, complete } = gatherDefinitions(owner, linker)

  const reportUndefined = (
    { text, references }: CompiledExpression,
    { within, at }: { readonly within?: string | undefined; readonly at?: Place | undefined },
  ): void => {
    const seen = new Set<string>()
    for (const { kind, name, span, indirect } of references) {
      const known = kind === 'variable' ? variables : constants
      // With an import missing there is no telling what it would have defined.
      if (name === undefined || indirect || known.has(name) || !complete[kind]) continue
      if (seen.has(`${kind} ${name}`)) continue
      seen.add(`${kind} ${name}`)
      const code = kind === 'variable' ? 'undefined-variable' : 'undefined-constant'
      const details = { name, known: [...known.keys()], within }
      const suggestion = nearName(name, known.keys())
      report(code, at ?? placeInExpression(text, span), details, { suggestion })
    }
  }

  const compile = (text: LocatedText, within?: string): CompiledExpression | undefined => {
    const compiled = expressions.compile(text, report)
    if (compiled) reportUndefined(compiled, { within })
    return compiled
  }

  /** Cerbos tells the constants of a variable again where it is used, and not where it is imported. */
  const reportOfUsed = (name: string): void => {
    const compiled = compiledVariables.get(name)
    if (compiled === undefined) return
    const from = variables.get(name)?.importedFrom
    const imported = from && imports.find(({ document }) => document === from)
    const references = compiled.references.filter(({ kind }) => kind === 'constant')
    reportUndefined(
      { ...compiled, references },
      { at: imported && unanchored(imported.name.place) },
    )
  }

  const compiledVariables = new Map<string, CompiledExpression>()
  for (const [name, { value, others }] of variables) {
    for (const other of others) expressions.compile(other, report)
    const compiled = compile(value, name)
    if (compiled !== undefined) compiledVariables.set(name, compiled)
  }
  const dependencies = new Map(
    [...compiledVariables].map(([name, compiled]) => [
      name,
      namesRead('variable', [compiled], variables),
    ]),
  )
  for (const names of findCycles(dependencies)) reportCycle(names, variables, linker)

  return {
    report,
    compile: (text) => compile(text),
    variableSet: (roots) => {
      const reached = reachableFrom(namesRead('variable', roots, variables), dependencies)
      const ordered = inDependencyOrder(reached, dependencies)
      if (linker.compat === 'cerbos') for (const name of ordered) reportOfUsed(name)
      const compiled = compact(ordered.map((name) => compiledVariables.get(name)))
      const linked = compiled.map((expression, index): LinkedVariable => {
        const name = ordered[index] ?? ''
        return { name, program: expression.program, location: expressionLocation(expression.text) }
      })
      const names = namesRead('constant', [...roots, ...compiled], constants)
      if (linked.length === 0 && names.length === 0) return NO_VARIABLES
      const picked = names.length === 0 ? NO_CONSTANTS : pickConstants(names, constants)
      return { constants: picked, variables: linked }
    },
    reportUnusedImports: (roots) => {
      for (const { name, kind, document } of imports) {
        const used = [...compiledVariables].flatMap(([variable, compiled]) =>
          variables.get(variable)?.importedFrom === document ? [] : [compiled],
        )
        const known = kind === 'variable' ? variables : constants
        const read = namesRead(kind, [...roots, ...used], known)
        const isUsed = read.some((entry) => known.get(entry)?.importedFrom === document)
        if (!isUsed) report('unused-import', name.place, { name: name.value })
      }
    },
  }
}

/** What most policies have. */
const NO_CONSTANTS: VariableSet['constants'] = Object.freeze(Object.create(null))
const NO_VARIABLES: VariableSet = { constants: NO_CONSTANTS, variables: [] }

function namesRead(
  kind: 'variable' | 'constant',
  compiled: readonly CompiledExpression[],
  known: ReadonlyMap<string, unknown>,
): string[] {
  const names = new Set<string>()
  for (const reference of compiled.flatMap(({ references }) => references)) {
    if (reference.kind !== kind) continue
    // The whole of `V` or `C`: anything in it may be read.
    const read = reference.name === undefined ? known.keys() : [reference.name]
    for (const name of read) names.add(name)
  }
  return [...names]
}

function pickConstants(
  names: readonly string[],
  constants: ReadonlyMap<string, NamedDefinition<{ readonly value: JsonValue }>>,
): Readonly<Record<string, JsonValue>> {
  const picked: Record<string, JsonValue> = Object.create(null)
  for (const name of [...names].sort()) {
    const constant = constants.get(name)
    if (constant !== undefined) picked[name] = constant.value.value
  }
  return picked
}

function reportCycle(
  names: readonly string[],
  variables: ReadonlyMap<string, NamedDefinition<LocatedText>>,
  { report }: Linker,
): void {
  const places = names.flatMap((name) => variables.get(name)?.value.place ?? [])
  const [first] = places
  if (first === undefined) return
  const related = places.slice(1).map((place, index) => {
    return relatedPlace(`\`${names[index + 1]}\` is defined here`, place)
  })
  const details = { names, places: places.map(citeFile) }
  report('cyclical-variable-definitions', first, details, { related })
}
