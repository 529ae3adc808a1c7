import { BOOL, type CelType, formatType } from '@lockstitch/cel'

import type { CelCase } from './generate.ts'
import type { CelInput } from './input.ts'
import { childrenOf, leaf, render, type Tree } from './tree.ts'

/** Cases with one expression alone, a part of it, a simpler part in it, or an attribute less. */
export function* smallerCases(each: CelCase): Iterable<CelCase> {
  if (render(each.condition) !== 'true') yield { ...each, condition: NOTHING }
  if (render(each.value) !== 'true') yield { ...each, value: NOTHING }
  for (const value of smallerTrees(each.value)) yield { ...each, value }
  for (const condition of smallerTrees(each.condition)) yield { ...each, condition }
  for (const smaller of smallerInputs(each.input)) yield { ...each, input: smaller }
}

const NOTHING = leaf('true', BOOL)

function smallerTrees(tree: Tree): readonly Tree[] {
  const size = render(tree).length
  const seen = new Set([render(tree)])
  const trees = [...descendants(tree), ...rewrites(tree)].filter((candidate) => {
    const text = render(candidate)
    return text.length < size && !seen.has(text) && seen.add(text)
  })
  return trees.sort((a, b) => render(a).length - render(b).length)
}

function descendants(tree: Tree): readonly Tree[] {
  return childrenOf(tree).flatMap((child) => [child, ...descendants(child)])
}

/** The tree with one node replaced: by one of the nodes in it, or by the simplest literal. */
function rewrites(tree: Tree): readonly Tree[] {
  return tree.parts.flatMap((part, i) => {
    if (typeof part === 'string') return []
    const replacements = [...simplest(part.type), ...descendants(part), ...rewrites(part)]
    return replacements.map((replacement) => ({ ...tree, parts: tree.parts.with(i, replacement) }))
  })
}

// biome-ignore format: a table
const SIMPLEST: Readonly<Record<string, readonly string[]>> = {
  bool: ['true', 'false'], int: ['1', '0'], uint: ['1u'], double: ['1.0'], string: ['"a"', '""'], bytes: ['b""'], null: ['null'], dyn: ['1', 'null'],
  timestamp: ['timestamp(0)'], duration: ['duration("1s")'], list: ['[]'], map: ['{}'],
}

function simplest(type: CelType): readonly Tree[] {
  const texts = SIMPLEST[formatType(type)] ?? SIMPLEST[type.kind] ?? []
  return texts.map((text) => leaf(text, type))
}

function* smallerInputs(input: CelInput): Iterable<CelInput> {
  for (const part of ['principal', 'resource', 'claims'] as const) {
    for (const key of Object.keys(input[part])) {
      const kept = Object.entries(input[part]).filter(([name]) => name !== key)
      yield { ...input, [part]: Object.fromEntries(kept) }
    }
  }
}
