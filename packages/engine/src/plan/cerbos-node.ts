import type { Expr } from '@lockstitch/cel'

import { cerbosOperand } from './cerbos-operand.ts'
import { expressionOperand, type PlanOperand } from './operand.ts'

/** A part of a plan while it is put together: what is left of an expression, or some of them. */
export type Node =
  | { readonly kind: 'expr'; readonly expr: Expr }
  | { readonly kind: 'and' | 'or' | 'not'; readonly nodes: readonly Node[] }

const NOWHERE = { start: 0, end: 0 }

export function boolNode(value: boolean): Node {
  return { kind: 'expr', expr: boolExpr(value) }
}

export function boolExpr(value: boolean): Expr {
  return { kind: 'const', id: 1, span: NOWHERE, value: { kind: 'bool', value } }
}

/** The bool that a node is, if it is one. */
export function constantOf(node: Node | undefined): boolean | undefined {
  if (node?.kind !== 'expr' || node.expr.kind !== 'const') return undefined
  return node.expr.value.kind === 'bool' ? node.expr.value.value : undefined
}

/** The opposite. What is negated already is taken as it was. */
export function invert(node: Node): Node {
  const [only] = node.kind === 'not' ? node.nodes : []
  return only ?? { kind: 'not', nodes: [node] }
}

/** Nodes joined, each of them once. */
function join(kind: 'and' | 'or', nodes: readonly Node[]): Node {
  const unique = new Map(nodes.map((node) => [identityOf(node), node]))
  const [only] = unique.values()
  // The first of equal nodes stands in the place of all, which a map does not change.
  return unique.size === 1 && only !== undefined ? only : { kind, nodes: [...unique.values()] }
}

/** A node added to those that there are. */
export function add(
  kind: 'and' | 'or',
  present: Node | undefined,
  next: Node | undefined,
): Node | undefined {
  if (present === undefined || next === undefined) return present ?? next
  return join(kind, [present, next])
}

/** The node as a part of a plan that is not normalised yet. */
export function operandOf(node: Node): PlanOperand {
  return node.kind === 'expr'
    ? cerbosOperand(node.expr)
    : expressionOperand(node.kind, ...node.nodes.map(operandOf))
}

/** What nodes are compared by: all but the places that expressions were written at. */
function identityOf(node: Node): string {
  if (node.kind === 'expr') return exprIdentity(node.expr)
  let identity = `[${node.kind}`
  for (const each of node.nodes) identity += `,${identityOf(each)}`
  return `${identity}]`
}

const identities = new WeakMap<Expr, string>()

/** What is left of a condition is mostly known from other plans, and is not written down again. */
function exprIdentity(expr: Expr): string {
  let identity = identities.get(expr)
  if (identity === undefined) {
    identity = JSON.stringify(expr, (key, value: unknown) => {
      if (key === 'id' || key === 'span' || key === 'macro') return undefined
      return typeof value === 'bigint' ? `int ${value}` : value
    })
    identities.set(expr, identity)
  }
  return identity
}

/** The node as one expression, for derived roles. */
export function exprOf(node: Node): Expr {
  if (node.kind === 'expr') return node.expr
  const parts = node.nodes.map(exprOf)
  return node.kind === 'not'
    ? call('!_', parts)
    : chain(node.kind === 'and' ? '_&&_' : '_||_', parts)
}

/** An operator over any number of parts, the later ones deeper. */
export function chain(name: string, parts: readonly Expr[]): Expr {
  const [first, second, ...rest] = parts
  if (first === undefined) return boolExpr(name === '_&&_')
  if (second === undefined) return first
  return call(name, [first, rest.length === 0 ? second : chain(name, [second, ...rest])])
}

export function call(name: string, args: readonly Expr[]): Expr {
  return { kind: 'call', id: 0, span: NOWHERE, function: name, args }
}

export function list(elements: readonly Expr[]): Expr {
  return { kind: 'list', id: 0, span: NOWHERE, elements, optionalIndices: [] }
}

export function text(value: string): Expr {
  return { kind: 'const', id: 0, span: NOWHERE, value: { kind: 'string', value } }
}
