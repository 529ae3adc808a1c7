import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  parseDocument,
} from 'yaml'

import type { Seed } from './seed.ts'
import { type Position, SeedError, type SeedProblem } from './seed-error.ts'
import { readSeed } from './seed-fields.ts'

/** A seed that was read from a file. */
export interface SeedText {
  readonly seed: Seed
  /** The same error with the places in the file: for what turns out when the seed is planted. */
  locate(error: SeedError): SeedError
}

/** Reads a seed from YAML, of which JSON is a part. Every problem is reported with its line and column. */
export function readSeedText(text: string): SeedText {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const positionOf = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return { line, column: col }
  }
  const locate = ({ problems }: SeedError): SeedError =>
    new SeedError(
      problems.map((one) => ({ position: positionOf(offsetOf(document, one)), ...one })),
    )
  const syntax = document.errors.map(({ message, pos }) => ({
    path: 'seed',
    problem: message,
    position: positionOf(pos[0]),
  }))
  if (syntax.length > 0) throw new SeedError(syntax)
  try {
    return { seed: readSeed(document.toJS()), locate }
  } catch (error) {
    throw error instanceof SeedError ? locate(error) : error
  }
}

/** Where a problem is, or else what it would be in. */
function offsetOf(document: Document.Parsed, { path, field }: SeedProblem): number {
  const steps = [...path.matchAll(/\.([^.[\]]+)|\[(\d+)\]/g)].map(
    ([, name, index]) => name ?? Number(index),
  )
  let node: ParsedNode | null = document.contents
  let offset = node?.range[0] ?? 0
  for (const step of steps) {
    const next: ParsedNode | null | undefined = childOf(node, step)
    if (next === undefined || next === null) break
    node = next
    offset = node.range[0]
  }
  if (field === undefined || !isMap(node)) return offset
  return keyOf(node, field)?.range[0] ?? offset
}

function childOf(node: ParsedNode | null, step: string | number): ParsedNode | null | undefined {
  if (isSeq(node)) return node.items[Number(step)]
  if (!isMap(node)) return undefined
  return node.items.find(({ key }) => isScalar(key) && key.value === step)?.value
}

function keyOf(node: ParsedNode, name: string): ParsedNode | undefined {
  if (!isMap(node)) return undefined
  return node.items.find(({ key }) => isScalar(key) && key.value === name)?.key
}
