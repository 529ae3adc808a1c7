import { createRequire } from 'node:module'
import ts from 'typescript'

import { isObject } from '../../src/json.ts'
import type { CheckAnswer } from './run.ts'

/** Compares answers with what the SDK's own declarations say of its methods. */
export function checkAgainstDeclarations(): CheckAnswer {
  const file = createRequire(import.meta.url)
    .resolve('stytch')
    .replace('/dist/index.js', '/types/lib/index.d.ts')
  const program = ts.createProgram([file], {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
    skipLibCheck: true,
    types: [],
  })
  const checker = program.getTypeChecker()
  const source = program.getSourceFile(file)
  const module = source && checker.getSymbolAtLocation(source)
  if (source === undefined || module === undefined) throw new Error(`no declarations in ${file}`)
  const reader: Reader = { checker, source }
  const exported = checker.getExportsOfModule(module)

  return ({ client, path }, answer) => {
    const symbol = exported.find(({ name }) => name === client)
    if (symbol === undefined) return [`the SDK exports no ${client}`]
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
    const method = path
      .split('.')
      .reduce<ts.Type | undefined>(
        (type, name) => type && propertyType(reader, type, name),
        checker.getDeclaredTypeOfSymbol(target),
      )
    const [signature] = method?.getCallSignatures() ?? []
    const returned = signature && checker.getAwaitedType(signature.getReturnType())
    return returned === undefined
      ? [`the declarations have no ${client}.${path}`]
      : problemsOf(reader, returned, answer, '')
  }
}

interface Reader {
  readonly checker: ts.TypeChecker
  readonly source: ts.SourceFile
}

function propertyType(
  { checker, source }: Reader,
  type: ts.Type,
  name: string,
): ts.Type | undefined {
  const property = checker.getPropertyOfType(checker.getNonNullableType(type), name)
  return property && checker.getTypeOfSymbolAtLocation(property, source)
}

/** Some declarations leave out what Stytch puts into every answer. */
const ofEveryAnswer = ['request_id', 'status_code']

/**
 * Where the declarations say `ConnectedApp`, they mean the object, but name the SDK's client of that name.
 * It is the one type of an answer that could call Stytch.
 */
function isClientByMistake(checker: ts.TypeChecker, type: ts.Type): boolean {
  return checker.getPropertyOfType(type, 'fetchConfig') !== undefined
}

/** What in a value is not as its type says, each with its place. */
function problemsOf(reader: Reader, type: ts.Type, value: unknown, place: string): string[] {
  const { checker } = reader
  if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return []
  if (type.isUnion()) {
    const each = type.types.map((one) => problemsOf(reader, one, value, place))
    return each.some((problems) => problems.length === 0)
      ? []
      : (each.toSorted((a, b) => a.length - b.length)[0] ?? [])
  }
  const wrong = [`${place || 'the answer'}: expected ${checker.typeToString(type)}`]
  if (type.isStringLiteral()) return value === type.value ? [] : wrong
  if (type.flags & ts.TypeFlags.String) return typeof value === 'string' ? [] : wrong
  if (type.flags & ts.TypeFlags.Number) return typeof value === 'number' ? [] : wrong
  if (type.flags & ts.TypeFlags.BooleanLiteral)
    return String(value) === checker.typeToString(type) ? [] : wrong
  if (type.flags & ts.TypeFlags.Undefined) return value === undefined ? [] : wrong
  if (type.flags & ts.TypeFlags.Null) return value === null ? [] : wrong
  if (checker.isArrayType(type)) {
    if (!Array.isArray(value)) return wrong
    const [element] = checker.getTypeArguments(type as ts.TypeReference)
    return value.flatMap((one, index) =>
      element === undefined ? [] : problemsOf(reader, element, one, `${place}[${index}]`),
    )
  }
  if (isClientByMistake(checker, type)) return []
  if (value instanceof Date) return checker.typeToString(type) === 'Date' ? [] : wrong
  if (!isObject(value))
    return typeof value === 'object' || type.getCallSignatures().length > 0 ? [] : wrong
  return problemsOfObject(reader, type, value, place)
}

function problemsOfObject(
  reader: Reader,
  type: ts.Type,
  value: { readonly [key: string]: unknown },
  place: string,
): string[] {
  const { checker, source } = reader
  const at = (name: string): string => (place === '' ? name : `${place}.${name}`)
  // Names that are symbols are not in an answer.
  const properties = checker.getPropertiesOfType(type).filter(({ name }) => !name.startsWith('__@'))
  const index = checker.getIndexInfoOfType(type, ts.IndexKind.String)
  const known = properties.flatMap((property) => {
    const { name } = property
    if (value[name] === undefined || value[name] === null)
      return property.flags & ts.SymbolFlags.Optional ? [] : [`${at(name)}: missing`]
    const declared = checker.getTypeOfSymbolAtLocation(property, source)
    return problemsOf(reader, declared, value[name], at(name))
  })
  const others = Object.entries(value).filter(
    ([name]) => !properties.some((one) => one.name === name),
  )
  const stray = others.flatMap(([name, one]) => {
    if (index !== undefined) return problemsOf(reader, index.type, one, at(name))
    const isOfEvery = place === '' && ofEveryAnswer.includes(name)
    return properties.length === 0 || isOfEvery
      ? []
      : [`${at(name)}: the declarations do not know it`]
  })
  return [...known, ...stray]
}
