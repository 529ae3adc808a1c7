import type { OverloadDeclaration } from '../src/check/declarations.ts'
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listType,
  mapType,
  NULL,
  opaqueType,
  STRING,
  TIMESTAMP,
  TYPE,
  typeParam,
  UINT,
} from '../src/types.ts'

/** Signatures by function name and overload id. */
export type SignatureTable = Readonly<Record<string, Readonly<Record<string, string>>>>

/** Reads a table of signatures such as `(list(A), A) -> bool`, or `string.(int) -> bool` for a method. */
export function overloadsFrom(table: SignatureTable): readonly OverloadDeclaration[] {
  return Object.entries(table).flatMap(([name, signatures]) =>
    Object.entries(signatures).map(([id, text]) => ({ id, name, ...parseSignature(text) })),
  )
}

/** Reads one signature in cel-go's notation. */
export function parseSignature(text: string): Omit<OverloadDeclaration, 'id' | 'name'> {
  const reader = { text, pos: 0 }
  const receiver = text.startsWith('(') ? [] : [readType(reader)]
  const member = receiver.length > 0
  if (member) expect(reader, '.')
  const args = [...receiver, ...readTypes(reader)]
  expect(reader, ' -> ')
  return { member, args, result: readType(reader) }
}

interface Reader {
  readonly text: string
  pos: number
}

// biome-ignore format: a table
const TYPES: ReadonlyMap<string, CelType> = new Map([
  ['bool', BOOL], ['bytes', BYTES], ['double', DOUBLE], ['duration', DURATION], ['dyn', DYN],
  ['int', INT], ['null', NULL], ['string', STRING], ['timestamp', TIMESTAMP], ['type', TYPE],
  ['uint', UINT],
])

function readType(reader: Reader): CelType {
  const name = /[\w.]*\w/y
  name.lastIndex = reader.pos
  const found = name.exec(reader.text)?.[0] ?? ''
  if (found === '') throw new TypeError(`no type at ${reader.pos} in signature ${reader.text}`)
  reader.pos += found.length
  const parameters = reader.text[reader.pos] === '(' ? readTypes(reader) : []
  return makeType(found, parameters)
}

function makeType(name: string, parameters: readonly CelType[]): CelType {
  const [first = DYN, second = DYN] = parameters
  if (name === 'list') return listType(first)
  if (name === 'map') return mapType(first, second)
  if (name === 'type' && parameters.length > 0) return { kind: 'type', of: first }
  if (/^[A-Z]$/.test(name)) return typeParam(name)
  return TYPES.get(name) ?? opaqueType(name, ...parameters)
}

function readTypes(reader: Reader): readonly CelType[] {
  expect(reader, '(')
  const types: CelType[] = []
  while (reader.text[reader.pos] !== ')') {
    if (types.length > 0) expect(reader, ', ')
    types.push(readType(reader))
  }
  expect(reader, ')')
  return types
}

function expect(reader: Reader, part: string): void {
  if (!reader.text.startsWith(part, reader.pos)) {
    throw new TypeError(`expected ${part} at ${reader.pos} in signature ${reader.text}`)
  }
  reader.pos += part.length
}
